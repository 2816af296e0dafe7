/**
 * Hello extensions: one row each says its number and how its body is read and written. What is not in the table is
 * ignored in the hello of a client and refused in that of a server (RFC 5246 7.4.1.4).
 */
import { fromUtf8 } from '../../../base/index.ts';
import { Reader, Writer } from '../../../base/wire/index.ts';
import { malformed, violation } from '../../violation.ts';
import { codePoints, encodeCodePoints } from '../code-points.ts';

/** Who says the hello: three extensions have another form in the answer. */
export type HelloSide = 'client' | 'server';

/** The extensions of one hello, absent ones left out. */
export interface Extensions {
  readonly serverName?: string;
  /** Code 1..4 for 2^9..2^12 bytes (RFC 6066 4). */
  readonly maxFragmentLength?: number;
  /** Code points of named groups (RFC 8422 5.1.1). */
  readonly supportedGroups?: readonly number[];
  /** 0 is uncompressed, the only one left (RFC 8422 5.1.2). */
  readonly ecPointFormats?: readonly number[];
  /** Code points of hash and signature pairs (RFC 5246 7.4.1.4.1). */
  readonly signatureAlgorithms?: readonly number[];
  /** What the client can prove itself with; in a ServerHello the one chosen (RFC 7250 3). */
  readonly clientCertificateTypes?: readonly number[];
  /** What the client can verify; in a ServerHello the one chosen. */
  readonly serverCertificateTypes?: readonly number[];
  /** RFC 7366; its body is empty. */
  readonly encryptThenMac?: true;
  /** RFC 7627; its body is empty. */
  readonly extendedMasterSecret?: true;
  /** Bytes of plaintext in one record (RFC 8449). */
  readonly recordSizeLimit?: number;
  /** Offered versions, in a ClientHello only (RFC 8446 4.2.1). */
  readonly supportedVersions?: readonly number[];
  /** The CID that the sender of the hello wants to be addressed by; empty: none (RFC 9146 3). */
  readonly connectionId?: Uint8Array;
  /** `renegotiated_connection`; empty in an initial handshake (RFC 5746 3.2). */
  readonly renegotiationInfo?: Uint8Array;
}

type Key = keyof Extensions;

interface Row<K extends Key> {
  readonly number: number;
  readonly read: (body: Reader, side: HelloSide) => Required<Extensions>[K];
  readonly write: (body: Writer, value: Required<Extensions>[K], side: HelloSide) => void;
}

export const EXTENSIONS: { readonly [K in Key]: Row<K> } = {
  serverName: { number: 0, read: readServerName, write: writeServerName },
  maxFragmentLength: {
    number: 1,
    read: (body) => body.u8(),
    write: (body, code) => void body.u8(code),
  },
  supportedGroups: {
    number: 10,
    read: (body) => codePoints(body.vector16()),
    write: (body, groups) => void body.vector16(encodeCodePoints(groups)),
  },
  ecPointFormats: {
    number: 11,
    read: (body) => [...body.vector8()],
    write: (body, formats) => void body.vector8(Uint8Array.from(formats)),
  },
  signatureAlgorithms: {
    number: 13,
    read: (body) => codePoints(body.vector16()),
    write: (body, algorithms) => void body.vector16(encodeCodePoints(algorithms)),
  },
  clientCertificateTypes: { number: 19, read: readCertificateTypes, write: writeCertificateTypes },
  serverCertificateTypes: { number: 20, read: readCertificateTypes, write: writeCertificateTypes },
  encryptThenMac: { number: 22, read: () => true, write: () => undefined },
  extendedMasterSecret: { number: 23, read: () => true, write: () => undefined },
  recordSizeLimit: {
    number: 28,
    read: (body) => body.u16(),
    write: (body, limit) => void body.u16(limit),
  },
  supportedVersions: {
    number: 43,
    // Only a 1.3 server answers it, with one version and no list.
    read: (body, side) => (side === 'server' ? [body.u16()] : codePoints(body.vector8())),
    write: (body, versions, side) =>
      void (side === 'server' ? body.u16(versions[0] as number) : body.vector8(encodeCodePoints(versions))),
  },
  connectionId: {
    number: 54,
    read: (body) => body.vector8().slice(),
    write: (body, cid) => void body.vector8(cid),
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
export function readExtensions(hello: Reader, side: HelloSide): Extensions {
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
    // A server answers what it was asked, and nobody asks here what is not in the table (RFC 5246 7.4.1.4).
    if (key === undefined && side === 'server') violation('unsupported-extension');
    if (key === undefined) continue;
    found[key] = EXTENSIONS[key].read(body, side);
    body.end();
  }
  return found;
}

/** Writes the extensions block; nothing at all when there are none, for peers that know of no extensions. */
export function writeExtensions(hello: Writer, extensions: Extensions, side: HelloSide): void {
  const block = new Writer(64);
  for (const key of Object.keys(EXTENSIONS) as Key[]) {
    if (extensions[key] === undefined) continue;
    const body = new Writer(16);
    write(key, body, extensions, side);
    block.u16(EXTENSIONS[key].number).vector16(body.finish());
  }
  if (block.length > 0) hello.vector16(block.finish());
}

function write<K extends Key>(key: K, body: Writer, extensions: Extensions, side: HelloSide): void {
  EXTENSIONS[key].write(body, extensions[key] as Required<Extensions>[K], side);
}

/** A list of types from a client, the one chosen from a server (RFC 7250 3). */
function readCertificateTypes(body: Reader, side: HelloSide): readonly number[] {
  return side === 'server' ? [body.u8()] : [...body.vector8()];
}

function writeCertificateTypes(body: Writer, types: readonly number[], side: HelloSide): void {
  if (side === 'server') body.u8(types[0] as number);
  else body.vector8(Uint8Array.from(types));
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
