/** Pre-shared keys: drawn or imported, sealed, and named by an identity. */
import { fromHex, toHex, utf8 } from '../../../base/index.ts';
import { sealKey } from '../../../crypto/index.ts';
import type { PskMaterial } from '../../ports/index.ts';
import { type ActorId, type NewPsk, refuse, TRUST_LIMITS, type Verdict } from '../../../trust/index.ts';
import type { Planning, PskWish } from './command.ts';
import { drawCredentialId } from './ids.ts';

export interface PreparedPsk {
  readonly kind: 'prepared';
  readonly psk: NewPsk;
  readonly material: PskMaterial;
  /** Present when the gateway made the key. */
  readonly keyHex?: string;
}

/** Draws or checks identity and key for `actor`, who is called `name`, and seals the key. */
export function preparePsk(
  { trust, entropy, master, holderOf, reserved }: Planning,
  actor: ActorId,
  name: string,
  wish: PskWish,
): PreparedPsk | (Verdict & { kind: 'refused' }) {
  const key = wish.keyHex === null ? entropy(MADE_KEY_BYTES) : fromHex(wish.keyHex);
  if (key === undefined || !isFit(key)) return refuse('key-invalid', KEY_RULE, '/keyHex');
  if (wish.keyHex !== null && holderOf(key) !== undefined) {
    return refuse('key-reused', 'another credential has this key: one key, one owner', '/keyHex');
  }
  const credential = drawCredentialId(entropy);
  const isFree = (hex: string): boolean => !trust.snapshot.identities.has(hex) && reserved?.has(hex) !== true;
  const identityHex = wish.identityHex?.toLowerCase() ?? freeIdentity(name, credential, isFree);
  const sealedKey = sealKey(master, entropy, { credential, identityHex }, key);
  const psk = { id: credential, identityHex, sealedKey, established: wish.established };
  const material = { credential, actor, identityHex, key };
  return { kind: 'prepared', psk, material, ...(wish.keyHex === null ? { keyHex: toHex(key) } : {}) };
}

function isFit(key: Uint8Array): boolean {
  return (
    key.length >= TRUST_LIMITS.keyBytesMin &&
    key.length <= TRUST_LIMITS.keyBytesMax &&
    key.some((byte) => byte !== key[0])
  );
}

/** The device's name if it is free and short enough for small stacks (tinydtls: 32 bytes), else the credential's id. */
function freeIdentity(name: string, credential: string, isFree: (identityHex: string) => boolean): string {
  const byName = toHex(utf8(name));
  const fits = name.length > 0 && name.length <= MADE_IDENTITY_LENGTH_MAX && isFree(byName);
  return fits ? byName : toHex(utf8(credential));
}

/** 128 bits, and no more than tinydtls takes. */
const MADE_KEY_BYTES = 16;
const MADE_IDENTITY_LENGTH_MAX = 32;
const KEY_LENGTHS = `${TRUST_LIMITS.keyBytesMin} to ${TRUST_LIMITS.keyBytesMax}`;
const KEY_RULE = `a key is ${KEY_LENGTHS} bytes, not all the same, in hexadecimal`;
