/** Lists of two-byte code points, as suites, groups, versions and signature algorithms travel. */
import { Writer } from '../../base/wire/index.ts';
import { malformed } from '../violation.ts';

/** The code points of a list; one of odd length is malformed. */
export function codePoints(list: Uint8Array): readonly number[] {
  if (list.length % 2 !== 0) malformed();
  return Array.from(
    { length: list.length / 2 },
    (_, i) => ((list[2 * i] as number) << 8) | (list[2 * i + 1] as number),
  );
}

export function encodeCodePoints(values: readonly number[]): Uint8Array {
  return values.reduce((list, value) => list.u16(value), new Writer(2 * values.length)).finish();
}
