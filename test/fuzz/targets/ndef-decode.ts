/** Target: NDEF is read as a second reading of its specification reads it; what is read encodes to the same meaning. */
import assert from 'node:assert/strict';
import { toHex } from '../../../src/base/index.ts';
import { decodeEnrolmentMessage, encodeEnrolmentMessage } from '../../../src/enrolment/index.ts';
import { decodeNdef, encodeNdef } from '../../../src/enrolment/ndef.ts';

/** Returns the fault or the kind, to count. */
export function enrolmentTarget(input: Uint8Array): string {
  const message = decodeNdef(input);
  const plain = plainNdef([...input]);
  if (message.kind === 'malformed') assert.equal(plain, undefined, toHex(input));
  else {
    const read = message.records.map(({ type, id, payload }) => [type, toHex(id), toHex(payload)].join(' '));
    assert.deepEqual(read, plain, toHex(input));
    assert.deepEqual(decodeNdef(encodeNdef(message.records)), message, toHex(input));
  }
  const found = decodeEnrolmentMessage(input);
  if (found.kind === 'malformed') return found.fault;
  const again = decodeEnrolmentMessage(encodeEnrolmentMessage(found.enrolment));
  assert.ok(again.kind === 'enrolment', toHex(input));
  assert.deepEqual(again.enrolment, found.enrolment, toHex(input));
  return found.enrolment.kind;
}

/** `TYPE IDHEX PAYLOADHEX` of each record, or nothing for what is no message of ours. Slow on purpose. */
function plainNdef(input: readonly number[]): string[] | undefined {
  const rest = [...input];
  const take = (count: number): number[] => rest.splice(0, count);
  const records: string[] = [];
  if (input.length > 4_096) return undefined;
  for (;;) {
    const [flags] = take(1);
    if (flags === undefined || records.length === 16) return undefined;
    const [begin, end, chunk, short, withId, ...format] = flags.toString(2).padStart(8, '0');
    const tnf = Number.parseInt(format.join(''), 2);
    if (chunk === '1' || tnf > 5 || (begin === '1') !== (records.length === 0)) return undefined;
    const lengths = take(1 + (short === '1' ? 1 : 4) + (withId === '1' ? 1 : 0));
    const [typeLength = -1] = lengths.splice(0, 1);
    const idLength = withId === '1' ? (lengths.pop() ?? -1) : 0;
    if (lengths.length !== (short === '1' ? 1 : 4)) return undefined;
    const payloadLength = lengths.reduce((sum, byte) => sum * 256 + byte, 0);
    if (typeLength > 0 !== [1, 2, 3, 4].includes(tnf)) return undefined;
    if (tnf === 0 && payloadLength + idLength > 0) return undefined;
    if (rest.length < typeLength + idLength + payloadLength || idLength < 0) return undefined;
    const type = take(typeLength);
    if (type.some((letter) => letter <= 0x20 || letter >= 0x7f)) return undefined;
    const [id, payload] = [take(idLength), take(payloadLength)].map((part) =>
      Buffer.from(part).toString('hex'),
    );
    records.push([String.fromCharCode(...type), id, payload].join(' '));
    if (end === '1') return rest.length === 0 ? records : undefined;
  }
}
