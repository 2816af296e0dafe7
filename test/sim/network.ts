/** A network with weather: datagrams are lost, doubled, late, and overtake one another, all by the seed. */
import type { Random } from '../support/dtls-random.ts';
import type { Clock } from './clock.ts';
import type { Trace } from './trace.ts';

export interface Weather {
  readonly loss: number;
  readonly duplicate: number;
  /** Milliseconds, from and to. */
  readonly delay: readonly [number, number];
  /** How many take `strayDelay` instead: long enough to meet another handshake. */
  readonly stray: number;
  readonly strayDelay: readonly [number, number];
}

export const CALM: Weather = { loss: 0, duplicate: 0, delay: [5, 20], stray: 0, strayDelay: [0, 0] };
export const STORM: Weather = {
  loss: 0.3,
  duplicate: 0.1,
  delay: [5, 150],
  stray: 0.05,
  strayDelay: [500, 8_000],
};

export type Receive = (from: string, datagram: Uint8Array) => void;
export type Tap = (from: string, to: string, datagram: Uint8Array) => void;

export class Network {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #trace: Trace;
  readonly #hosts = new Map<string, Receive>();
  readonly #taps: Tap[] = [];
  weather: Weather;

  constructor(clock: Clock, random: Random, trace: Trace, weather: Weather) {
    this.#clock = clock;
    this.#random = random;
    this.#trace = trace;
    this.weather = weather;
  }

  /** Who is at an address from now on. */
  attach(address: string, receive: Receive): void {
    this.#hosts.set(address, receive);
  }

  /** Nobody is there any more. */
  detach(address: string): void {
    this.#hosts.delete(address);
  }

  /** Somebody who sees what is sent: it is theirs to copy, not to change. */
  tap(tap: Tap): void {
    this.#taps.push(tap);
  }

  send(from: string, to: string, datagram: Uint8Array): void {
    for (const tap of this.#taps) tap(from, to, datagram);
    const { weather } = this;
    const copies = this.#random.chance(weather.duplicate) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (this.#random.chance(weather.loss)) continue;
      const [least, most] = this.#random.chance(weather.stray) ? weather.strayDelay : weather.delay;
      this.inject(from, to, datagram, this.#random.between(least, most));
    }
  }

  /** Puts a datagram on its way past all weather; `from` may be a lie. */
  inject(from: string, to: string, datagram: Uint8Array, delay: number): void {
    const arriving = datagram.slice();
    this.#clock.in(delay, () => {
      const receive = this.#hosts.get(to);
      if (receive === undefined) return;
      this.#trace.note(this.#clock.now, `${from} > ${to}`, arriving);
      receive(from, arriving);
      // Datagrams are borrowed: whoever kept a view finds this in it.
      arriving.fill(0xee);
    });
  }
}
