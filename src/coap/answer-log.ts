/**
 * What each peer was answered lately: so that a duplicate gets the same bytes again and nothing is carried out twice
 * (RFC 7252 4.5). A peer has a trail of records, oldest first, in cells that all peers share.
 *
 *     record:  Message ID (2) | flags (1) | expiry in ticks (4) | length (2) | answer (length)
 *
 * The limits bound records and bytes, so an unexpired record may have to go. Then we know only *that* its Message ID
 * was used. For GET and FETCH nothing more is needed: they may be carried out again (RFC 7252 4.5). For the others
 * the trail keeps the arc of Message IDs that covers all it let go, and a request inside that arc is `doubtful`: it
 * may be a duplicate and must not be carried out.
 *
 *        0 ---------[ arc of what was let go ][ records ]-> newest ---- free ---- 65535
 *
 * A client that numbers in sequence, as all known stacks do, is always in the free part and never notices, however
 * fast it is: once its numbers come round (after 65,536 messages within EXCHANGE_LIFETIME, which RFC 7252 4.4
 * forbids it), the part of the arc just ahead of it is given free again; what is more than 57,000 messages old may
 * by then count as new. A client that picks its numbers at random gets the whole circle for an arc: it may have as
 * many non-safe requests in one EXCHANGE_LIFETIME as its trail has records, and is refused the rest.
 */
import { after, type Duration, EMPTY, type Instant } from '../base/index.ts';
import {
  CELL_BYTES,
  CELL_HEAD,
  type Cell,
  Cells,
  NO_CELL,
  offsetOf,
  readInt32,
  readUint16,
  writeInt32,
  writeUint16,
} from './cells.ts';
import type { CoapLimits } from './limits.ts';
import type { MessageId } from './message.ts';

/** What the log holds of one peer; part of that peer's own record. Ticks are tenths of a second. */
export interface Trail {
  first: Cell;
  last: Cell;
  cells: number;
  records: number;
  /** Everything noted lies in the `span` IDs before `newest`, and in that one; -1 while nothing is noted. */
  newest: number;
  span: number;
  gone: Arc | undefined;
  /** The tick until which the numbers count as not in sequence, 0 for in sequence. */
  scatteredUntil: number;
}

/** The Message IDs of unsafe requests that were let go: the `span` before `last`, and that one. */
interface Arc {
  last: number;
  span: number;
  until: number;
}

export interface AnsweredMessage {
  readonly messageId: MessageId;
  /** GET, FETCH, and responses to us: may be met again without harm. */
  readonly safe: boolean;
  readonly lifetime: Duration;
}

/** What is known of a Message ID: nothing, that it may have been used, or (a copy of) its answer. */
export type Recollection = 'new' | 'doubtful' | Uint8Array;

export class AnswerLog {
  readonly #limits: CoapLimits;
  readonly #cells: Cells;

  constructor(limits: CoapLimits) {
    this.#limits = limits;
    this.#cells = new Cells(limits.answerBytesMax);
  }

  /** Bytes in use, of `answerBytesMax`. */
  get bytes(): number {
    return this.#cells.used * CELL_BYTES;
  }

  /** What is known of `messageId`. An empty answer means that there was none to send. */
  recall(now: Instant, trail: Trail, messageId: MessageId): Recollection {
    const tick = tickOf(now);
    let cell = trail.first;
    for (let record = 0; record < trail.records; record++) {
      const block = this.#cells.blockOf(cell);
      const at = offsetOf(cell) + CELL_HEAD;
      if (readUint16(block, at) === messageId && !isPast(readInt32(block, at + 3), tick)) {
        return ((block[at + 2] as number) & NOT_KEPT) === 0 ? this.#answer(cell) : 'doubtful';
      }
      cell = this.#skip(cell);
    }
    return isDoubtful(now, trail, messageId) ? 'doubtful' : 'new';
  }

  /** Remembers `answer` (copied) for `message`; lets the oldest of this trail go as far as the limits demand. */
  append(now: Instant, trail: Trail, message: AnsweredMessage, answer: Uint8Array): void {
    const { answersPerPeerMax, answerBytesPerPeerMax } = this.#limits;
    const cellsMax = Math.floor(answerBytesPerPeerMax / CELL_BYTES);
    const expiry = tickOf(after(now, message.lifetime)) + 1;
    const kept = cellsFor(answer.length) <= cellsMax;
    const length = kept ? answer.length : 0;
    const needed = cellsFor(length);
    while (
      trail.records > 0 &&
      (trail.records >= answersPerPeerMax ||
        trail.cells + needed > cellsMax ||
        this.#cells.available < needed)
    ) {
      this.#dropOldest(now, trail);
    }
    if (this.#cells.available < needed) {
      if (!message.safe) letGo(now, trail, message.messageId, expiry);
      return;
    }
    const flags = (message.safe ? 0 : UNSAFE) | (kept ? 0 : NOT_KEPT);
    const first = this.#takeFor(trail);
    const block = this.#cells.blockOf(first);
    const at = offsetOf(first) + CELL_HEAD;
    writeUint16(block, at, message.messageId);
    block[at + 2] = flags;
    writeInt32(block, at + 3, expiry);
    writeUint16(block, at + 7, length);
    this.#write(trail, at + RECORD_HEAD, kept ? answer : EMPTY);
    trail.records++;
  }

  /** Lets expired records go; true when nothing of the trail matters any more. */
  expire(now: Instant, trail: Trail): boolean {
    const tick = tickOf(now);
    while (trail.records > 0 && isPast(this.#expiryOf(trail.first), tick)) this.#dropOldest(now, trail);
    return trail.records === 0 && goneAt(trail, tick) === undefined;
  }

  /** Forgets the whole trail, at once. */
  forget(trail: Trail): void {
    if (trail.cells > 0) this.#cells.giveBack(trail.first, trail.last, trail.cells);
    Object.assign(trail, emptyTrail());
  }

  /** Notes that `messageId` is in use from now on. True when the span has become too wide to tell much. */
  note(now: Instant, trail: Trail, messageId: MessageId): boolean {
    widen(trail, messageId, tickOf(after(now, this.#limits.exchangeLifetime)));
    return trail.span > WIDE;
  }

  /** Narrows the span to `messageId`, the IDs in `open` (the requests without an answer) and the records. */
  narrow(trail: Trail, messageId: MessageId, open: readonly MessageId[]): void {
    let span = 0;
    for (const other of open) span = Math.max(span, (messageId - other) & 0xffff);
    let cell = trail.first;
    for (let record = 0; record < trail.records; record++) {
      const other = readUint16(this.#cells.blockOf(cell), offsetOf(cell) + CELL_HEAD);
      span = Math.max(span, (messageId - other) & 0xffff);
      cell = this.#skip(cell);
    }
    trail.newest = messageId;
    trail.span = span;
  }

  #takeFor(trail: Trail): Cell {
    const cell = this.#cells.take();
    if (trail.last === NO_CELL) trail.first = cell;
    else this.#cells.link(trail.last, cell);
    trail.last = cell;
    trail.cells++;
    return cell;
  }

  /** Writes `answer` from offset `at` of the last cell on, and into further cells. */
  #write(trail: Trail, at: number, answer: Uint8Array): void {
    let written = Math.min(answer.length, FIRST_CELL_ANSWER);
    move(answer, 0, this.#cells.blockOf(trail.last), at, written);
    while (written < answer.length) {
      const cell = this.#takeFor(trail);
      const length = Math.min(answer.length - written, CELL_CONTENT);
      move(answer, written, this.#cells.blockOf(cell), offsetOf(cell) + CELL_HEAD, length);
      written += length;
    }
  }

  /** The answer in the record that begins at `first`. */
  #answer(first: Cell): Uint8Array {
    let cell = first;
    const at = offsetOf(cell) + CELL_HEAD + RECORD_HEAD;
    const answer = new Uint8Array(readUint16(this.#cells.blockOf(cell), at - 2));
    let read = Math.min(answer.length, FIRST_CELL_ANSWER);
    move(this.#cells.blockOf(cell), at, answer, 0, read);
    while (read < answer.length) {
      cell = this.#cells.next(cell);
      const length = Math.min(answer.length - read, CELL_CONTENT);
      move(this.#cells.blockOf(cell), offsetOf(cell) + CELL_HEAD, answer, read, length);
      read += length;
    }
    return answer;
  }

  #expiryOf(first: Cell): number {
    return readInt32(this.#cells.blockOf(first), offsetOf(first) + CELL_HEAD + 3);
  }

  #cellsOf(first: Cell): number {
    return cellsFor(readUint16(this.#cells.blockOf(first), offsetOf(first) + CELL_HEAD + 7));
  }

  /** The first cell of the record after the one that begins at `first`. */
  #skip(first: Cell): Cell {
    let cell = first;
    for (let left = this.#cellsOf(first); left > 0; left--) cell = this.#cells.next(cell);
    return cell;
  }

  #dropOldest(now: Instant, trail: Trail): void {
    const { first } = trail;
    const at = offsetOf(first) + CELL_HEAD;
    const block = this.#cells.blockOf(first);
    const expiry = readInt32(block, at + 3);
    const unsafe = ((block[at + 2] as number) & UNSAFE) !== 0;
    if (unsafe && !isPast(expiry, tickOf(now))) letGo(now, trail, readUint16(block, at), expiry);
    const count = this.#cellsOf(first);
    let last = first;
    for (let left = count - 1; left > 0; left--) last = this.#cells.next(last);
    trail.first = this.#cells.next(last);
    trail.cells -= count;
    trail.records--;
    if (trail.records === 0) trail.last = NO_CELL;
    this.#cells.giveBack(first, last, count);
  }
}

export const emptyTrail = (): Trail => ({
  first: NO_CELL,
  last: NO_CELL,
  cells: 0,
  records: 0,
  newest: -1,
  span: 0,
  gone: undefined,
  scatteredUntil: 0,
});

/** Whether `messageId` lies outside of everything noted, so that no record and no open request can have it. */
export function isBeyond(trail: Trail, messageId: MessageId): boolean {
  if (trail.newest < 0) return true;
  const forward = (messageId - trail.newest) & 0xffff;
  return forward !== 0 && forward <= 0xffff - trail.span;
}

/** Whether `messageId` is in the arc of what was let go. */
export function isDoubtful(now: Instant, trail: Trail, messageId: MessageId): boolean {
  if (trail.gone === undefined) return false;
  const gone = goneAt(trail, tickOf(now));
  return gone !== undefined && ((gone.last - messageId) & 0xffff) <= gone.span;
}

/** Takes `messageId` into the span; a large step marks the numbers as not in sequence until `tick`. */
function widen(trail: Trail, messageId: MessageId, tick: number): void {
  if (trail.newest < 0) {
    trail.newest = messageId;
    return;
  }
  const forward = (messageId - trail.newest) & 0xffff;
  const back = 0x1_0000 - forward;
  if (Math.min(forward, back) > SEQUENTIAL_STEP) trail.scatteredUntil = tick;
  if (!isBeyond(trail, messageId)) return;
  if (forward < 0x8000) {
    trail.newest = messageId;
    trail.span += forward;
  } else trail.span = back;
}

function goneAt(trail: Trail, tick: number): Arc | undefined {
  return trail.gone === undefined || isPast(trail.gone.until, tick) ? undefined : trail.gone;
}

/** Takes `id` into the arc. */
function letGo(now: Instant, trail: Trail, id: number, expiry: number): void {
  const tick = tickOf(now);
  const gone = goneAt(trail, tick);
  if (gone === undefined) {
    trail.gone = { last: id, span: 0, until: expiry };
    return;
  }
  const forward = (id - gone.last) & 0xffff;
  if (forward < 0x8000) {
    gone.last = id;
    gone.span = Math.min(0xffff, gone.span + forward);
  } else gone.span = Math.max(gone.span, 0x1_0000 - forward);
  if (isPast(gone.until, expiry)) gone.until = expiry;
  if (trail.scatteredUntil !== 0 && !isPast(trail.scatteredUntil, tick)) return;
  // A client in sequence is about to use the IDs just ahead of its newest: those must be free.
  const ahead = ((trail.newest - gone.last) & 0xffff) + SEQUENTIAL_STEP;
  gone.span = Math.min(gone.span, Math.max(0, 0xffff - ahead));
}

/** Copies `length` bytes; for a few, a loop is faster than making a view for `set`. */
function move(source: Uint8Array, from: number, target: Uint8Array, to: number, length: number): void {
  if (length > 40) target.set(source.subarray(from, from + length), to);
  else for (let i = 0; i < length; i++) target[to + i] = source[from + i] as number;
}

/** Cells of a record whose answer has `length` bytes. */
const cellsFor = (length: number): number =>
  1 + Math.ceil(Math.max(0, length - FIRST_CELL_ANSWER) / CELL_CONTENT);

/** Tenths of a second as a signed 32-bit number; comparisons survive its coming round, every 13 years. */
const tickOf = (at: Instant): number => Math.floor(at / 100) | 0 || 1;

const isPast = (deadline: number, tick: number): boolean => ((deadline - tick) | 0) < 0;

const RECORD_HEAD = 9;
const CELL_CONTENT = CELL_BYTES - CELL_HEAD;
const FIRST_CELL_ANSWER = CELL_CONTENT - RECORD_HEAD;
const UNSAFE = 1;
const NOT_KEPT = 2;
/** A client that numbers in sequence steps no further than this from one of its messages to another. */
const SEQUENTIAL_STEP = 4_096;
const WIDE = 0xffff - 2 * SEQUENTIAL_STEP;
