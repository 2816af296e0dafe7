/**
 * What one peer was answered lately: so that a duplicate gets the same bytes again and nothing is carried out twice
 * (RFC 7252 4.5). A few records in one byte array per peer, oldest first, because ten thousand peers have ten
 * thousand of them: no object per answer, nothing for the garbage collector to trace, nothing at all before the first.
 *
 *     record:  Message ID (2) | flags (1) | expiry in ticks (4) | length (2) | answer (length)
 *
 * The limits bound records and bytes, so an unexpired record may have to go. Then we know only *that* its Message ID
 * was used. For GET and FETCH nothing more is needed: they may be carried out again (RFC 7252 4.5). For the others the
 * log keeps the arc of Message IDs that covers all it let go, and calls a request inside that arc `doubtful`: it may be
 * a duplicate and must not be carried out.
 *
 *        0 ---------[ arc of what was let go ][ records ]-> newest ---- free ---- 65535
 *
 * A client that numbers in sequence, as all known stacks do, is always in the free part and never notices, however
 * fast it is: once its numbers come round (after 65,536 messages within EXCHANGE_LIFETIME, which RFC 7252 4.4 forbids
 * it), the part of the arc just ahead of it is given free again; what is more than 57,000 messages old may by then
 * count as new. A client that picks its numbers at random gets the whole circle for an arc: it may have as many
 * non-safe requests in one EXCHANGE_LIFETIME as the log has records, and is refused the rest.
 */
import { after, type Duration, EMPTY, type Instant } from '../base/index.ts';
import type { CoapLimits } from './limits.ts';
import type { MessageId } from './message.ts';

/** What is known of a Message ID: nothing, that it may have been used, or where its answer is. */
export type Recollection = 'new' | 'doubtful' | AnswerPosition;
/** Offset of a record; good until the next call that changes the log. */
export type AnswerPosition = number;

export interface AnsweredMessage {
  readonly messageId: MessageId;
  /** GET, FETCH, and responses to us: may be met again without harm. */
  readonly safe: boolean;
  readonly lifetime: Duration;
}

export class AnswerLog {
  readonly #limits: CoapLimits;
  #bytes: Uint8Array = EMPTY;
  #start = 0;
  #end = 0;
  #count = 0;

  /** Everything noted lies in the `#span` IDs up to and including `#newest`; -1 while nothing is noted. */
  #newest = -1;
  #span = 0;
  /** When a step larger than SEQUENTIAL_STEP was last seen to be recent, as a tick. */
  #scatteredUntil = 0;

  /** The arc of unsafe requests that were let go: `#goneSpan` IDs before `#goneLast`, and that one. */
  #goneLast = 0;
  #goneSpan = 0;
  #goneUntil = 0;

  constructor(limits: CoapLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#count;
  }

  get byteLength(): number {
    return this.#bytes.length;
  }

  /** Whether `messageId` lies outside of everything noted, so that no record and no open request can have it. */
  isBeyond(messageId: MessageId): boolean {
    if (this.#newest < 0) return true;
    const forward = (messageId - this.#newest) & 0xffff;
    return forward !== 0 && forward <= 0xffff - this.#span;
  }

  /** Notes that `messageId` is in use from now on. */
  note(now: Instant, messageId: MessageId): void {
    if (this.#newest < 0) {
      this.#newest = messageId;
      return;
    }
    const forward = (messageId - this.#newest) & 0xffff;
    const back = 0x1_0000 - forward;
    if (Math.min(forward, back) > SEQUENTIAL_STEP) {
      this.#scatteredUntil = tickOf(after(now, this.#limits.exchangeLifetime));
    }
    if (!this.isBeyond(messageId)) return;
    if (forward < 0x8000) {
      this.#newest = messageId;
      this.#span += forward;
    } else this.#span = back;
  }

  /** Whether the span has become too wide to tell much: then `rebase`, and note again what is still open. */
  get isWide(): boolean {
    return this.#span > 0xffff - 2 * SEQUENTIAL_STEP;
  }

  /** Shrinks the span to what the records need, seen from `messageId`. */
  rebase(messageId: MessageId): void {
    this.#newest = messageId;
    this.#span = 0;
    for (let at = this.#start; at < this.#end; at += recordLength(this.#bytes, at)) {
      this.#span = Math.max(this.#span, (messageId - u16(this.#bytes, at)) & 0xffff);
    }
  }

  /** What is known of `messageId`. */
  recall(now: Instant, messageId: MessageId): Recollection {
    const tick = tickOf(now);
    for (let at = this.#start; at < this.#end; at += recordLength(this.#bytes, at)) {
      if (u16(this.#bytes, at) !== messageId || isPast(i32(this.#bytes, at + 3), tick)) continue;
      return (this.#flags(at) & NOT_KEPT) === 0 ? at : 'doubtful';
    }
    return this.isDoubtful(now, messageId) ? 'doubtful' : 'new';
  }

  /** Whether `messageId` is in the arc of what was let go. */
  isDoubtful(now: Instant, messageId: MessageId): boolean {
    return this.#isGone(tickOf(now)) && ((this.#goneLast - messageId) & 0xffff) <= this.#goneSpan;
  }

  /** A copy of the answer in the record at `position`; empty when the message was answered with silence. */
  answerAt(position: AnswerPosition): Uint8Array {
    const from = position + HEADER;
    const to = position + recordLength(this.#bytes, position);
    return from === to ? EMPTY : new Uint8Array(this.#bytes.subarray(from, to));
  }

  /** Whether the record at `position` is of a non-safe request. */
  isUnsafeAt(position: AnswerPosition): boolean {
    return (this.#flags(position) & UNSAFE) !== 0;
  }

  /** Remembers `answer` (copied) for `message`; lets the oldest go as far as the limits demand. */
  append(now: Instant, message: AnsweredMessage, answer: Uint8Array): void {
    const kept = HEADER + answer.length <= this.#limits.answerBytesPerPeerMax;
    const length = HEADER + (kept ? answer.length : 0);
    while (this.#count > 0 && !this.#fits(length)) this.#dropOldest(now);
    this.#makeRoom(length);
    const bytes = this.#bytes;
    const at = this.#end;
    const expiry = tickOf(after(now, message.lifetime)) + 1;
    bytes[at] = message.messageId >> 8;
    bytes[at + 1] = message.messageId;
    bytes[at + 2] = (message.safe ? 0 : UNSAFE) | (kept ? 0 : NOT_KEPT);
    bytes[at + 3] = expiry >> 24;
    bytes[at + 4] = expiry >> 16;
    bytes[at + 5] = expiry >> 8;
    bytes[at + 6] = expiry;
    bytes[at + 7] = (length - HEADER) >> 8;
    bytes[at + 8] = length - HEADER;
    for (let i = HEADER; i < length; i++) bytes[at + i] = answer[i - HEADER] as number;
    this.#end += length;
    this.#count++;
  }

  /** Lets expired records go; true when nothing is left that matters. */
  expire(now: Instant): boolean {
    const tick = tickOf(now);
    while (this.#count > 0 && isPast(i32(this.#bytes, this.#start + 3), tick)) this.#dropOldest(now);
    return this.#count === 0 && !this.#isGone(tick);
  }

  #flags(position: AnswerPosition): number {
    return this.#bytes[position + 2] as number;
  }

  #isGone(tick: number): boolean {
    return this.#goneUntil !== 0 && !isPast(this.#goneUntil, tick);
  }

  #fits(length: number): boolean {
    return (
      this.#count < this.#limits.answersPerPeerMax &&
      this.#end - this.#start + length <= this.#limits.answerBytesPerPeerMax
    );
  }

  #dropOldest(now: Instant): void {
    const at = this.#start;
    const expiry = i32(this.#bytes, at + 3);
    if (this.isUnsafeAt(at) && !isPast(expiry, tickOf(now))) this.#letGo(now, u16(this.#bytes, at), expiry);
    this.#start += recordLength(this.#bytes, at);
    this.#count--;
    if (this.#count === 0) {
      this.#start = 0;
      this.#end = 0;
    }
  }

  /** Widens the arc by `id`. */
  #letGo(now: Instant, id: number, expiry: number): void {
    const tick = tickOf(now);
    if (!this.#isGone(tick)) {
      this.#goneLast = id;
      this.#goneSpan = 0;
      this.#goneUntil = expiry;
      return;
    }
    const forward = (id - this.#goneLast) & 0xffff;
    if (forward < 0x8000) {
      this.#goneLast = id;
      this.#goneSpan = Math.min(0xffff, this.#goneSpan + forward);
    } else this.#goneSpan = Math.max(this.#goneSpan, 0x1_0000 - forward);
    if (isPast(this.#goneUntil, expiry)) this.#goneUntil = expiry;
    const scattered = this.#scatteredUntil !== 0 && !isPast(this.#scatteredUntil, tick);
    if (scattered) return;
    // A client in sequence is about to use the IDs just ahead of its newest: those must be free.
    const ahead = ((this.#newest - this.#goneLast) & 0xffff) + SEQUENTIAL_STEP;
    this.#goneSpan = Math.min(this.#goneSpan, Math.max(0, 0xffff - ahead));
  }

  /** Makes `length` bytes free behind the last record, within the limit that `#fits` checked. */
  #makeRoom(length: number): void {
    if (this.#end + length <= this.#bytes.length) return;
    const live = this.#end - this.#start;
    if (live + length > this.#bytes.length) {
      const larger = new Uint8Array(sizeFor(live + length, this.#limits.answerBytesPerPeerMax));
      larger.set(this.#bytes.subarray(this.#start, this.#end));
      this.#bytes = larger;
    } else this.#bytes.copyWithin(0, this.#start, this.#end);
    this.#start = 0;
    this.#end = live;
  }
}

/** 64 bytes stay on the heap of the engine and are cheap; then in steps of four, to the limit. */
function sizeFor(needed: number, limit: number): number {
  let size = 64;
  while (size < needed) size *= 4;
  return Math.max(needed, Math.min(size, limit));
}

const u16 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) << 8) | (bytes[at + 1] as number);

const i32 = (bytes: Uint8Array, at: number): number => (u16(bytes, at) << 16) | u16(bytes, at + 2);

const recordLength = (bytes: Uint8Array, at: number): number => HEADER + u16(bytes, at + 7);

/** Tenths of a second as a signed 32-bit number, never 0; comparisons survive its coming round (every 13 years). */
const tickOf = (at: Instant): number => Math.floor(at / 100) | 0 || 1;

const isPast = (deadline: number, tick: number): boolean => ((deadline - tick) | 0) < 0;

const HEADER = 9;
const UNSAFE = 1;
const NOT_KEPT = 2;
/** A client that numbers in sequence steps no further than this from one of its messages to another. */
const SEQUENTIAL_STEP = 4_096;
