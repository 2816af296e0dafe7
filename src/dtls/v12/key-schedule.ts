/** From a pre-shared key to record protection and Finished (RFC 5246 5, 6.3, 7.4.9, 8.1; RFC 4279 2; RFC 7627 4). */
import { concat, utf8 } from '../../base/index.ts';
import { Writer } from '../../base/wire/index.ts';
import { AEADS, type CryptoProvider, type HashName } from '../../crypto/index.ts';
import type { Protection } from '../record/protection.ts';
import { ivLength } from '../suite/aead.ts';
import type { CipherSuite } from '../suite/registry.ts';

export interface Randoms {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
}

/** Keys of both directions, and the master secret that the Finished messages still need. */
export interface Keys {
  readonly master: Uint8Array;
  readonly clientWrite: Protection;
  readonly serverWrite: Protection;
}

/** Derives everything from the PSK; `transcript` is all messages up to and including ClientKeyExchange. */
export function deriveKeys(
  crypto: CryptoProvider,
  suite: CipherSuite,
  psk: Uint8Array,
  from: { randoms: Randoms; transcript: Uint8Array; extendedMasterSecret: boolean },
): Keys {
  const premaster = pskPremaster(psk);
  const master = from.extendedMasterSecret
    ? prf(
        crypto,
        suite.hash,
        premaster,
        'extended master secret',
        crypto.hash(suite.hash, from.transcript),
        MASTER_BYTES,
      )
    : prf(
        crypto,
        suite.hash,
        premaster,
        'master secret',
        concat(from.randoms.client, from.randoms.server),
        MASTER_BYTES,
      );
  premaster.fill(0);
  return { master, ...expandKeys(crypto, suite, master, from.randoms) };
}

/** `verify_data` of one side's Finished over the transcript before it. */
export function finishedData(
  crypto: CryptoProvider,
  hash: HashName,
  master: Uint8Array,
  side: 'client' | 'server',
  transcript: Uint8Array,
): Uint8Array {
  return prf(crypto, hash, master, `${side} finished`, crypto.hash(hash, transcript), VERIFY_BYTES);
}

/** P_hash of RFC 5246 5. */
export function prf(
  crypto: CryptoProvider,
  hash: HashName,
  secret: Uint8Array,
  label: string,
  seed: Uint8Array,
  length: number,
): Uint8Array {
  const key = crypto.macKey(hash, secret);
  const labelled = concat(utf8(label), seed);
  const out = new Uint8Array(length);
  let a = labelled;
  for (let filled = 0; filled < length; ) {
    a = crypto.hmac(key, a);
    const block = crypto.hmac(key, a, labelled);
    out.set(block.subarray(0, length - filled), filled);
    filled += block.length;
  }
  return out;
}

/** RFC 4279 2: as many zeros as the key has bytes, then the key, each with its length. */
function pskPremaster(psk: Uint8Array): Uint8Array {
  return new Writer(4 + 2 * psk.length).vector16(new Uint8Array(psk.length)).vector16(psk).finish();
}

function expandKeys(
  crypto: CryptoProvider,
  suite: CipherSuite,
  master: Uint8Array,
  randoms: Randoms,
): Omit<Keys, 'master'> {
  const { keyLength } = AEADS[suite.aead];
  const iv = ivLength(suite.nonce);
  const block = prf(
    crypto,
    suite.hash,
    master,
    'key expansion',
    concat(randoms.server, randoms.client),
    2 * (keyLength + iv),
  );
  const protection = (key: number, ivAt: number): Protection => ({
    key: crypto.aeadKey(suite.aead, block.subarray(key, key + keyLength)),
    iv: block.slice(ivAt, ivAt + iv),
    nonce: suite.nonce,
  });
  const keys = {
    clientWrite: protection(0, 2 * keyLength),
    serverWrite: protection(keyLength, 2 * keyLength + iv),
  };
  block.fill(0);
  return keys;
}

const MASTER_BYTES = 48;
const VERIFY_BYTES = 12;
