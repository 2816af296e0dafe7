/** ECDH on P-256 and X25519 of the production provider against Wycheproof. */
import { createECDH } from 'node:crypto';
import { equalBytes } from '../../src/base/index.ts';
import { type EphemeralKey, kindOfSpki, nodeProvider } from '../../src/crypto/index.ts';
import { type Answer, type Group, hex, type Vector, wycheproof } from './vectors.ts';

interface AgreementVector extends Vector {
  readonly public: string;
  readonly private: string;
  readonly shared: string;
}

type AgreementGroup = Group<AgreementVector>;

const agreed = (key: EphemeralKey, peer: Uint8Array, shared: string): Answer => {
  const secret = nodeProvider.agree(key, peer);
  return secret !== undefined && equalBytes(secret, hex(shared)) ? 'accepted' : 'refused';
};

/** A P-256 key of the vector's choosing: all chance of an ephemeral key comes from its entropy. */
function p256Key(text: string): EphemeralKey {
  const secret = hex(text.slice(-64).padStart(64, '0'));
  if (!text.slice(-64).startsWith('ffffffff'))
    return nodeProvider.ephemeral('secp256r1', () => secret.slice());
  // Keys this high are never drawn (see `scalar`), so this one is put together by hand.
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(secret);
  return { group: 'secp256r1', publicKey: Uint8Array.from(ecdh.getPublicKey()), ecdh } as EphemeralKey;
}

wycheproof<AgreementVector, AgreementGroup>('ECDH on P-256, points', {
  file: 'ecdh_secp256r1_ecpoint',
  run: (vector) => agreed(p256Key(vector.private), hex(vector.public), vector.shared),
  differs: ({ flags }) =>
    flags.includes('CompressedPoint')
      ? { answer: 'refused', because: 'compressed points are forbidden by RFC 8422 5.1.2' }
      : undefined,
  atLeast: 216,
});

wycheproof<AgreementVector, AgreementGroup>('ECDH on P-256, SubjectPublicKeyInfo', {
  file: 'ecdh_secp256r1',
  run: (vector) => {
    const spki = hex(vector.public);
    if (kindOfSpki(spki) !== 'ec-p256' || nodeProvider.verifyKey(spki) === undefined) return 'refused';
    return agreed(p256Key(vector.private), spki.subarray(-65), vector.shared);
  },
  differs: ({ flags, result }) =>
    result === 'acceptable'
      ? { answer: 'refused', because: `one key, one encoding (${flags.join(' ')})` }
      : undefined,
  atLeast: 460,
});

wycheproof<AgreementVector, AgreementGroup>('X25519', {
  file: 'x25519',
  run: (vector) => {
    const key = nodeProvider.ephemeral('x25519', () => hex(vector.private));
    return agreed(key, hex(vector.public), vector.shared);
  },
  differs: ({ result, shared }) => {
    if (result !== 'acceptable') return undefined;
    return /^0+$/.test(shared)
      ? { answer: 'refused', because: 'the secret is zero, which RFC 8422 5.11 forbids' }
      : {
          answer: 'accepted',
          because: 'RFC 7748 5 takes twist points and values beyond the prime as they are',
        };
  },
  atLeast: 518,
});
