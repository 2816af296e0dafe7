/**
 * One source port towards a backend: a UDP socket connected to it, so that nobody else's datagrams reach us and a
 * refused port is reported. It opens at once or not at all, and stays open until it is closed.
 */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Instant } from '../../../base/index.ts';
import type { PeerId } from '../../../coap/index.ts';

export interface SourceEvents {
  received(source: Source, datagram: Uint8Array): void;
  /** `code`: `ECONNREFUSED` and the like. */
  failed(source: Source, code: string): void;
}

export interface Source {
  /** Who the backend is to the CoAP endpoint, seen from this port. A new one after each failure. */
  peer: PeerId;
  /** Requests that wait for their answer. */
  inflight: number;
  /** Message IDs given out since its last rest. */
  used: number;
  /** Sends to the backend; what goes wrong arrives as `failed`, later. */
  send(message: Uint8Array): void;
  timeout(now: Instant): void;
  nextDeadline(): Instant | undefined;
  /** A request was not answered in time. */
  renew(now: Instant): void;
  close(): void;
}

export class PlainSource implements Source {
  peer: PeerId;
  inflight = 0;
  used = 0;
  readonly #socket: Socket;
  readonly #sent: (error: Error | null) => void;

  /** `address` is an IP literal. */
  constructor(peer: PeerId, address: string, port: number, events: SourceEvents) {
    this.peer = peer;
    const family = isIPv6(address) ? 6 : 4;
    const any = family === 6 ? '::' : '0.0.0.0';
    this.#socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      lookup: (host, _options, answer) => answer(null, host, family),
    });
    this.#sent = (error) => {
      if (error !== null) events.failed(this, codeOf(error));
    };
    this.#socket.on('error', (error) => events.failed(this, codeOf(error)));
    this.#socket.on('message', (datagram) => events.received(this, datagram));
    this.#socket.bind({ port: 0, address: any, exclusive: true });
    this.#socket.connect(port, address);
  }

  send(datagram: Uint8Array): void {
    try {
      this.#socket.send(datagram, this.#sent);
    } catch (error) {
      queueMicrotask(() => this.#sent(error instanceof Error ? error : null));
    }
  }

  timeout(): void {}

  nextDeadline(): undefined {
    return undefined;
  }

  renew(): void {}

  close(): void {
    this.#socket.close();
  }
}

function codeOf(error: unknown): string {
  const code = error !== null && typeof error === 'object' && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'unknown';
}
