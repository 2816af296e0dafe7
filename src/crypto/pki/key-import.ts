/**
 * Public keys as operators have them: PEM of a key or a certificate, DER, base64, JWK. The answer to anything else
 * names what was found and what is accepted.
 */
import { fromUtf8, toHex } from '../../base/index.ts';
import {
  type CryptoProvider,
  type PublicKeyKind,
  RAW_PUBLIC_KEY_KINDS,
  type VerifyKey,
} from '../provider.ts';
import { describeDer } from './describe-der.ts';
import { PKI_FAULTS } from './fault.ts';
import { spokenFingerprint } from './fingerprint.ts';
import { readPublicJwk } from './jwk.ts';
import { base64, looksLikePem, pemBlocks } from './pem.ts';
import { describeSpki, displayKind, kindOfSpki } from './spki.ts';
import { readCertificate } from './x509.ts';

export interface ImportedKey {
  readonly kind: 'key';
  readonly key: VerifyKey;
  readonly spki: Uint8Array;
  /** SHA-256 of `spki`, 64 lower-case hexadecimal digits. */
  readonly fingerprintHex: string;
  /** The same, in groups for reading aloud. */
  readonly fingerprint: string;
  /** How it came: `a certificate (PEM)`. */
  readonly from: string;
}

export type KeyProblem = { readonly kind: 'problem'; readonly problem: string };

/** What importing takes of a CryptoProvider. */
export type KeyCrypto = Pick<CryptoProvider, 'hash' | 'verifyKey'>;

/**
 * The public key in what an operator hands over.
 *
 * @param accepted kinds of keys that the caller can use
 */
export function importPublicKey(
  input: string | Uint8Array,
  crypto: KeyCrypto,
  accepted: readonly PublicKeyKind[] = RAW_PUBLIC_KEY_KINDS,
): ImportedKey | KeyProblem {
  const wanted = `accepted are ${FORMATS} of a ${accepted.map(displayKind).join(' or ')} key`;
  const found = input.length > INPUT_MAX ? tooLarge(input.length) : findSpki(input);
  if ('found' in found) return { kind: 'problem', problem: `found ${found.found}; ${wanted}` };
  const { spki, from } = found;
  const key = crypto.verifyKey(spki);
  if (key === undefined || !accepted.includes(key.kind)) {
    // Its form is right and still no library takes it.
    const offCurve = key === undefined && kindOfSpki(spki) !== undefined;
    const what = `${describeSpki(spki)}${offCurve ? ' whose point is not on its curve' : ''}`;
    return { kind: 'problem', problem: `found ${what} in ${from}; ${wanted}` };
  }
  const fingerprintHex = toHex(crypto.hash('sha256', key.spki));
  return {
    kind: 'key',
    key,
    spki: key.spki,
    fingerprintHex,
    fingerprint: spokenFingerprint(fingerprintHex),
    from,
  };
}

/** A SubjectPublicKeyInfo and where it was, or words for what was there instead. */
type Found = { readonly spki: Uint8Array; readonly from: string } | { readonly found: string };

function findSpki(input: string | Uint8Array): Found {
  // A byte order mark is what some editors put before a text.
  const text = typeof input === 'string' ? input : textIn(input);
  if (text === undefined) return inDer(input as Uint8Array, 'DER');
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') return { found: 'nothing: the input is empty' };
  if (looksLikePem(trimmed)) return inPem(trimmed);
  if (trimmed.startsWith('{')) return readPublicJwk(trimmed);
  if (/^(ssh-|ecdsa-sha2-)/.test(trimmed)) return { found: 'a public key in the format of OpenSSH' };
  const decoded = base64(trimmed);
  if (decoded !== undefined && decoded[0] === 0x30) return inDer(decoded, 'base64');
  if (/^[0-9a-fA-F]{64}$/.test(trimmed)) {
    return { found: '64 hexadecimal digits, which may be a fingerprint but are no key' };
  }
  return { found: 'text that is neither PEM, JWK nor base64 of a key' };
}

/** Text of input that is no DER. */
function textIn(bytes: Uint8Array): string | undefined {
  // DER begins with 0x30, the digit 0, and a length that no base64 of a key and no PEM has there.
  const der = bytes[0] === 0x30 && (bytes[1] as number) >= 0x80;
  const short = bytes[0] === 0x30 && bytes[1] === bytes.length - 2;
  return der || short ? undefined : fromUtf8(bytes);
}

function inPem(text: string): Found {
  const blocks = pemBlocks(text, BLOCKS_MAX);
  if (blocks === undefined || blocks.length === 0)
    return { found: 'PEM that is damaged or has too many parts' };
  const secret = blocks.find(({ label }) => label.endsWith('PRIVATE KEY'));
  if (secret !== undefined) return { found: PRIVATE };
  const [block] = blocks.filter(({ label }) => label === 'PUBLIC KEY' || label === 'CERTIFICATE');
  if (block === undefined) return { found: `PEM of the kind ${blocks[0]?.label}` };
  if (block.headers) return { found: `PEM of the kind ${block.label} with headers, which is not plain DER` };
  // Of a chain, the first certificate is the leaf; several public keys are a question only the operator can answer.
  if (blocks.filter(({ label }) => label === 'PUBLIC KEY').length > 1)
    return { found: 'more than one public key' };
  return block.label === 'CERTIFICATE' ? inCertificate(block.der, 'PEM') : inDer(block.der, 'PEM');
}

function inDer(der: Uint8Array, how: string): Found {
  const what = describeDer(der);
  switch (what.kind) {
    case 'spki':
      return { spki: der, from: `a public key (${how})` };
    case 'certificate':
      return inCertificate(der, how);
    case 'private-key':
      return { found: PRIVATE };
    case 'other':
      return { found: `${how} of ${what.words}` };
  }
}

function inCertificate(der: Uint8Array, how: string): Found {
  const certificate = readCertificate(der);
  if (certificate.kind === 'certificate') {
    return { spki: certificate.spki, from: `a certificate (${how})` };
  }
  return { found: `a certificate that ${PKI_FAULTS[certificate.fault]}` };
}

const tooLarge = (length: number): Found => ({
  found: `${length} bytes, more than the ${INPUT_MAX} that a key may take`,
});

const PRIVATE =
  'a private key, which belongs on the device and nowhere else: hand over its public half ' +
  '(openssl pkey -pubout); whoever has seen this file can now pretend to be the device';

const FORMATS = 'PEM (PUBLIC KEY or CERTIFICATE), DER, base64 and JWK';
const INPUT_MAX = 65_536;
const BLOCKS_MAX = 8;
