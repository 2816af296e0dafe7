/** Datagrams that are nearly right: the mutations that the simulation and fuzzing make. */
import { concat } from '../../src/base/index.ts';
import type { Random } from './dtls-random.ts';

/** One to three changes; never the same memory. */
export function mutated(random: Random, datagram: Uint8Array): Uint8Array {
  let bytes: Uint8Array = datagram.slice();
  for (let changes = 1 + random.below(3); changes > 0; changes--) bytes = mutatedOnce(random, bytes);
  return bytes;
}

function mutatedOnce(random: Random, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return random.bytes(1 + random.below(40));
  const at = random.below(bytes.length);
  switch (random.below(12)) {
    case 0:
    case 1:
      bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
      return bytes;
    case 2:
      bytes[at] = random.pick(TELLING_BYTES);
      return bytes;
    case 3:
      // Most of what decides stands in the record header, the handshake header, and behind them.
      bytes[random.below(Math.min(30, bytes.length))] = random.pick(TELLING_BYTES);
      return bytes;
    case 4:
      return bytes.slice(0, at);
    case 5:
      return concat(bytes, random.bytes(1 + random.below(20)));
    case 6:
      return concat(bytes, bytes.subarray(at));
    case 7:
      return concat(bytes.subarray(0, at), bytes.subarray(random.below(bytes.length)));
    case 8:
      return fitted(concat(bytes.subarray(0, at), random.bytes(1 + random.below(4)), bytes.subarray(at)));
    case 9:
      return fitted(bytes.slice(0, Math.max(13, at)));
    case 10:
      bytes[0] = 20 + random.below(5);
      return bytes;
    default:
      if (bytes.length > 4) bytes[4] = random.below(3);
      return bytes;
  }
}

/** Lets the first record's length say what there is, so that the change is looked at behind it. */
function fitted(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 13) return bytes;
  const length = bytes.length - 13;
  bytes[11] = length >>> 8;
  bytes[12] = length & 0xff;
  return bytes;
}

const TELLING_BYTES = [
  0, 1, 2, 3, 7, 8, 0x0b, 0x0c, 0x0d, 0x0e, 0x10, 0x14, 0x16, 0x20, 0x7f, 0x80, 0xfe, 0xff,
];
