import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { path } from '../../../../src/base/index.ts';
import type { PeerForward, PeerMessage } from '../../../../src/daemon/ports/index.ts';
import { Router } from '../../../../src/daemon/shard/index.ts';
import { World } from '../../../fakes/world.ts';

const here = path(0, '192.0.2.1', 1);
const datagram = Uint8Array.of(1);

/** Remembers what was said: shard number or `all`. */
class FakePeers implements PeerForward {
  readonly said: { readonly to: number | 'all'; readonly message: PeerMessage }[] = [];

  send(shard: number, message: PeerMessage): void {
    this.said.push({ to: shard, message });
  }

  tell(message: PeerMessage): void {
    this.said.push({ to: 'all', message });
  }
}

const HERE = { node: 0, shard: 1 };

/** A tls12_cid record whose connection ID names this node and shard. */
const withCid = (node: number, shard: number): Uint8Array =>
  Uint8Array.of(25, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 1, 1, node, shard, 9, 9, 9, 9, 9, 0, 0);

describe('the router', () => {
  test('goes by the connection ID, whatever the path', () => {
    const peers = new FakePeers();
    const router = new Router(peers, 10, HERE);
    router.learn(2, { kind: 'own', pathKey: here.key });
    assert.equal(router.passOn(here, withCid(0, 1)), false, 'ours, though the path is not');
    assert.equal(router.passOn(here, withCid(0, 3)), true);
    assert.deepEqual(
      peers.said.map(({ to }) => to),
      [3],
    );
    assert.equal(router.passOn(here, withCid(7, 1)), true, 'of another node: the path decides');
  });

  test('of a single shard keeps nothing and passes nothing on', () => {
    const router = new Router(undefined, 10, HERE);
    router.announce('own', { kind: 'path', path: here });
    assert.equal(router.passOn(here, datagram), false);
    assert.equal(router.size, 0);
  });

  test('passes on what another shard owns, until it does not any more', () => {
    const peers = new FakePeers();
    const router = new Router(peers, 10, HERE);
    assert.equal(router.passOn(here, datagram), false);
    router.learn(2, { kind: 'own', pathKey: here.key });
    assert.equal(router.passOn(here, datagram), true);
    assert.deepEqual(peers.said, [{ to: 2, message: { kind: 'datagram', path: here, datagram } }]);
    assert.equal(router.passOn(path(0, '192.0.2.1', 2), datagram), false);
    router.learn(1, { kind: 'disown', pathKey: here.key });
    assert.equal(router.passOn(here, datagram), true, 'shard 1 never owned it');
    router.learn(2, { kind: 'disown', pathKey: here.key });
    assert.equal(router.passOn(here, datagram), false);
  });

  test('tells the others what is ours, and the last to own a path has it', () => {
    const peers = new FakePeers();
    const router = new Router(peers, 10, HERE);
    router.learn(2, { kind: 'own', pathKey: here.key });
    router.announce('own', { kind: 'path', path: here });
    assert.equal(router.passOn(here, datagram), false);
    router.announce('disown', { kind: 'path', path: here });
    assert.deepEqual(peers.said, [
      { to: 'all', message: { kind: 'own', pathKey: here.key } },
      { to: 'all', message: { kind: 'disown', pathKey: here.key } },
    ]);
  });

  test('meets a shard that was started again: what it owned is forgotten, and it is told what is ours', () => {
    const peers = new FakePeers();
    const router = new Router(peers, 10, HERE);
    const there = path(0, '198.51.100.9', 40_000);
    router.learn(2, { kind: 'own', pathKey: here.key });
    router.meet(1, []);
    assert.equal(router.passOn(here, datagram), true, 'another one is meant');
    peers.said.length = 0;
    router.meet(2, [there]);
    assert.equal(router.passOn(here, datagram), false);
    assert.deepEqual(peers.said, [{ to: 2, message: { kind: 'own', pathKey: there.key } }]);
  });

  test('is bounded, and counts what it could not keep', () => {
    const router = new Router(new FakePeers(), 1, HERE);
    router.learn(1, { kind: 'own', pathKey: 'a' });
    router.learn(1, { kind: 'own', pathKey: 'b' });
    assert.equal(router.size, 1);
    assert.equal(router.overflows, 1);
  });
});

test('a datagram that reaches the wrong shard is answered by the right one', () => {
  const links: { to: World; from: number }[] = [];
  const linkTo = (index: number, from: number): PeerForward => {
    const pass = (message: PeerMessage): void => {
      const copy = structuredClone(message);
      const link = links[index];
      link?.to.shard.fromPeer(link.to.clock.now(), from, copy);
    };
    return { send: (_shard, message) => pass(message), tell: pass };
  };
  const first = new World({ shard: 0, shards: 2 }, linkTo(1, 0));
  const second = new World({ shard: 1, shards: 2 }, linkTo(0, 1));
  links.push({ to: first, from: 0 }, { to: second, from: 1 });
  first.load();
  second.load();
  const meter = first.device('meter');
  assert.equal(meter.connect(), true);

  const wrong = first.shard.datagram.bind(first.shard);
  first.shard.datagram = (now, from, bytes) => second.shard.datagram(now, from, bytes);
  meter.get('/vault');
  assert.equal(meter.responses.length, 1, 'answered from the shard of its birth');
  assert.equal(second.datagrams.counts.transmitted, 0);
  first.shard.datagram = wrong;

  meter.close();
  first.shard.datagram = (now, from, bytes) => second.shard.datagram(now, from, bytes);
  meter.get('/vault');
  assert.equal(first.datagrams.sent.length, 0, 'and forgotten with the connection');
});

test('a shard that is started again learns the paths of sessions that others have', () => {
  const said: [number, PeerMessage][] = [];
  const world = new World(
    { shard: 0, shards: 2 },
    { send: (shard, message) => said.push([shard, message]), tell: () => undefined },
  );
  world.load();
  const meter = world.device('meter');
  assert.equal(meter.connect(), true);
  world.shard.meet(1);
  assert.deepEqual(said, [[1, { kind: 'own', pathKey: meter.path.key }]]);
});
