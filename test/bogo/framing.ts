/**
 * The runner's framing of datagrams over TCP (packet_adapter.go):
 *
 *   'P' | length 4 | datagram          either way
 *   'T' | nanoseconds 8                from the runner: let so much time pass
 *   't'                                to the runner: what follows was sent after that
 */
import type { Socket } from 'node:net';

export type Frame =
  | { readonly kind: 'datagram'; readonly bytes: Uint8Array }
  | { readonly kind: 'pass'; readonly ms: number };

export class Framing {
  readonly #socket: Socket;
  #pending: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** The frames that are whole now. */
  take(chunk: Buffer): Frame[] {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame);
    return frames;
  }

  send(datagram: Uint8Array): void {
    const header = Buffer.alloc(5, 'P');
    header.writeUInt32BE(datagram.length, 1);
    this.#socket.write(Buffer.concat([header, datagram]));
  }

  acknowledgePassing(): void {
    this.#socket.write('t');
  }

  #next(): Frame | undefined {
    const opcode = String.fromCharCode(this.#pending[0] ?? 0);
    if (opcode === 'T' && this.#pending.length >= 9) {
      const ms = Number(this.#pending.readBigUInt64BE(1)) / 1_000_000;
      this.#pending = this.#pending.subarray(9);
      return { kind: 'pass', ms };
    }
    if (opcode !== 'P' || this.#pending.length < 5) return undefined;
    const end = 5 + this.#pending.readUInt32BE(1);
    if (this.#pending.length < end) return undefined;
    const bytes = new Uint8Array(this.#pending.subarray(5, end));
    this.#pending = this.#pending.subarray(end);
    return { kind: 'datagram', bytes };
  }
}
