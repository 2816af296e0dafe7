/** Identifiers: a prefix that tells the kind, and 80 random bits. */
import { toHex } from '../../../base/index.ts';
import type { Entropy } from '../../../crypto/index.ts';
import type { ActorId, ActorKind, CredentialId, RelationshipId } from '../../../trust/index.ts';

export function drawActorId(entropy: Entropy, kind: ActorKind): ActorId {
  return `${PREFIXES[kind]}-${toHex(entropy(ID_BYTES))}` as ActorId;
}

export function drawCredentialId(entropy: Entropy): CredentialId {
  return `crd-${toHex(entropy(ID_BYTES))}` as CredentialId;
}

export function drawRelationshipId(entropy: Entropy): RelationshipId {
  return `rel-${toHex(entropy(ID_BYTES))}` as RelationshipId;
}

/** 60 bits in groups of four, without letters that look like digits: `7KQD-2M9X-RT4B`. */
export function drawClaimCode(entropy: Entropy): string {
  const letters = Array.from(entropy(CODE_LETTERS), (byte) =>
    CODE_ALPHABET.charAt(byte % CODE_ALPHABET.length),
  );
  return [0, 4, 8].map((from) => letters.slice(from, from + 4).join('')).join('-');
}

/** A claim code as it was meant, however somebody typed it. */
export function plainClaimCode(code: string): string {
  return code.toUpperCase().replaceAll(/[^0-9A-Z]/g, '');
}

const CODE_LETTERS = 12;
const CODE_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ID_BYTES = 10;
const PREFIXES = {
  user: 'usr',
  device: 'dev',
  platform: 'plt',
  provider: 'prv',
  manufacturer: 'mfr',
  gateway: 'gwy',
} as const satisfies Record<ActorKind, string>;
