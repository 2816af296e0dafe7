/** From a premaster secret to record protection and Finished (RFC 5246 5, 6.3, 7.4.9, 8.1; 4279 2; 5489 2; 7627 4). */
import { concat, utf8 } from '../../base/index.ts';
import { Writer } from '../../base/wire/index.ts';
import { AEADS, type CryptoProvider, type HashName, type MacKey } from '../../crypto/index.ts';
import type { Protection } from '../record/protection.ts';
import { ivLength } from '../suite/aead.ts';
import type { CipherSuite } from '../suite/registry.ts';
import type { Transcript } from './machine.ts';

export interface Randoms {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
}

/** Keys of both directions, and the master secret that the Finished messages still need. */
export interface Keys {
  readonly master: Uint8Array;
  /** The master secret, ready for the PRF. */
  readonly masterKey: MacKey;
  readonly clientWrite: Protection;
  readonly serverWrite: Protection;
}

/** The master secret; `transcript` is all messages up to and including ClientKeyExchange. Wipes the premaster. */
export function deriveMaster(
  crypto: CryptoProvider,
  hash: HashName,
  premaster: Uint8Array,
  from: { randoms: Randoms; transcript: Transcript; extendedMasterSecret: boolean },
): Uint8Array {
  const { randoms, transcript, extendedMasterSecret } = from;
  const key = crypto.macKey(hash, premaster);
  premaster.fill(0);
  const master = extendedMasterSecret
    ? prf(crypto, key, LABELS.extendedMaster, crypto.hash(hash, ...transcript), MASTER_BYTES)
    : prf(crypto, key, LABELS.master, concat(randoms.client, randoms.server), MASTER_BYTES);
  crypto.wipe(key);
  return master;
}

/** The handshake is over, and these have nothing more to derive; what protects records stays. */
export function wipeMaster(crypto: CryptoProvider, { master, masterKey }: Keys): void {
  master.fill(0);
  crypto.wipe(masterKey);
}

/**
 * The premaster secret of PSK exchanges: the other secret, then the key, each with its length. Plain PSK has zeros.
 * Wipes the other secret.
 */
export function pskPremaster(psk: Uint8Array, other: Uint8Array = new Uint8Array(psk.length)): Uint8Array {
  const premaster = new Writer(4 + other.length + psk.length).vector16(other).vector16(psk).finish();
  other.fill(0);
  return premaster;
}

/** Record protection of both directions; each direction's records carry the CID that their receiver asked for. */
export function expandKeys(
  crypto: CryptoProvider,
  suite: CipherSuite,
  master: Uint8Array,
  randoms: Randoms,
  cids: { toServer: Uint8Array; toClient: Uint8Array },
): Keys {
  const { keyLength, macKeyLength } = AEADS[suite.aead];
  const masterKey = crypto.macKey(suite.hash, master);
  const length = ivLength(suite.nonce);
  const total = 2 * (macKeyLength + keyLength + length);
  const block = prf(crypto, masterKey, LABELS.expansion, concat(randoms.server, randoms.client), total);
  // Client's, then server's: MAC keys, keys, IVs (RFC 5246 6.3).
  let at = 0;
  const cut = (bytes: number): Uint8Array => block.subarray(at, (at += bytes));
  const [clientMac, serverMac] = [cut(macKeyLength), cut(macKeyLength)];
  const [clientKey, serverKey] = [cut(keyLength), cut(keyLength)];
  const [clientIv, serverIv] = [cut(length), cut(length)];
  const protection = (mac: Uint8Array, key: Uint8Array, iv: Uint8Array, cid: Uint8Array): Protection => {
    const both = concat(mac, key);
    const ready = crypto.aeadKey(suite.aead, both);
    both.fill(0);
    return { key: ready, iv: [...iv], nonce: suite.nonce, cid };
  };
  const keys = {
    master,
    masterKey,
    clientWrite: protection(clientMac, clientKey, clientIv, cids.toServer),
    serverWrite: protection(serverMac, serverKey, serverIv, cids.toClient),
  };
  block.fill(0);
  return keys;
}

/** `verify_data` of one side's Finished over the transcript before it. */
export function finishedData(
  crypto: CryptoProvider,
  masterKey: MacKey,
  side: 'client' | 'server',
  transcript: Transcript,
): Uint8Array {
  const [label, seed] = [LABELS[side], crypto.hash(masterKey.hash, ...transcript)];
  // The first block of the PRF, and no key: everybody on the way may see it.
  return crypto.hmac(masterKey, crypto.hmac(masterKey, label, seed), label, seed).slice(0, VERIFY_BYTES);
}

/** P_hash of RFC 5246 5, keyed with the secret; what it yields is key material. */
export function prf(
  crypto: CryptoProvider,
  secret: MacKey,
  label: Uint8Array,
  seed: Uint8Array,
  length: number,
): Uint8Array {
  const out = new Uint8Array(length);
  let a = crypto.hmac(secret, label, seed);
  for (let filled = 0; ; a = crypto.hmac(secret, a)) {
    const block = crypto.derive(secret, a, label, seed);
    for (let i = 0; i < block.length && filled < length; i++) out[filled++] = block[i] as number;
    block.fill(0);
    if (filled === length) return out;
  }
}

const LABELS = {
  master: utf8('master secret'),
  extendedMaster: utf8('extended master secret'),
  expansion: utf8('key expansion'),
  client: utf8('client finished'),
  server: utf8('server finished'),
};
const MASTER_BYTES = 48;
const VERIFY_BYTES = 12;
