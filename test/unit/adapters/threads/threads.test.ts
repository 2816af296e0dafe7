import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PeerPort, threadPeers } from '../../../../src/adapters/threads/index.ts';
import type { PeerMessage } from '../../../../src/daemon/ports/index.ts';

class FakePort implements PeerPort {
  readonly posted: PeerMessage[] = [];
  listener: (message: PeerMessage) => void = () => {};

  postMessage(message: PeerMessage): void {
    this.posted.push(message);
  }

  closed = false;

  close(): void {
    this.closed = true;
  }

  on(_event: 'message', listener: (message: PeerMessage) => void): void {
    this.listener = listener;
  }
}

test('messages go to one shard or to all, and say whom they come from', () => {
  const ports = [new FakePort(), new FakePort()];
  const heard: [number, PeerMessage][] = [];
  const peers = threadPeers(
    ports.map((port, i) => ({ shard: i + 1, port })),
    (from, message) => heard.push([from, message]),
  );
  const own: PeerMessage = { kind: 'own', pathKey: 'k' };
  const disown: PeerMessage = { kind: 'disown', pathKey: 'k' };
  peers.tell(own);
  peers.send(2, disown);
  peers.send(9, disown);
  assert.deepEqual(
    ports.map(({ posted }) => posted),
    [[own], [own, disown]],
  );
  ports[1]?.listener(own);
  assert.deepEqual(heard, [[2, own]]);
});

test('a shard that is started again takes the place of the one before', () => {
  const [before, again] = [new FakePort(), new FakePort()];
  const heard: [number, PeerMessage][] = [];
  const peers = threadPeers([{ shard: 1, port: before }], (from, message) => heard.push([from, message]));
  peers.join(1, again);
  const own: PeerMessage = { kind: 'own', pathKey: 'k' };
  peers.tell(own);
  peers.send(1, own);
  assert.ok(before.closed);
  assert.deepEqual([before.posted, again.posted], [[], [own, own]]);
  again.listener(own);
  assert.deepEqual(heard, [[1, own]]);
});
