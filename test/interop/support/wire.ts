/**
 * What can be read of DTLS 1.2 records without any key (RFC 6347 section 4.1), written apart from the code under test.
 */
export type WireRecord = {
  readonly type: number;
  readonly version: number;
  readonly epoch: number;
  readonly sequence: number;
  readonly fragment: Buffer;
};

export type WireHandshake = {
  readonly type: number;
  readonly length: number;
  readonly messageSequence: number;
  readonly fragmentOffset: number;
  readonly body: Buffer;
};

/**
 * The records of one datagram; a datagram that is not made of whole records is an error. How long a connection ID is
 * cannot be read off a record, so reading ends before the first one that carries one.
 */
export function recordsOf(datagram: Buffer): WireRecord[] {
  const records: WireRecord[] = [];
  for (let at = 0; at < datagram.length && datagram[at] !== TLS12_CID; ) {
    const end = at + HEADER_BYTES + datagram.readUInt16BE(at + 11);
    if (end > datagram.length) throw new RangeError('a record reaches beyond its datagram');
    records.push({
      type: datagram.readUInt8(at),
      version: datagram.readUInt16BE(at + 1),
      epoch: datagram.readUInt16BE(at + 3),
      sequence: datagram.readUIntBE(at + 5, 6),
      fragment: datagram.subarray(at + HEADER_BYTES, end),
    });
    at = end;
  }
  return records;
}

/** The handshake message fragments of a plaintext handshake record; none for any other record. */
export function handshakesOf(record: WireRecord): WireHandshake[] {
  const messages: WireHandshake[] = [];
  if (record.type !== HANDSHAKE || record.epoch !== 0) return messages;
  const { fragment } = record;
  for (let at = 0; at < fragment.length; ) {
    const end = at + 12 + fragment.readUIntBE(at + 9, 3);
    messages.push({
      type: fragment.readUInt8(at),
      length: fragment.readUIntBE(at + 1, 3),
      messageSequence: fragment.readUInt16BE(at + 4),
      fragmentOffset: fragment.readUIntBE(at + 6, 3),
      body: fragment.subarray(at + 12, end),
    });
    at = end;
  }
  return messages;
}

/**
 * One line a datagram with everything an onlooker can tell apart: record types, versions, epochs, lengths, plaintext
 * handshake types and alerts. Random values, sequence numbers and ciphertext are left out.
 */
export function shapeOf(datagram: Buffer): string {
  return recordsOf(datagram)
    .map((record) => {
      const inside = handshakesOf(record).map(({ type, length }) => `${type}/${length}`);
      if (record.type === ALERT && record.epoch === 0) inside.push(record.fragment.toString('hex'));
      const head = `type=${record.type} version=${record.version.toString(16)} epoch=${record.epoch}`;
      return `${head} length=${record.fragment.length} [${inside.join(' ')}]`;
    })
    .join(' + ');
}

export const ALERT = 21;
export const HANDSHAKE = 22;
export const APPLICATION_DATA = 23;
export const TLS12_CID = 25;
export const CLIENT_HELLO = 1;
export const SERVER_HELLO = 2;
export const HELLO_VERIFY_REQUEST = 3;
const HEADER_BYTES = 13;
