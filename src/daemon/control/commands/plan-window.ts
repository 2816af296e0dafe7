/** The claim window, worked out: what a manufacturer's list says becomes hashes that mean nothing elsewhere. */
import {
  type ListedDevice,
  openClaimWindow,
  refuse,
  type Refused,
  type Revision,
  TRUST_LIMITS,
  type TrustSnapshot,
} from '../../../trust/index.ts';
import { listedHash } from './claim-secrets.ts';
import type { Plan, Planning } from './command.ts';
import type { ListedSecret, ListedWish, LongCommand, RowRefusal } from './enrolment-command.ts';
import { type Pause, unhurried } from './pause.ts';
import { only, refusedRows, rowRefusal, staleRefusal } from './refusals.ts';

export async function planWindow(
  planning: Planning,
  { window, ifRevision }: LongCommand & { readonly kind: 'open-claim-window' },
  pause: Pause,
): Promise<Plan> {
  const { trust } = planning;
  const { admits, notAfter } = window;
  const stale = staleRefusal(windowOf(trust.snapshot), ifRevision);
  if (stale !== undefined) return only(stale);
  if (admits.kind === 'open') return only(openClaimWindow(trust, { admits, notAfter }));
  const { listedDevicesMax } = TRUST_LIMITS;
  if (admits.devices.length > listedDevicesMax) {
    return only(refuse('limit-reached', `a list has ${listedDevicesMax} lines at most`, '/admits/devices'));
  }
  const devices: ListedDevice[] = [];
  const refused: RowRefusal[] = [];
  const lines = new Map<string, number>();
  for await (const [index, wish] of unhurried(admits.devices, pause)) {
    const listed = listedOf(planning, wish);
    const before = 'code' in listed ? undefined : lines.get(listed.fingerprintHex);
    if ('code' in listed) refused.push(rowRefusal(index, listed));
    else if (before !== undefined) refused.push(rowRefusal(index, repeated(before)));
    else {
      devices.push(listed);
      lines.set(listed.fingerprintHex, index);
    }
  }
  if (refused.length > 0) return refusedRows(refused, '/admits/devices');
  return only(openClaimWindow(trust, { admits: { kind: 'listed', devices }, notAfter }));
}

/** The claim window as an object that has a revision, whether it is open or not. */
export const windowOf = ({ claimWindowRevision }: TrustSnapshot): { readonly revision: Revision } => ({
  revision: claimWindowRevision,
});

function listedOf({ master }: Planning, wish: ListedWish): ListedDevice | Refused {
  const fingerprintHex = wish.fingerprint.replaceAll(/[\s:-]/g, '').toLowerCase();
  if (!SHA256_HEX.test(fingerprintHex)) return refuse('key-invalid', FINGERPRINT_RULE, '/fingerprint');
  const hashOf = (of: 'claim' | 'reset', secret: ListedSecret | null): string | null =>
    secret && listedHash(master, of, secret);
  const claimHashHex = hashOf('claim', wish.claimCode);
  const resetHashHex = hashOf('reset', wish.resetProof);
  return { fingerprintHex, claimHashHex, resetHashHex };
}

const repeated = (index: number): Refused =>
  refuse('identity-taken', `line ${index} of the list has this fingerprint already`, '/fingerprint');

const SHA256_HEX = /^[0-9a-f]{64}$/;
const FINGERPRINT_RULE = 'a fingerprint is the SHA-256 of the public key (SPKI): 64 hexadecimal digits';
