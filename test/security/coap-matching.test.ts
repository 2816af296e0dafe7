/** Threats C05, C17, P07: a response reaches the request it belongs to, or nobody. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { LockstepCoap } from '../support/lockstep-coap.ts';

const TOKEN = 'token=0000000100000002';
const asking = () => new LockstepCoap().requests('CON GET /light').sees(`> CON GET 0003 ${TOKEN} /light`);

test('C17: what comes from another session is not matched, with the right token and Message ID', () => {
  for (const line of [
    `ACK 2.05 0003 ${TOKEN}`,
    `CON 2.05 0003 ${TOKEN}`,
    `NON 2.05 0003 ${TOKEN}`,
    'RST 0.00 0003',
    'ACK 0.00 0003',
  ]) {
    const world = asking().hears('CON GET 0001 /x', 2).responds(2, '2.05');
    world.takes();
    world.hears(line, 2);
    for (const seen of world.takes()) assert.match(seen, /^(dropped unexpected-|> RST)/);
    world.hears(`ACK 2.05 0003 ${TOKEN}`).sees('response #1 2.05');
  }
});

test('C17: a session that ended is another one, even before its number could come again', () => {
  const world = asking().forgets().sees('failed #1 closed');
  world.hears(`ACK 2.05 0003 ${TOKEN}`).sees('dropped unexpected-ack');
  world.hears(`NON 2.05 0003 ${TOKEN}`).sees('dropped unexpected-response');
});

test('C05, P07: no token but the exact one is taken', () => {
  const token = '0000000100000002';
  for (let byte = 0; byte < 8; byte++) {
    for (const bit of [0, 7]) {
      const wrong = [...Buffer.from(token, 'hex')].map((value, index) =>
        index === byte ? value ^ (1 << bit) : value,
      );
      const world = asking().hears(`NON 2.05 0abc token=${Buffer.from(wrong).toString('hex')}`);
      world.sees('dropped unexpected-response');
    }
  }
  for (const shorter of ['', token.slice(0, 8), token.slice(0, 14)]) {
    asking().hears(`NON 2.05 0abc token=${shorter}`).sees('dropped unexpected-response');
  }
});

test('C05: tokens of finished requests mean nothing any more', () => {
  const world = asking().hears(`ACK 2.05 0003 ${TOKEN}`).sees('response #1 2.05');
  world.requests('CON GET /other').takes();
  world.hears(`NON 2.05 0abc ${TOKEN}`).sees('dropped unexpected-response');
});

test('C05: with real random numbers ten thousand tokens are all different', () => {
  const world = new LockstepCoap({ nstart: 1_000 }, () => randomInt(0x1_0000_0000));
  const tokens = new Set<string>();
  for (let i = 1; i <= 10_000; i++) {
    world.requests('NON GET /a');
    tokens.add(world.lastSent.split(' ')[3] ?? '');
    world.cancels(i);
  }
  assert.equal(tokens.size, 10_000);
});

test('C05: the tokens of clients are theirs: equal ones of two sessions are answered apart', () => {
  const world = new LockstepCoap().hears('CON GET 0001 token=01 /a', 1).hears('CON GET 0001 token=01 /b', 2);
  world.takes();
  world.responds(2, '2.05 "b"').responds(1, '2.05 "a"');
  world.sees('> ACK 2.05 0001 token=01 "b" @2', '> ACK 2.05 0001 token=01 "a"');
});
