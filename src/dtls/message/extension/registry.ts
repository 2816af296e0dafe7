/**
 * Hello extensions: one row each says its number and how its body is read and written. What is not in the table is
 * ignored, as RFC 5246 7.4.1.4 demands of a server.
 */
import { fromUtf8 } from '../../../base/index.ts';
import { Reader, Writer } from '../../../base/wire/index.ts';
import { malformed, violation } from '../../violation.ts';

/** The extensions of one hello, absent ones left out. */
export interface Extensions {
  readonly serverName?: string;
  /** Code 1..4 for 2^9..2^12 bytes (RFC 6066 4). */
  readonly maxFragmentLength?: number;
  /** RFC 7627; its body is empty. */
  readonly extendedMasterSecret?: true;
  /** Bytes of plaintext in one record (RFC 8449). */
  readonly recordSizeLimit?: number;
  /** Offered versions, in a ClientHello only (RFC 8446 4.2.1). */
  readonly supportedVersions?: readonly number[];
  /** `renegotiated_connection`; empty in an initial handshake (RFC 5746 3.2). */
  readonly renegotiationInfo?: Uint8Array;
}

type Key = keyof Extensions;

interface Row<K extends Key> {
  readonly number: number;
  readonly read: (body: Reader) => Required<Extensions>[K];
  readonly write: (body: Writer, value: Required<Extensions>[K]) => void;
}

export const EXTENSIONS: { readonly [K in Key]: Row<K> } = {
  serverName: { number: 0, read: readServerName, write: writeServerName },
  maxFragmentLength: {
    number: 1,
    read: (body) => body.u8(),
    write: (body, code) => void body.u8(code),
  },
  extendedMasterSecret: { number: 23, read: () => true, write: () => undefined },
  recordSizeLimit: {
    number: 28,
    read: (body) => body.u16(),
    write: (body, limit) => void body.u16(limit),
  },
  supportedVersions: {
    number: 43,
    read: (body) => {
      const list = body.vector8();
      if (list.length % 2 !== 0) malformed();
      return Array.from(
        { length: list.length / 2 },
        (_, i) => ((list[2 * i] as number) << 8) | (list[2 * i + 1] as number),
      );
    },
    write: (body, versions) =>
      void body.vector8(versions.reduce((list, version) => list.u16(version), new Writer(8)).finish()),
  },
  renegotiationInfo: {
    number: 0xff01,
    read: (body) => body.vector8().slice(),
    write: (body, verify) => void body.vector8(verify),
  },
};

/** The number -> name index over {@link EXTENSIONS}. */
const BY_NUMBER: ReadonlyMap<number, Key> = new Map(
  (Object.keys(EXTENSIONS) as Key[]).map((key) => [EXTENSIONS[key].number, key]),
);

/** Reads the extensions block at the end of a hello. No block at all is an empty one (RFC 5246 7.4.1.2). */
export function readExtensions(hello: Reader): Extensions {
  const found: Record<string, unknown> = {};
  if (hello.done) return found;
  const block = new Reader(hello.vector16(), malformed);
  hello.end();
  const numbers: number[] = [];
  while (!block.done) {
    const number = block.u16();
    const body = new Reader(block.vector16(), malformed);
    // "There MUST NOT be more than one extension of the same type" (RFC 5246 7.4.1.4).
    if (numbers.includes(number)) violation('illegal-parameter');
    if (numbers.push(number) > EXTENSIONS_MAX) malformed();
    const key = BY_NUMBER.get(number);
    if (key === undefined) continue;
    found[key] = EXTENSIONS[key].read(body);
    body.end();
  }
  return found;
}

/** Writes the extensions block; nothing at all when there are none, for peers that know of no extensions. */
export function writeExtensions(hello: Writer, extensions: Extensions): void {
  const block = new Writer(64);
  for (const key of Object.keys(EXTENSIONS) as Key[]) {
    if (extensions[key] === undefined) continue;
    const body = new Writer(16);
    write(key, body, extensions);
    block.u16(EXTENSIONS[key].number).vector16(body.finish());
  }
  if (block.length > 0) hello.vector16(block.finish());
}

function write<K extends Key>(key: K, body: Writer, extensions: Extensions): void {
  EXTENSIONS[key].write(body, extensions[key] as Required<Extensions>[K]);
}

/** The first host_name (RFC 6066 3). Servers of devices do not act on it; it is kept for the operator's eyes. */
function readServerName(body: Reader): string {
  // A server that echoes the extension sends it empty.
  if (body.done) return '';
  const list = new Reader(body.vector16(), malformed);
  let name = '';
  while (!list.done) {
    const type = list.u8();
    const value = list.vector16();
    if (type === 0 && name === '') name = fromUtf8(value) ?? '';
  }
  return name;
}

function writeServerName(body: Writer, name: string): void {
  const bytes = new TextEncoder().encode(name);
  body.vector16(new Writer(bytes.length + 3).u8(0).vector16(bytes).finish());
}

const EXTENSIONS_MAX = 64;
