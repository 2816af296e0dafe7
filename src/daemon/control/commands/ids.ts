/** Identifiers: a prefix that tells the kind, and 80 random bits. */
import { toHex } from '../../../base/index.ts';
import type { Entropy } from '../../../crypto/index.ts';
import type { ActorId, ActorKind, CredentialId } from '../../../trust/index.ts';

export function drawActorId(entropy: Entropy, kind: ActorKind): ActorId {
  return `${PREFIXES[kind]}-${toHex(entropy(ID_BYTES))}` as ActorId;
}

export function drawCredentialId(entropy: Entropy): CredentialId {
  return `crd-${toHex(entropy(ID_BYTES))}` as CredentialId;
}

const ID_BYTES = 10;
const PREFIXES = {
  user: 'usr',
  device: 'dev',
  platform: 'plt',
  provider: 'prv',
  manufacturer: 'mfr',
  gateway: 'gwy',
} as const satisfies Record<ActorKind, string>;
