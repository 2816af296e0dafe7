/** From a premaster secret to record protection and Finished (RFC 5246 5, 6.3, 7.4.9, 8.1; 4279 2; 5489 2; 7627 4). */
import { concat, unreachable, utf8 } from '../../base/index.ts';
import { Reader, Writer } from '../../base/wire/index.ts';
import { AEADS, type CryptoProvider, type HashName } from '../../crypto/index.ts';
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
  const master = extendedMasterSecret
    ? prf(crypto, hash, premaster, LABELS.extendedMaster, crypto.hash(hash, ...transcript), MASTER_BYTES)
    : prf(crypto, hash, premaster, LABELS.master, concat(randoms.client, randoms.server), MASTER_BYTES);
  premaster.fill(0);
  return master;
}

/** The premaster secret of PSK exchanges: the other secret, then the key, each with its length. Plain PSK has zeros. */
export function pskPremaster(psk: Uint8Array, other: Uint8Array = new Uint8Array(psk.length)): Uint8Array {
  return new Writer(4 + other.length + psk.length).vector16(other).vector16(psk).finish();
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
  const lengths = [macKeyLength, keyLength, ivLength(suite.nonce)];
  const seed = concat(randoms.server, randoms.client);
  const total = 2 * lengths.reduce((sum, length) => sum + length, 0);
  const block = prf(crypto, suite.hash, master, LABELS.expansion, seed, total);
  // Client's, then server's: MAC keys, keys, IVs (RFC 5246 6.3).
  const cut = new Reader(block, () => unreachable(block as never));
  const [clientMac, serverMac, clientKey, serverKey, clientIv, serverIv] = lengths.flatMap((length) => [
    cut.bytes(length),
    cut.bytes(length),
  ]) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const protection = (mac: Uint8Array, key: Uint8Array, iv: Uint8Array, cid: Uint8Array): Protection => ({
    key: crypto.aeadKey(suite.aead, concat(mac, key)),
    iv: [...iv],
    nonce: suite.nonce,
    cid,
  });
  const keys = {
    master,
    clientWrite: protection(clientMac, clientKey, clientIv, cids.toServer),
    serverWrite: protection(serverMac, serverKey, serverIv, cids.toClient),
  };
  block.fill(0);
  return keys;
}

/** `verify_data` of one side's Finished over the transcript before it. */
export function finishedData(
  crypto: CryptoProvider,
  hash: HashName,
  master: Uint8Array,
  side: 'client' | 'server',
  transcript: Transcript,
): Uint8Array {
  return prf(crypto, hash, master, LABELS[side], crypto.hash(hash, ...transcript), VERIFY_BYTES);
}

/** P_hash of RFC 5246 5. */
export function prf(
  crypto: CryptoProvider,
  hash: HashName,
  secret: Uint8Array,
  label: Uint8Array,
  seed: Uint8Array,
  length: number,
): Uint8Array {
  const key = crypto.macKey(hash, secret);
  const labelled = concat(label, seed);
  const out = new Uint8Array(length);
  let a = labelled;
  for (let filled = 0; filled < length; ) {
    a = crypto.hmac(key, a);
    const block = crypto.hmac(key, a, labelled);
    for (let i = 0; i < block.length && filled < length; i++) out[filled++] = block[i] as number;
  }
  return out;
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
