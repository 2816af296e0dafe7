/**
 * Just enough CoAP (RFC 7252) to write a request and read its answer, independent of the codec under test.
 */
export type GetRequest = { readonly path: string; readonly messageId?: number; readonly token?: string };

/** What a request carries besides its path. */
export type Content = {
  readonly method: keyof typeof METHODS;
  readonly payload?: Uint8Array;
  /** Numbers of Content-Formats, below 256. */
  readonly contentFormat?: number;
  readonly accept?: number;
};

/** A response as seen on the wire: `code` as `2.05`. */
export type Answer = {
  readonly type: 'CON' | 'NON' | 'ACK' | 'RST';
  readonly code: string;
  readonly payload: string;
};

/** The token of a request that names none: eight bytes that no other output contains. */
export const TOKEN = 'tok-7x9q';

/** A confirmable GET; path segments of at most 12 bytes. The token must be eight bytes of text. */
export function get({ path, messageId = 0x1234, token = TOKEN }: GetRequest): Buffer {
  const parts = [Buffer.from([0x48, 0x01, messageId >> 8, messageId & 0xff]), Buffer.from(token)];
  let number = 0;
  for (const segment of path.split('/').filter((part) => part !== '')) {
    parts.push(Buffer.from([((URI_PATH - number) << 4) | segment.length]), Buffer.from(segment));
    number = URI_PATH;
  }
  return Buffer.concat(parts);
}

/** A confirmable request of any method; path segments of at most 12 bytes. */
export function ask(request: GetRequest, { method, payload, contentFormat, accept }: Content): Buffer {
  const bytes = get(request);
  bytes[1] = METHODS[method];
  const parts = [bytes];
  let number = URI_PATH;
  for (const [option, value] of [
    [CONTENT_FORMAT, contentFormat],
    [ACCEPT, accept],
  ] as const) {
    if (value === undefined) continue;
    parts.push(Buffer.from([((option - number) << 4) | 1, value]));
    number = option;
  }
  return payload === undefined
    ? Buffer.concat(parts)
    : Buffer.concat([...parts, Buffer.from([0xff]), payload]);
}

/**
 * Finds the response with this token in output that may have other text around it. The payload reaches to the end of
 * the output, so compare its beginning. Undefined when there is no such response (yet).
 */
export function findAnswer(output: Buffer, token = TOKEN): Answer | undefined {
  const at = output.indexOf(token);
  const [first, code] = [output[at - 4], output[at - 3]];
  if (at < 4 || first === undefined || code === undefined || (first & 0xcf) !== 0x48) return undefined;
  return {
    type: TYPES[(first >> 4) & 3] ?? 'RST',
    code: codeText(code),
    payload: payloadFrom(output.subarray(at + token.length)),
  };
}

/** What an answer's code byte means, as `4.04`. */
export function codeText(code: number): string {
  return `${code >> 5}.${String(code & 0x1f).padStart(2, '0')}`;
}

function payloadFrom(options: Buffer): string {
  let at = 0;
  for (;;) {
    const head = options[at];
    if (head === undefined) return '';
    if (head === 0xff) return options.subarray(at + 1).toString('latin1');
    at += 1 + extendedBytes(head >> 4);
    const length = head & 0x0f;
    const extended = options.subarray(at, at + extendedBytes(length));
    at += extended.length;
    at += length === 14 ? extended.readUInt16BE() + 269 : length === 13 ? extended.readUInt8() + 13 : length;
  }
}

/** RFC 7252 section 3.1: nibbles 13 and 14 announce one and two more bytes. */
function extendedBytes(nibble: number): number {
  return nibble === 13 ? 1 : nibble === 14 ? 2 : 0;
}

const URI_PATH = 11;
const CONTENT_FORMAT = 12;
const ACCEPT = 17;
const METHODS = { GET: 1, POST: 2, PUT: 3, DELETE: 4 } as const;
const TYPES = ['CON', 'NON', 'ACK', 'RST'] as const;
