/** Textual encodings of RFC 7468, and base64 by itself. No Buffer: what it forgives, it forgives silently. */

export interface PemBlock {
  /** What stands after BEGIN, such as `CERTIFICATE`. */
  readonly label: string;
  /** Encrypted or otherwise with headers (RFC 1421): the bytes are not the DER of the label. */
  readonly headers: boolean;
  readonly der: Uint8Array;
}

/**
 * The blocks of a text, in order; other lines between them are ignored, as RFC 7468 2 allows. `undefined` when a block
 * is not closed, closed under another label, is not base64, or when there are more than `blocksMax`.
 */
export function pemBlocks(text: string, blocksMax: number): readonly PemBlock[] | undefined {
  const blocks: PemBlock[] = [];
  const lines = text.split(/\r\n|\n|\r/);
  for (let i = 0; i < lines.length; i++) {
    const label = BEGIN.exec(lines[i] as string)?.[1];
    if (label === undefined) continue;
    const end = lines.findIndex((line, at) => at > i && line.trimEnd() === `-----END ${label}-----`);
    if (end < 0 || blocks.length === blocksMax) return undefined;
    const body = lines.slice(i + 1, end);
    const headers = body.some((line) => line.includes(':'));
    const der = headers ? new Uint8Array(0) : base64(body.join(''));
    if (der === undefined) return undefined;
    blocks.push({ label, headers, der });
    i = end;
  }
  return blocks;
}

/** Whether a text has a PEM boundary at all. */
export const looksLikePem = (text: string): boolean => text.includes('-----BEGIN ');

/** A block of text for these bytes. */
export function pem(label: string, der: Uint8Array): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/**
 * Bytes of a base64 text, either alphabet, padding optional, white space ignored; `undefined` for anything else,
 * including bits left over that are not zero.
 */
export function base64(text: string): Uint8Array | undefined {
  const stripped = text.replaceAll(/\s+/g, '').replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9+/_-]*$/.test(stripped) || stripped.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((stripped.length * 3) / 4));
  let bits = 0;
  let count = 0;
  let at = 0;
  for (const letter of stripped) {
    const value = ALPHABET.indexOf(letter === '-' ? '+' : letter === '_' ? '/' : letter);
    bits = ((bits << 6) | value) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[at++] = (bits >> count) & 0xff;
  }
  return (bits & ((1 << count) - 1)) === 0 ? bytes : undefined;
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3);
    const group = (a << 16) | (b << 8) | c;
    const letters = [18, 12, 6, 0].map((shift) => ALPHABET[(group >> shift) & 0x3f]).join('');
    text += letters.slice(0, Math.min(3, bytes.length - i) + 1).padEnd(4, '=');
  }
  return text;
}

const BEGIN = /^\s*-----BEGIN ([A-Z0-9 ]{1,40})-----\s*$/;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
