/** Public key work of the production provider: agreement, signatures, import. */
import {
  constants,
  createECDH,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type ECDH,
  type KeyObject,
  sign as signWith,
  verify as verifyWith,
} from 'node:crypto';
import { assert } from '../../base/index.ts';
import { kindOfSpki } from '../pki/spki.ts';
import { subjectKeyOf } from '../pki/x509.ts';
import type {
  Entropy,
  EphemeralKey,
  GroupName,
  PublicKeyKind,
  SignatureName,
  SigningKey,
  VerifyKey,
} from '../provider.ts';

type NodeEphemeralKey = EphemeralKey &
  (
    | { readonly group: 'secp256r1'; readonly ecdh: ECDH }
    | { readonly group: 'x25519'; readonly secret: KeyObject }
  );

interface NodeVerifyKey extends VerifyKey {
  readonly object: KeyObject;
}

interface NodeSigningKey extends SigningKey {
  readonly object: KeyObject;
}

export function ephemeral(group: GroupName, entropy: Entropy): NodeEphemeralKey {
  if (group === 'secp256r1') {
    const ecdh = createECDH('prime256v1');
    const chosen = scalar(entropy);
    ecdh.setPrivateKey(chosen);
    chosen.fill(0);
    return { group, ecdh, publicKey: plain(ecdh.getPublicKey()) };
  }
  const seed = entropy(32);
  const secret = createPrivateKey({ key: seed, format: 'raw-private', asymmetricKeyType: 'x25519' });
  seed.fill(0);
  return { group, secret, publicKey: plain(createPublicKey(secret).export({ format: 'raw-public' })) };
}

export function agree(key: EphemeralKey, peer: Uint8Array): Uint8Array | undefined {
  const own = key as NodeEphemeralKey;
  try {
    if (own.group === 'secp256r1') {
      // Uncompressed points only (RFC 8422 5.4.1); that it lies on the curve is checked by OpenSSL.
      return peer.length === 65 && peer[0] === 0x04 ? plain(own.ecdh.computeSecret(peer)) : undefined;
    }
    if (peer.length !== 32) return undefined;
    const publicKey = createPublicKey({ key: peer, format: 'raw-public', asymmetricKeyType: 'x25519' });
    const secret = plain(diffieHellman({ privateKey: own.secret, publicKey }));
    // RFC 8422 5.11: an all-zero secret MUST abort the handshake.
    return secret.some((byte) => byte !== 0) ? secret : undefined;
  } catch {
    return undefined;
  }
}

export function verifyKey(spki: Uint8Array): NodeVerifyKey | undefined {
  const kind = kindOfSpki(spki);
  if (kind === undefined) return undefined;
  try {
    const object = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    return { kind, spki: spki.slice(), object };
  } catch {
    return undefined;
  }
}

export function certificateKey(certificate: Uint8Array): NodeVerifyKey | undefined {
  const spki = subjectKeyOf(certificate);
  return spki === undefined ? undefined : verifyKey(spki);
}

/** A private key in PKCS #8 (PEM text or DER); `undefined` when it is none or of a kind we cannot sign with. */
export function signingKey(pkcs8: Uint8Array | string): SigningKey | undefined {
  try {
    const object =
      typeof pkcs8 === 'string'
        ? createPrivateKey(pkcs8)
        : createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
    const spki = plain(createPublicKey(object).export({ type: 'spki', format: 'der' }));
    const kind = kindOfSpki(spki);
    const key: NodeSigningKey | undefined = kind === undefined ? undefined : { kind, spki, object };
    return key;
  } catch {
    return undefined;
  }
}

export function verify(
  scheme: SignatureName,
  key: VerifyKey,
  signed: Uint8Array,
  signature: Uint8Array,
): boolean {
  const { kind, hash, pss } = SCHEMES[scheme];
  if (familyOf(kind) !== familyOf(key.kind)) return false;
  const { object } = key as NodeVerifyKey;
  try {
    return verifyWith(hash, signed, pss ? { key: object, ...PSS } : object, signature);
  } catch {
    return false;
  }
}

export function sign(scheme: SignatureName, key: SigningKey, signed: Uint8Array): Uint8Array {
  const { kind, hash, pss } = SCHEMES[scheme];
  assert(kind === key.kind, 'a scheme is used with keys of its kind');
  const { object } = key as NodeSigningKey;
  return plain(signWith(hash, signed, pss ? { key: object, ...PSS } : object));
}

/** Verifying, ECDSA goes with any curve and any hash (RFC 5246 7.4.1.4.1); signing, each scheme with its own. */
const familyOf = (kind: PublicKeyKind): string => (kind.startsWith('ec-') ? 'ec' : kind);

/** A P-256 private key: 32 bytes that are neither zero nor beyond the order; chance misses once in 2^32. */
function scalar(entropy: Entropy): Uint8Array {
  for (;;) {
    const candidate = entropy(32);
    const belowOrder = candidate.subarray(0, 4).some((byte) => byte !== 0xff);
    if (belowOrder && candidate.some((byte) => byte !== 0)) return candidate;
  }
}

function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

interface Scheme {
  readonly kind: PublicKeyKind;
  /** Null: the scheme brings its own. */
  readonly hash: string | null;
  readonly pss: boolean;
}

const SCHEMES = {
  ecdsa_secp256r1_sha256: { kind: 'ec-p256', hash: 'sha256', pss: false },
  ecdsa_secp384r1_sha384: { kind: 'ec-p384', hash: 'sha384', pss: false },
  ed25519: { kind: 'ed25519', hash: null, pss: false },
  rsa_pkcs1_sha256: { kind: 'rsa', hash: 'sha256', pss: false },
  rsa_pkcs1_sha384: { kind: 'rsa', hash: 'sha384', pss: false },
  rsa_pkcs1_sha512: { kind: 'rsa', hash: 'sha512', pss: false },
  rsa_pss_rsae_sha256: { kind: 'rsa', hash: 'sha256', pss: true },
  rsa_pss_rsae_sha384: { kind: 'rsa', hash: 'sha384', pss: true },
  rsa_pss_rsae_sha512: { kind: 'rsa', hash: 'sha512', pss: true },
} as const satisfies Record<SignatureName, Scheme>;

/** RFC 8446 4.2.3: the salt is as long as the hash. */
const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
