/**
 * Claim codes and reset proofs as they are kept: hashes that only holders of the master key can make. What is made or
 * set for a device is bound to it. A manufacturer's list speaks of keys that are no devices yet, may hold hashes in
 * place of the secrets, and stays true of a device whose key is another by then: what it says is bound to nothing.
 */
import { utf8, toHex } from '../../../base/index.ts';
import { keyedHash, type MasterKey, nodeProvider } from '../../../crypto/index.ts';
import type { ActorId, TrustSnapshot } from '../../../trust/index.ts';
import type { ListedSecret } from './enrolment-command.ts';
import { plainClaimCode } from './ids.ts';

export type ClaimSecret = 'claim' | 'reset';

/** What is kept of a secret that was made or set for a device. */
export function secretHash(master: MasterKey, of: ClaimSecret, device: ActorId, text: string): string {
  return keyedHash(master, `${of} ${device}`, plain(of, text));
}

/** What is kept of a secret on a manufacturer's list, before its device has shown up. */
export function listedHash(master: MasterKey, of: ClaimSecret, secret: ListedSecret): string {
  const inner = secret.kind === 'hash' ? secret.sha256Hex : sha256Hex(plain(of, secret.text));
  return keyedHash(master, `${of} listed`, inner);
}

/** The hash of what was shown, in the form in which the device's secret is kept. */
export function shownHash(
  master: MasterKey,
  { claims }: TrustSnapshot,
  { of, device, text }: { readonly of: ClaimSecret; readonly device: ActorId; readonly text: string },
): string {
  const claim = claims.get(device);
  const kept = of === 'claim' ? claim?.code?.hashHex : claim?.reset?.hashHex;
  const listed = listedHash(master, of, { kind: 'text', text });
  return listed === kept ? listed : secretHash(master, of, device, text);
}

const plain = (of: ClaimSecret, text: string): string => (of === 'claim' ? plainClaimCode(text) : text);
const sha256Hex = (text: string): string => toHex(nodeProvider.hash('sha256', utf8(text)));
