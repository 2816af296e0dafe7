/**
 * Connection IDs of this deployment: format 1 | node 1 | shard 1 | random 5. Whoever gets a datagram can route it by
 * reading two bytes; the rest cannot be guessed. The layout is known here only, so that an encrypted one can take its
 * place.
 */
import { AssertionFault, concat, EMPTY } from '../base/index.ts';
import type { Entropy } from '../crypto/index.ts';
import { CONTENT_TYPE } from './record/header.ts';
import type { ConnectionIdShape } from './settings.ts';

/** The shape of the CIDs that one shard of one node gives out. */
export function connectionIdShape(node: number, shard: number): ConnectionIdShape {
  return { prefix: Uint8Array.of(FORMAT, node, shard), randomBytes: RANDOM_BYTES };
}

/**
 * The node and shard that a datagram belongs to by the CID of its first record; `undefined` when that has none of
 * ours.
 */
export function ownerOf(datagram: Uint8Array): { node: number; shard: number } | undefined {
  if (datagram[0] !== CONTENT_TYPE.tls12Cid || datagram[CID_AT] !== FORMAT) return undefined;
  const node = datagram[CID_AT + 1];
  const shard = datagram[CID_AT + 2];
  return node === undefined || shard === undefined ? undefined : { node, shard };
}

/** Bytes of the CIDs of this shape. */
export const cidLength = (shape: ConnectionIdShape | null): number =>
  shape === null ? 0 : shape.prefix.length + shape.randomBytes;

/** Unpredictable behind its prefix, and not taken (threat K18); empty when there is no shape. */
export function newConnectionId(
  shape: ConnectionIdShape | null,
  entropy: Entropy,
  taken: (cid: Uint8Array) => boolean,
): Uint8Array {
  if (shape === null) return EMPTY;
  if (shape.prefix.length === 0 && shape.randomBytes === 0) return EMPTY;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const cid = concat(shape.prefix, entropy(shape.randomBytes));
    if (!taken(cid)) return cid;
  }
  throw new AssertionFault('a deployment has many more connection IDs than connections');
}

const FORMAT = 1;
const RANDOM_BYTES = 5;
const TRIES_MAX = 1_000;
/** Behind type, version, epoch and sequence number. */
const CID_AT = 11;
