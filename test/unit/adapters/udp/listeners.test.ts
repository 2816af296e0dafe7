import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../../../src/adapters/clock/index.ts';
import { openListeners, wireAddress } from '../../../../src/adapters/udp/index.ts';
import { OperationalError, type Path, path } from '../../../../src/base/index.ts';
import type { DatagramPort, DatagramSink, ListenerSettings } from '../../../../src/daemon/ports/index.ts';

const LOOPBACK: ListenerSettings = { address: '127.0.0.1', port: 0 };

function open(
  listeners: readonly ListenerSettings[],
  sink: DatagramSink = () => {},
  skipped: (address: string) => void = () => {},
  shared = false,
): Promise<DatagramPort> {
  return openListeners({ listeners, shared, queueMax: 64, clock: systemClock, sink, skipped });
}

async function peer(type: 'udp4' | 'udp6' = 'udp4'): Promise<{ socket: Socket; port: number }> {
  const socket = createSocket(type);
  socket.bind(0, type === 'udp4' ? '127.0.0.1' : '::1');
  await once(socket, 'listening');
  return { socket, port: socket.address().port };
}

describe('listeners', () => {
  test('hand over datagrams with path and instant, and send answers back', async () => {
    const before = systemClock.now();
    const seen: Path[] = [];
    const port: DatagramPort = await open([LOOPBACK, LOOPBACK], (now, from, datagram) => {
      assert.ok(now >= before && now <= systemClock.now());
      seen.push(from);
      port.transmit(from, Uint8Array.from(datagram).toReversed());
    });
    const { socket } = await peer();
    for (const [local, { port: to }] of port.addresses.entries()) {
      socket.send(Uint8Array.of(1, 2, 3), to, '127.0.0.1');
      const [answer] = (await once(socket, 'message')) as [Buffer];
      assert.deepEqual([...answer], [3, 2, 1]);
      assert.deepEqual(seen.at(-1), path(local, '127.0.0.1', socket.address().port));
    }
    assert.equal(port.counts.received, 2);
    assert.equal(port.counts.transmitted, 2);
    socket.close();
    port.close();
  });

  test('survive what the network reports', async () => {
    let received = 0;
    const port = await open([LOOPBACK], () => {
      received++;
    });
    const { socket, port: gone } = await peer();
    socket.close();
    port.transmit(path(0, '127.0.0.1', gone), Uint8Array.of(1)); // nobody there: ICMP
    port.transmit(path(0, '127.0.0.1', gone), new Uint8Array(70_000)); // EMSGSIZE
    port.transmit(path(0, '127.0.0.1', 0), Uint8Array.of(1)); // no such port
    port.transmit(path(0, '255.255.255.255', 9), Uint8Array.of(1)); // EACCES
    port.transmit(path(7, '127.0.0.1', gone), Uint8Array.of(1)); // no such listener
    await wait(20);
    assert.equal(port.counts.errors.get('EMSGSIZE'), 1);
    assert.ok([...port.counts.errors.values()].reduce((sum, n) => sum + n, 0) >= 3);
    const other = await peer();
    other.socket.send(Uint8Array.of(1), port.addresses[0]?.port ?? 0, '127.0.0.1');
    await wait(20);
    assert.equal(received, 1, 'and still listen');
    other.socket.close();
    port.close();
  });

  test('name the address and port that is taken, and leave none open', async () => {
    const { socket, port: taken } = await peer();
    const free = await peer();
    free.socket.close();
    await once(free.socket, 'close');
    const wanted = [
      { address: '127.0.0.1', port: free.port },
      { address: '127.0.0.1', port: taken },
    ];
    await assert.rejects(open(wanted), (error) => {
      assert.ok(error instanceof OperationalError);
      assert.equal(error.code, 'PN_PORT_IN_USE');
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${taken}`));
      return true;
    });
    const again = await open([{ address: '127.0.0.1', port: free.port }]);
    again.close();
    socket.close();
  });

  test('an address that this machine does not have is an error', async () => {
    await assert.rejects(open([{ address: '192.0.2.1', port: 0 }]), { code: 'PN_LISTEN_FAILED' });
  });

  test('an IPv6 address that is not there is skipped while others work, and an error alone', async () => {
    const absent = { address: '2001:db8::1', port: 0 };
    const skipped: string[] = [];
    const port = await open([absent, LOOPBACK], undefined, (address) => skipped.push(address));
    assert.deepEqual(skipped, ['[2001:db8::1]:0']);
    assert.equal(port.addresses.length, 1);
    port.close();
    await assert.rejects(open([absent]), { code: 'PN_LISTEN_FAILED' });
  });

  test('an IPv4 peer of an IPv6 listener has the path of an IPv4 peer, and is answered', async (t) => {
    const port: DatagramPort = await open([{ address: '::', port: 0 }], (_now, from) => {
      assert.equal(from.remote.address, '127.0.0.1');
      port.transmit(from, Uint8Array.of(9));
    }).catch(() => {
      t.skip('no IPv6 here');
      return open([LOOPBACK]);
    });
    if (port.addresses[0]?.address !== '::') return port.close();
    const { socket } = await peer();
    socket.send(Uint8Array.of(1), port.addresses[0].port, '127.0.0.1');
    const [answer] = (await once(socket, 'message')) as [Buffer];
    assert.deepEqual([...answer], [9]);
    socket.close();
    port.close();
  });

  test('of several shards share one port', async () => {
    const first = await open([LOOPBACK], undefined, undefined, true);
    const chosen = first.addresses[0]?.port ?? 0;
    const second = await open([{ ...LOOPBACK, port: chosen }], undefined, undefined, true);
    assert.equal(second.addresses[0]?.port, chosen);
    first.close();
    second.close();
  });
});

test('an IPv4 address on an IPv6 socket is written as a mapped one', () => {
  assert.equal(wireAddress('192.0.2.1', true), '::ffff:192.0.2.1');
  assert.equal(wireAddress('192.0.2.1', false), '192.0.2.1');
  assert.equal(wireAddress('2001:db8::1', true), '2001:db8::1');
});
