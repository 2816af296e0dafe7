/** Every parser of the DTLS wire format: a value or a PeerFault; what was read is written and read the same. */
import assert from 'node:assert/strict';
import { EMPTY, equalBytes, PeerFault } from '../../../src/base/index.ts';
import { decodeAlert } from '../../../src/dtls/message/alert.ts';
import { decodeCertificate, encodeCertificate } from '../../../src/dtls/message/certificate.ts';
import {
  decodeCertificateRequest,
  encodeCertificateRequest,
} from '../../../src/dtls/message/certificate-request.ts';
import {
  decodeClientHello,
  encodeClientHello,
  readHelloPrefix,
} from '../../../src/dtls/message/client-hello.ts';
import { fragmentOf, parseFragment } from '../../../src/dtls/message/handshake.ts';
import {
  decodeHelloVerifyRequest,
  encodeHelloVerifyRequest,
} from '../../../src/dtls/message/hello-verify-request.ts';
import {
  decodeEcdheEcdsaServer,
  decodeEcdhePskClient,
  decodeEcdhePskServer,
  decodePoint,
  decodePskLabel,
  encodeEcdhePskClient,
  encodeEcdhePskServer,
  encodePoint,
  encodePskLabel,
} from '../../../src/dtls/message/key-exchange.ts';
import { decodeServerHello, encodeServerHello } from '../../../src/dtls/message/server-hello.ts';
import { decodeCertificateVerify, encodeSigned } from '../../../src/dtls/message/signature.ts';
import { parseRecord, writeRecordHeader } from '../../../src/dtls/record/header.ts';
import { unwrapInner } from '../../../src/dtls/record/protection.ts';

/** All records of a datagram and all fragments in them; the body of each fragment. */
export function bodiesIn(datagram: Uint8Array, cidLength: number): Uint8Array[] {
  const bodies: Uint8Array[] = [];
  let rounds = 0;
  for (let offset = 0; offset < datagram.length; ) {
    assert.ok(rounds++ <= datagram.length / 13 + 1, 'each record takes its header at least');
    const parsed = parseRecord(datagram, offset, cidLength);
    if ('drop' in parsed) {
      assert.ok(parsed.next > offset && parsed.next <= datagram.length);
      offset = parsed.next;
      continue;
    }
    const { record } = parsed;
    assert.ok(record.begin === offset && record.start > offset && record.end >= record.start);
    assert.ok(record.end <= datagram.length && record.sequence < 2 ** 48);
    const again = datagram.slice(offset, record.end);
    writeRecordHeader(again, 0, record, record.cid, record.end - record.start);
    assert.ok(equalBytes(again, datagram.subarray(offset, record.end)), 'a header is written as it was read');
    offset = record.end;
    const plaintext = datagram.subarray(record.start, record.end);
    const inner = record.cid.length > 0 ? unwrapInner(plaintext) : undefined;
    assert.ok(inner === undefined || inner.plaintext.length < plaintext.length);
    decodeAlert(plaintext);
    bodies.push(...fragmentBodies(plaintext));
  }
  return bodies;
}

function fragmentBodies(plaintext: Uint8Array): Uint8Array[] {
  const bodies: Uint8Array[] = [];
  for (let at = 0; at < plaintext.length; ) {
    const fragment = parseFragment(plaintext, at);
    if (fragment === undefined) break;
    const end = at + 12 + fragment.bytes.length;
    assert.ok(equalBytes(fragmentOf(fragment), plaintext.subarray(at, end)), 'a fragment is written as read');
    at = end;
    bodies.push(fragment.bytes);
  }
  return bodies;
}

/** Reads `body` as each message; the names of those that it is. */
export function readAsEverything(body: Uint8Array): string[] {
  const prefix = readHelloPrefix(body);
  assert.ok(prefix === undefined || prefix.random.length === 32);
  return Object.entries(CODECS)
    .filter(([, { decode, encode }]) => isRead(body, decode, encode))
    .map(([name]) => name);
}

function isRead(body: Uint8Array, decode: Decode, encode: Encode | undefined): boolean {
  let read: unknown;
  try {
    read = decode(body);
  } catch (fault) {
    if (!(fault instanceof PeerFault)) throw fault;
    return false;
  }
  if (encode !== undefined) assert.deepEqual(decode(encode(read)), read);
  return true;
}

type Decode = (body: Uint8Array) => unknown;
type Encode = (value: unknown) => Uint8Array;

/** Ties the two halves of a codec together. */
function codec<T>(decode: (body: Uint8Array) => T, encode?: (value: T) => Uint8Array) {
  return { decode: decode as Decode, encode: encode as Encode | undefined };
}

const CHAIN_MAX = 4;
const CODECS: Readonly<Record<string, { decode: Decode; encode: Encode | undefined }>> = {
  'client hello': codec(decodeClientHello, encodeClientHello),
  'server hello': codec(decodeServerHello, encodeServerHello),
  'hello verify request': codec(decodeHelloVerifyRequest, encodeHelloVerifyRequest),
  'psk label': codec(decodePskLabel, encodePskLabel),
  'ecdhe psk, server': codec(decodeEcdhePskServer, encodeEcdhePskServer),
  'ecdhe psk, client': codec(decodeEcdhePskClient, ({ identity, point }) =>
    encodeEcdhePskClient(identity, point),
  ),
  'ecdhe ecdsa, server': codec(decodeEcdheEcdsaServer),
  point: codec(decodePoint, encodePoint),
  'raw public key': codec(
    (body) => decodeCertificate(body, 'raw-public-key', CHAIN_MAX),
    ([key]) => encodeCertificate('raw-public-key', [key ?? EMPTY]),
  ),
  chain: codec(
    (body) => decodeCertificate(body, 'x509', CHAIN_MAX),
    (chain) => encodeCertificate('x509', chain),
  ),
  'certificate request': codec(decodeCertificateRequest, encodeCertificateRequest),
  'certificate verify': codec(decodeCertificateVerify, encodeSigned),
};
