/** Who peers say they are, for the operator's log. */
import { displayBytes, toHex } from '../../base/index.ts';
import type { Claim } from '../../dtls/index.ts';

/** The identity, or the fingerprint, that a peer claimed. */
export function displayClaim(claim: Claim): string {
  if (claim.kind === 'anonymous') return claim.kind;
  return claim.kind === 'psk'
    ? displayBytes(claim.identity.subarray(0, IDENTITY_SHOWN))
    : toHex(claim.fingerprint);
}

const IDENTITY_SHOWN = 64;
