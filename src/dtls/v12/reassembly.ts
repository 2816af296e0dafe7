/**
 * Reassembly of handshake messages (RFC 6347 4.2.2, 4.2.3): fragments in any order, overlapping, repeated; whole
 * messages out in order of message_seq. Bounded in bytes, in messages ahead and in ranges. The first byte that
 * arrives for a place stays: contradicting fragments are refused, never mixed.
 */
import { equalBytes } from '../../base/index.ts';
import type { DropReason } from '../effect.ts';
import type { DtlsLimits } from '../limits.ts';
import { type Fragment, fragmentOf, type HandshakeMessage } from '../message/handshake.ts';

export interface Reassembly {
  /** message_seq of the next message to hand out. */
  next: number;
  /** Messages under way, few: found by walking. */
  partials: Partial[];
  bytes: number;
}

interface Partial {
  readonly type: number;
  readonly messageSeq: number;
  readonly length: number;
  readonly body: Uint8Array;
  /** What has arrived: disjoint, ascending [start, end). */
  ranges: readonly Range[];
}

type Range = readonly [start: number, end: number];

export const reassembly = (next: number): Reassembly => ({ next, partials: [], bytes: 0 });

/** Takes in one fragment; the reason when it is refused. Nothing changes on a refusal. */
export function addFragment(
  state: Reassembly,
  fragment: Fragment,
  limits: DtlsLimits,
): DropReason | undefined {
  const { messageSeq, length, offset, bytes } = fragment;
  if (messageSeq < state.next) return 'duplicate-message';
  if (messageSeq >= state.next + limits.messagesAheadMax) return 'future-message';
  // An empty piece of a message that is not empty moves nothing forward (CVE-2022-29190).
  if (bytes.length === 0 && length > 0) return 'malformed-fragment';
  const known = state.partials.find((partial) => partial.messageSeq === messageSeq);
  if (known === undefined) {
    if (length > limits.messageBytesMax || state.bytes + length > limits.reassemblyBytesMax)
      return 'reassembly-overflow';
    const body = new Uint8Array(length);
    body.set(bytes, offset);
    state.partials.push({
      type: fragment.type,
      messageSeq,
      length,
      body,
      ranges: [[offset, offset + bytes.length]],
    });
    state.bytes += length;
    return undefined;
  }
  if (known.type !== fragment.type || known.length !== length || contradicts(known, fragment))
    return 'contradicting-fragment';
  const ranges = merged(known.ranges, [offset, offset + bytes.length]);
  if (ranges.length > limits.fragmentRangesMax) return 'reassembly-overflow';
  known.body.set(bytes, offset);
  known.ranges = ranges;
  return undefined;
}

/** Removes and returns the next message in order, once it is whole. */
export function takeMessage(state: Reassembly): HandshakeMessage | undefined {
  const index = state.partials.findIndex((partial) => partial.messageSeq === state.next && isWhole(partial));
  const partial = state.partials[index];
  if (partial === undefined) return undefined;
  state.partials.splice(index, 1);
  state.bytes -= partial.length;
  state.next++;
  const { type, messageSeq, length, body } = partial;
  return { type, messageSeq, raw: fragmentOf({ type, length, messageSeq, offset: 0, bytes: body }) };
}

/** A message that arrived in one piece and in order: the common case, without a buffer in between. */
export function takeWhole(
  state: Reassembly,
  fragment: Fragment,
  limits: DtlsLimits,
): HandshakeMessage | undefined {
  const whole = fragment.messageSeq === state.next && fragment.bytes.length === fragment.length;
  if (!whole || state.partials.length > 0 || fragment.length > limits.messageBytesMax) return undefined;
  state.next++;
  return { type: fragment.type, messageSeq: fragment.messageSeq, raw: fragmentOf(fragment) };
}

/** Lets go of everything that is not a whole message yet. */
export function forgetPartials(state: Reassembly): void {
  state.partials = [];
  state.bytes = 0;
}

function isWhole(partial: Partial): boolean {
  const [first] = partial.ranges;
  return partial.ranges.length === 1 && first !== undefined && first[0] === 0 && first[1] === partial.length;
}

/** Whether bytes that arrived before say something else. */
function contradicts(partial: Partial, fragment: Fragment): boolean {
  const end = fragment.offset + fragment.bytes.length;
  return partial.ranges.some(([from, to]) => {
    const start = Math.max(from, fragment.offset);
    const stop = Math.min(to, end);
    if (start >= stop) return false;
    const arrived = fragment.bytes.subarray(start - fragment.offset, stop - fragment.offset);
    return !equalBytes(partial.body.subarray(start, stop), arrived);
  });
}

function merged(ranges: readonly Range[], added: Range): readonly Range[] {
  let [start, end] = added;
  const apart: Range[] = [];
  for (const range of ranges) {
    if (range[1] < start || range[0] > end) {
      apart.push(range);
      continue;
    }
    start = Math.min(start, range[0]);
    end = Math.max(end, range[1]);
  }
  return [...apart, [start, end] as const].toSorted((a, b) => a[0] - b[0]);
}
