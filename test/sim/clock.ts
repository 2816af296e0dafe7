/** Virtual time: events in order of their instant, and of their making where instants are equal. */
import { after, type Duration, type Instant, instant, milliseconds } from '../../src/base/index.ts';

interface Event {
  readonly at: Instant;
  readonly order: number;
  readonly run: () => void;
}

export class Clock {
  #now: Instant = instant(0);
  #made = 0;
  /** A heap: the earliest first. */
  readonly #events: Event[] = [];

  get now(): Instant {
    return this.#now;
  }

  at(when: Instant, run: () => void): void {
    const event = { at: when < this.#now ? this.#now : when, order: this.#made++, run };
    this.#events.push(event);
    this.#up(this.#events.length - 1);
  }

  in(wait: Duration | number, run: () => void): void {
    this.at(after(this.#now, milliseconds(wait)), run);
  }

  /** Runs everything until `end`, or until `done` says so; time stands at `end` afterwards in the first case. */
  runUntil(end: Instant, done: () => boolean = () => false): void {
    for (;;) {
      const next = this.#events[0];
      if (next === undefined || next.at > end) break;
      this.#take();
      this.#now = next.at;
      next.run();
      if (done()) return;
    }
    this.#now = end;
  }

  #take(): void {
    const last = this.#events.pop() as Event;
    if (this.#events.length === 0) return;
    this.#events[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let first = at;
      for (const child of [left, right]) {
        if (child < this.#events.length && this.#before(child, first)) first = child;
      }
      if (first === at) return;
      this.#swap(at, first);
      at = first;
    }
  }

  #up(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#before(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #before(a: number, b: number): boolean {
    const [x, y] = [this.#events[a] as Event, this.#events[b] as Event];
    return x.at < y.at || (x.at === y.at && x.order < y.order);
  }

  #swap(a: number, b: number): void {
    const kept = this.#events[a] as Event;
    this.#events[a] = this.#events[b] as Event;
    this.#events[b] = kept;
  }
}

/** Keeps one event on the clock for the deadlines of a core object, as a driver keeps one timer. */
export class Alarm {
  readonly #clock: Clock;
  readonly #deadline: () => Instant | undefined;
  readonly #due: (now: Instant) => void;
  #armed: Instant | undefined;

  constructor(clock: Clock, deadline: () => Instant | undefined, due: (now: Instant) => void) {
    this.#clock = clock;
    this.#deadline = deadline;
    this.#due = due;
  }

  /** To be called after everything that may have moved a deadline. */
  arm(): void {
    const at = this.#deadline();
    if (at === undefined || (this.#armed !== undefined && this.#armed <= at)) return;
    this.#armed = at;
    this.#clock.at(at, () => {
      if (this.#armed !== at) return;
      this.#armed = undefined;
      const due = this.#deadline();
      if (due !== undefined && due <= this.#clock.now) this.#due(this.#clock.now);
      this.arm();
    });
  }
}
