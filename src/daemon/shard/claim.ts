/** What an operator sees of who a peer said it was. */
import { displayBytes, toHex } from '../../base/index.ts';
import type { Claim } from '../../dtls/index.ts';

/** The identity, cut short, or the fingerprint, that a peer claimed. */
export function displayClaim(claim: Claim): string {
  if (claim.kind === 'anonymous') return claim.kind;
  return claim.kind === 'psk'
    ? displayBytes(claim.identity.subarray(0, IDENTITY_BYTES_SHOWN))
    : toHex(claim.fingerprint);
}

const IDENTITY_BYTES_SHOWN = 64;
