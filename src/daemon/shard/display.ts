/** What a shard shows of its peers, and when something is due. */
import { displayBytes, type Instant, toHex } from '../../base/index.ts';
import type { Claim } from '../../dtls/index.ts';

export const isReached = (deadline: Instant | undefined, now: Instant): boolean =>
  deadline !== undefined && deadline <= now;

/** The identity, or the fingerprint, that a peer claimed. */
export function displayClaim(claim: Claim): string {
  if (claim.kind === 'anonymous') return claim.kind;
  return claim.kind === 'psk'
    ? displayBytes(claim.identity.subarray(0, IDENTITY_SHOWN))
    : toHex(claim.fingerprint);
}

const IDENTITY_SHOWN = 64;
