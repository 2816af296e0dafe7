/** Signatures that the production provider verifies, in TLS and on certificates, against Wycheproof. */
import { type CertificateSignatureName, nodeCertificateVerifier } from '../../src/crypto/index.ts';
import { type Answer, type Group, hex, type Vector, wycheproof } from './vectors.ts';

interface SignatureVector extends Vector {
  readonly msg: string;
  readonly sig: string;
}

interface SignatureGroup extends Group<SignatureVector> {
  readonly keyDer: string;
  readonly sha?: string;
  readonly mgfSha?: string;
  readonly sLen?: number;
}

const PSS_OF = {
  'SHA-256': 'rsa_pss_rsae_sha256',
  'SHA-384': 'rsa_pss_rsae_sha384',
  'SHA-512': 'rsa_pss_rsae_sha512',
} as const;

const SALT = 'RFC 8446 4.2.3 wants one hash throughout and a salt of its length';

const verified =
  (scheme: CertificateSignatureName) =>
  ({ msg, sig }: SignatureVector, { keyDer }: SignatureGroup): Answer => {
    const key = nodeCertificateVerifier.verifyKey(hex(keyDer));
    if (key === undefined) return 'refused';
    return nodeCertificateVerifier.verifyCertificate(scheme, key, hex(msg), hex(sig))
      ? 'accepted'
      : 'refused';
  };

for (const [file, scheme, atLeast] of [
  ['ecdsa_secp256r1_sha256', 'ecdsa_secp256r1_sha256', 387],
  ['ecdsa_secp256r1_sha512', 'ecdsa_secp256r1_sha512', 300],
  ['ecdsa_secp384r1_sha384', 'ecdsa_secp384r1_sha384', 408],
  ['ecdsa_secp384r1_sha512', 'ecdsa_secp384r1_sha512', 300],
  ['eddsa', 'ed25519', 145],
  ['rsa_signature_2048_sha256', 'rsa_pkcs1_sha256', 240],
  ['rsa_signature_3072_sha256', 'rsa_pkcs1_sha256', 239],
  ['rsa_signature_2048_sha384', 'rsa_pkcs1_sha384', 252],
  ['rsa_signature_3072_sha384', 'rsa_pkcs1_sha384', 200],
  ['rsa_signature_2048_sha512', 'rsa_pkcs1_sha512', 240],
  ['rsa_signature_3072_sha512', 'rsa_pkcs1_sha512', 200],
  ['rsa_signature_4096_sha512', 'rsa_pkcs1_sha512', 200],
  ['rsa_pss_2048_sha256_mgf1_32', 'rsa_pss_rsae_sha256', 103],
  ['rsa_pss_3072_sha256_mgf1_32', 'rsa_pss_rsae_sha256', 100],
  ['rsa_pss_4096_sha256_mgf1_32', 'rsa_pss_rsae_sha256', 100],
] as const) {
  wycheproof<SignatureVector, SignatureGroup>(`${scheme}: ${file}`, {
    file,
    run: verified(scheme),
    // `acceptable` for the key's sake only: the signatures are right as RFC 8017 defines them.
    differs: ({ flags }) =>
      flags.includes('SmallPublicKey')
        ? { answer: 'accepted', because: 'a small public exponent' }
        : undefined,
    atLeast,
  });
}

for (const [file, scheme] of [
  ['rsa_pss_2048_sha256_mgf1_0', 'rsa_pss_rsae_sha256'],
  ['rsa_pss_4096_sha512_mgf1_32', 'rsa_pss_rsae_sha512'],
] as const) {
  wycheproof<SignatureVector, SignatureGroup>(`${scheme} takes no salt of another length: ${file}`, {
    file,
    run: verified(scheme),
    differs: ({ result, comment }) => {
      if (result === 'valid') return { answer: 'refused', because: SALT };
      const changedToOurs = comment === `s_len changed to ${scheme === 'rsa_pss_rsae_sha256' ? 32 : 64}`;
      return changedToOurs ? { answer: 'accepted', because: SALT } : undefined;
    },
    atLeast: 100,
  });
}

wycheproof<SignatureVector, SignatureGroup>('RSASSA-PSS with every mixture of hash, mask and salt', {
  file: 'rsa_pss_misc',
  applies: ({ sha = '' }) => sha in PSS_OF,
  run: (vector, group) => verified(PSS_OF[group.sha as keyof typeof PSS_OF])(vector, group),
  differs: (_, { sha = '', mgfSha, sLen }) =>
    mgfSha === sha && sLen === Number(sha.slice(4)) / 8 ? undefined : { answer: 'refused', because: SALT },
  atLeast: 90,
});
