/** What requests say about enrolment, in control's words. */
import { wallTime } from '../base/index.ts';
import type { ClaimWindowWish, DeviceRow, ListedSecret, ListedWish } from '../daemon/control/index.ts';
import { type CredentialBody, credentialWish, type Unfit } from './request.ts';

interface WindowBody {
  readonly admits:
    | { readonly kind: 'open'; readonly perMinuteMax: number }
    | { readonly kind: 'listed'; readonly devices: readonly ListedBody[] };
  readonly notAfter: number;
}

interface ListedBody {
  readonly fingerprint: string;
  readonly claimCode?: string;
  readonly claimCodeHash?: string;
  readonly resetProof?: string;
  readonly resetProofHash?: string;
}

export interface RowBody extends Omit<CredentialBody, 'kind'> {
  readonly name: string;
  readonly owner: string;
}

export function claimWindowWish({ admits, notAfter }: WindowBody): ClaimWindowWish | Unfit {
  if (admits.kind === 'open') return { admits, notAfter: wallTime(notAfter) };
  const devices: ListedWish[] = [];
  for (const [index, each] of admits.devices.entries()) {
    const both = SECRETS.find((member) => each[member] !== undefined && each[`${member}Hash`] !== undefined);
    if (both !== undefined) {
      const detail = `name it once: \`${both}\`, or \`${both}Hash\``;
      return { kind: 'unfit', detail, field: `/admits/devices/${index}/${both}Hash` };
    }
    const { fingerprint } = each;
    const claimCode = listedSecret(each.claimCode, each.claimCodeHash);
    devices.push({ fingerprint, claimCode, resetProof: listedSecret(each.resetProof, each.resetProofHash) });
  }
  return { admits: { kind: 'listed', devices }, notAfter: wallTime(notAfter) };
}

/** The device in a row of a batch. What does not fit together is the row's fault, and reported with all others. */
export function deviceRow({ name, owner, ...shown }: RowBody): DeviceRow {
  const kind = shown.publicKey === undefined ? 'psk' : 'rpk';
  return { name, owner, credential: credentialWish({ kind, ...shown }) };
}

function listedSecret(text: string | undefined, sha256Hex: string | undefined): ListedSecret | null {
  if (sha256Hex !== undefined) return { kind: 'hash', sha256Hex: sha256Hex.toLowerCase() };
  return text === undefined ? null : { kind: 'text', text };
}

const SECRETS = ['claimCode', 'resetProof'] as const;
