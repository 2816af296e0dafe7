/**
 * A UDP relay between a client and the gateway that keeps every datagram: the test's view of the wire.
 *
 * Each client port gets one socket of its own towards the gateway, so that a client that comes back from the same port
 * is seen by the gateway on the same path.
 */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { CLIENT_HELLO, HELLO_VERIFY_REQUEST, handshakesOf, recordsOf, type WireHandshake } from './wire.ts';

export type Sender = 'client' | 'gateway';

export type Seen = {
  readonly from: Sender;
  readonly clientPort: number;
  /** How often the client's port towards the gateway had changed. */
  readonly moves: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly datagram: Buffer;
};

export type Tap = {
  /** Where clients connect instead of the gateway's port. */
  readonly port: number;
  readonly seen: readonly Seen[];
  /** Sends bytes to the gateway from the address and port that it knows this client by. */
  inject(clientPort: number, datagram: Buffer): void;
  /** Sends bytes to the gateway as a client of its own would; what comes back is among the `seen`. */
  send(datagram: Buffer): void;
  close(): void;
};

/** How often to pass on the datagram that is the `index`-th (from 0) of its sender: 0 loses it, 2 doubles it. */
export type Copies = (from: Sender, index: number) => number;

/** Whether the tap, like a NAT, forgets the client after this answer: its next one comes from another port. */
export type Forgets = (datagram: Buffer) => boolean;

/** Opens a tap in front of a port of 127.0.0.1. What it loses is among the `seen` all the same. */
export async function openTap(
  gatewayPort: number,
  copies: Copies = () => 1,
  forgets: Forgets = () => false,
): Promise<Tap> {
  const front = createSocket('udp4');
  const backs = new Map<number, Socket>();
  const moves = new Map<number, number>();
  const seen: Seen[] = [];
  front.on('message', (datagram, { port: clientPort }) => {
    const back = backs.get(clientPort) ?? openBack(clientPort);
    for (let left = keep('client', clientPort, datagram); left > 0; left -= 1)
      back.send(datagram, gatewayPort, '127.0.0.1');
  });
  front.bind(0, '127.0.0.1');
  await once(front, 'listening');

  function openBack(clientPort: number): Socket {
    const back = createSocket('udp4');
    backs.set(clientPort, back);
    back.on('message', (datagram) => {
      for (let left = keep('gateway', clientPort, datagram); left > 0; left -= 1)
        if (clientPort !== NO_CLIENT) front.send(datagram, clientPort, '127.0.0.1', () => {});
      if (backs.get(clientPort) === back && forgets(datagram)) forget(clientPort, back);
    });
    return back;
  }

  function forget(clientPort: number, back: Socket): void {
    backs.delete(clientPort);
    back.close();
    moves.set(clientPort, movesOf(clientPort) + 1);
  }

  const movesOf = (clientPort: number): number => moves.get(clientPort) ?? 0;

  /** Notes a datagram and decides how often it goes on. */
  function keep(from: Sender, clientPort: number, datagram: Buffer): number {
    const index = seen.filter((earlier) => earlier.from === from).length;
    seen.push({ from, clientPort, moves: movesOf(clientPort), at: Date.now(), datagram });
    return copies(from, index);
  }

  return {
    port: front.address().port,
    seen,
    inject: (clientPort, datagram) => backs.get(clientPort)?.send(datagram, gatewayPort, '127.0.0.1'),
    send: (datagram) => {
      const back = backs.get(NO_CLIENT) ?? openBack(NO_CLIENT);
      keep('client', NO_CLIENT, datagram);
      back.send(datagram, gatewayPort, '127.0.0.1');
    },
    close: () => {
      for (const socket of [front, ...backs.values()]) socket.close();
    },
  };
}

/** The plaintext handshake messages one side sent, in order, with the datagram that each came in. */
export function handshakesSeen(tap: Tap, from: Sender): (WireHandshake & { readonly seen: Seen })[] {
  return tap.seen
    .filter((seen) => seen.from === from)
    .flatMap((seen) =>
      recordsOf(seen.datagram)
        .flatMap(handshakesOf)
        .map((message) => ({ ...message, seen })),
    );
}

/**
 * Asserts what every handshake owes an address that is not verified (RFC 6347 section 4.2.1): the first answer is a
 * HelloVerifyRequest with a cookie, not longer than the hello it answers; nothing else before the cookie returned.
 */
export function assertCookieExchange(tap: Tap): void {
  const [question, answer] = [tap.seen[0], tap.seen.find(({ from }) => from === 'gateway')];
  assert.ok(question !== undefined && answer !== undefined, 'both sides spoke');
  const [verify, ...more] = recordsOf(answer.datagram).flatMap(handshakesOf);
  assert.equal(verify?.type, HELLO_VERIFY_REQUEST, 'the first answer is a HelloVerifyRequest');
  assert.equal(more.length, 0, 'and nothing else');
  const cookie = verify.body.subarray(3);
  assert.equal(verify.body.readUInt8(2), cookie.length);
  assert.ok(cookie.length > 0 && cookie.length <= 255, 'the cookie has a length');
  const clientBytes = tap.seen
    .slice(0, tap.seen.indexOf(answer))
    .reduce((total, { datagram }) => total + datagram.length, 0);
  assert.ok(answer.datagram.length <= clientBytes, 'the answer is not longer than the question');
  const returned = tap.seen.findIndex(({ from, datagram }) => from === 'client' && datagram.includes(cookie));
  assert.ok(returned > 0, 'the client returned the cookie');
  const early = tap.seen.slice(0, returned).filter(({ from }) => from === 'gateway');
  for (const { datagram } of early) {
    const types = recordsOf(datagram)
      .flatMap(handshakesOf)
      .map(({ type }) => type);
    assert.deepEqual(
      types,
      [HELLO_VERIFY_REQUEST],
      'nothing but HelloVerifyRequest before the cookie returned',
    );
  }
}

/** True when the client split its ClientHello over several handshake fragments. */
export function sentFragmentedHello(tap: Tap): boolean {
  return handshakesSeen(tap, 'client').some(
    ({ type, length, body }) => type === CLIENT_HELLO && body.length < length,
  );
}

/** Nobody's port: what is sent for it comes from the tap itself. */
export const NO_CLIENT = 0;
