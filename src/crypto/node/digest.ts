/**
 * Hashes, and HMAC (RFC 2104) made of them: two one-shot hashes cost half of node's Hmac, which is a stream, and a
 * handshake takes more than a dozen.
 *
 * A hash as text costs a third of one as a Buffer, but nobody can wipe a string. So only what is no key is ever one:
 * hashes of what anybody may see, what `hmac` yields, and the inner hash of HMAC, from which nothing follows without
 * the key. What `derive` yields, and the hash that stands for a long key, are bytes from the beginning.
 */
import { hash as digest } from 'node:crypto';
import { concat } from '../../base/index.ts';
import type { HashName, MacKey } from '../provider.ts';

interface NodeMacKey extends MacKey {
  /** Key xor ipad, then room for a message. */
  readonly inner: Uint8Array;
  /** Key xor opad, then room for the inner hash. */
  readonly outer: Uint8Array;
}

export function hash(name: HashName, ...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(HASHES[name].bytes);
  writeHash(name, parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts), out, 0);
  return out;
}

export function macKey(name: HashName, key: Uint8Array): NodeMacKey {
  const { bytes, blockBytes } = HASHES[name];
  const short = key.length <= blockBytes ? key : secretHash(name, key);
  const memory = new Uint8Array(blockBytes + bytes + blockBytes + MESSAGE_BYTES);
  const outer = memory.subarray(0, blockBytes + bytes);
  const inner = memory.subarray(blockBytes + bytes);
  for (let i = 0; i < blockBytes; i++) {
    const byte = i < short.length ? (short[i] as number) : 0;
    outer[i] = byte ^ 0x5c;
    inner[i] = byte ^ 0x36;
  }
  if (short !== key) short.fill(0);
  return { hash: name, inner, outer };
}

export function hmac(key: MacKey, ...parts: readonly Uint8Array[]): Uint8Array {
  return hash(key.hash, outerMessage(key as NodeMacKey, parts));
}

export function derive(key: MacKey, ...parts: readonly Uint8Array[]): Uint8Array {
  return secretHash(key.hash, outerMessage(key as NodeMacKey, parts));
}

export function wipe(key: MacKey): void {
  const { inner, outer } = key as NodeMacKey;
  inner.fill(0);
  outer.fill(0);
}

/** Key xor opad and the inner hash: what the outer hash is of. In the key's memory. */
function outerMessage({ hash: name, inner, outer }: NodeMacKey, parts: readonly Uint8Array[]): Uint8Array {
  const { blockBytes } = HASHES[name];
  writeHash(name, followed(inner, blockBytes, parts), outer, blockBytes);
  return outer;
}

/** The first bytes of `inner`, then the parts: in its own memory as long as they fit. */
function followed(inner: Uint8Array, from: number, parts: readonly Uint8Array[]): Uint8Array {
  let end = from;
  for (const part of parts) {
    if (end + part.length > inner.length) return concat(inner.subarray(0, from), ...parts);
    inner.set(part, end);
    end += part.length;
  }
  return inner.subarray(0, end);
}

function secretHash(name: HashName, input: Uint8Array): Uint8Array {
  const { buffer, byteOffset, length } = digest(name, input, 'buffer');
  return new Uint8Array(buffer, byteOffset, length);
}

function writeHash(name: HashName, input: Uint8Array, out: Uint8Array, offset: number): void {
  const text = digest(name, input, 'latin1');
  for (let i = 0; i < text.length; i++) out[offset + i] = text.charCodeAt(i);
}

const HASHES = {
  sha256: { bytes: 32, blockBytes: 64 },
  sha384: { bytes: 48, blockBytes: 128 },
} as const satisfies Record<HashName, { readonly bytes: number; readonly blockBytes: number }>;
/** What the protocols here say at once: labels, two randoms and a hash, or the parts of a hello. */
const MESSAGE_BYTES = 192;
