/** Helpers over Uint8Array. No Buffer in the core: its pooled, aliased memory is how bytes leak. */

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const EMPTY: Uint8Array = new Uint8Array(0);

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/** Bytes of a hexadecimal text, or `undefined` if it is not one (odd length, other characters). */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** One new array holding all `parts` in order. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Equality of public bytes. Not constant-time: secrets are compared in crypto/ only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** UTF-8 bytes of `text`. */
export function utf8(text: string): Uint8Array {
  // Short ASCII is what there is to encode for every handshake, and TextEncoder is slow to begin.
  if (text.length > SHORT_CHARACTERS) return encoder.encode(text);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return encoder.encode(text);
    bytes[i] = unit;
  }
  return bytes;
}

/** Text of strict UTF-8 `bytes`, or `undefined` if they are not well-formed. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * A string with one UTF-16 unit per byte: an injective Map key for arbitrary bytes. Made in one piece: a string that
 * grew by concatenation costs thirty times its length for as long as it is kept.
 */
export function bytesKey(bytes: Uint8Array): string {
  if (bytes.length <= ARGUMENTS_MAX) return String.fromCharCode(...bytes);
  let key = '';
  for (let at = 0; at < bytes.length; at += ARGUMENTS_MAX) {
    key += String.fromCharCode(...bytes.subarray(at, at + ARGUMENTS_MAX));
  }
  return key;
}

/** What an operator may see of opaque bytes: printable ASCII as it is, anything else as `hex:...`. */
export function displayBytes(bytes: Uint8Array): string {
  for (const byte of bytes) if (byte < 0x20 || byte > 0x7e) return `hex:${toHex(bytes)}`;
  return bytesKey(bytes);
}

const ARGUMENTS_MAX = 1_024;
const SHORT_CHARACTERS = 64;
