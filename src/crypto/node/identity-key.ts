/** The gateway's own private key: made on first start, or brought along by an operator. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { fromUtf8, required } from '../../base/index.ts';
import { describeDer } from '../pki/describe-der.ts';
import type { KeyProblem } from '../pki/key-import.ts';
import { looksLikePem, type PemBlock, pem, pemBlocks } from '../pki/pem.ts';
import { describeSpki } from '../pki/spki.ts';
import type { SigningKey } from '../provider.ts';
import { signingKey } from './public-key.ts';

/** Kinds of keys that a gateway identifies itself with. */
export type IdentityKeyKind = 'ec-p256' | 'ed25519';

export interface IdentityKey {
  readonly kind: 'key';
  readonly key: SigningKey;
  /** PKCS #8, PEM, not encrypted: to be stored where only the gateway reads it. */
  readonly pem: string;
}

/** A fresh key from the operating system's randomness. */
export function generateIdentityKey(kind: IdentityKeyKind = 'ec-p256'): IdentityKey {
  const { privateKey } =
    kind === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const text = pkcs8Pem(privateKey);
  return { kind: 'key', key: required(signingKey(text), 'a fresh key can sign'), pem: text };
}

/** The private key in what an operator hands over: PKCS #8 or SEC 1, PEM or DER, P-256 or Ed25519, not encrypted. */
export function importIdentityKey(input: string | Uint8Array): IdentityKey | KeyProblem {
  const block = input.length > INPUT_MAX ? 'more bytes than a key has' : keyBlock(input);
  if (typeof block === 'string') return problem(block);
  const what = describeDer(block.der);
  if (what.kind === 'spki') return problem('a public key, and a private key is needed here');
  if (what.kind === 'certificate') return problem('a certificate, which holds no private key');
  if (what.kind === 'other') return problem(what.words);
  if (what.format === 'encrypted-pkcs8') return problem(ENCRYPTED);
  if (what.format === 'pkcs1') return problem('an RSA private key (PKCS #1)');
  let object: KeyObject;
  try {
    object = createPrivateKey({
      key: pem(what.format === 'sec1' ? 'EC PRIVATE KEY' : 'PRIVATE KEY', block.der),
    });
  } catch {
    return problem('a private key that is damaged or of an unknown algorithm');
  }
  const text = pkcs8Pem(object);
  const key = signingKey(text);
  if (key === undefined)
    return problem(`a private key of a kind that cannot be used (${object.asymmetricKeyType})`);
  if (key.kind !== 'ec-p256' && key.kind !== 'ed25519')
    return problem(`the private half of ${describeSpki(key.spki)}`);
  return { kind: 'key', key, pem: text };
}

/** The one block with a private key, or words for what is there instead. */
function keyBlock(input: string | Uint8Array): Pick<PemBlock, 'der'> | string {
  const text = typeof input === 'string' ? input : fromUtf8(input);
  if (text === undefined || !looksLikePem(text)) {
    return typeof input === 'string' ? 'text that is no PEM' : { der: input };
  }
  const blocks = pemBlocks(text, BLOCKS_MAX);
  if (blocks === undefined) return 'PEM that is damaged or has too many parts';
  const keys = blocks.filter(({ label }) => label.endsWith('PRIVATE KEY'));
  const [key] = keys;
  if (key === undefined) return `PEM of the kind ${blocks[0]?.label}, which holds no private key`;
  if (keys.length > 1) return 'more than one private key';
  if (key.headers || key.label.startsWith('ENCRYPTED')) return ENCRYPTED;
  if (key.label === 'OPENSSH PRIVATE KEY') return 'a private key in the format of OpenSSH';
  return key;
}

function pkcs8Pem(object: KeyObject): string {
  return object.export({ format: 'pem', type: 'pkcs8' });
}

const problem = (found: string): KeyProblem => ({ kind: 'problem', problem: `found ${found}; ${ACCEPTED}` });

const ACCEPTED =
  'accepted are PEM or DER of a P-256 or Ed25519 private key, PKCS #8 or SEC 1, without a passphrase';
const ENCRYPTED = 'a private key under a passphrase (take it off with: openssl pkey -in FILE -out FILE)';
const INPUT_MAX = 65_536;
const BLOCKS_MAX = 8;
