/** Threats D02, D29: what floods leave in memory, measured. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { instant, path, type Path } from '../../src/base/index.ts';
import type { DtlsEndpoint } from '../../src/dtls/index.ts';
import { SERVER_PATH, DEVICE } from '../support/dtls-pair.ts';
import { feed, newClient, newServer, START, writeScript } from '../support/dtls-script.ts';
import { sent } from '../support/dtls-wire.ts';

const script = writeScript();
const MIB = 2 ** 20;
const from = (n: number): Path => path(0, `10.${n >> 16}.${(n >> 8) & 0xff}.${n & 0xff}`, 5_683);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is alive, in bytes. */
function alive(): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test('D02: fifty thousand hellos from as many addresses leave the memory as it was', () => {
  const server = newServer();
  const flood = (first: number, count: number): void => {
    for (let n = first; n < first + count; n++) feed(server, script.hello, { path: from(n) });
  };
  flood(0, 10_000); // what grows once has grown
  const [before, resident] = [alive(), process.memoryUsage.rss()];
  flood(10_000, 50_000);
  const grown = alive() - before;
  assert.ok(grown < MIB / 4, `${grown} bytes are left`);
  assert.ok(process.memoryUsage.rss() - resident < 20 * MIB, 'resident');
});

test('D29: ten times as many half-open handshakes as are let in take no more memory than those', () => {
  const server = newServer({ limits: { handshakesMax: 500 } });
  const flood = (first: number, count: number): void => {
    for (let n = first; n < first + count; n++) half(server, from(n), START + n);
  };
  const empty = alive();
  flood(0, 500);
  const full = alive() - empty;
  assert.equal(server.occupancy().handshakes, 500);
  flood(500, 4_500);
  assert.equal(server.occupancy().handshakes, 500);
  const later = alive() - empty;
  assert.ok(later < full * 1.25 + MIB / 4, `${later} bytes, after ${full}`);
  assert.ok(full / 500 < 8_192, `${full / 500} bytes each`);
  server.timeout(instant(START + 10_000 + 60_000));
  // Hints of refusals.ts for 4,096 addresses, and nothing of the handshakes.
  const left = alive() - empty;
  assert.ok(left < MIB, `${left} bytes are left of ${full}`);
  assert.deepEqual(server.occupancy(), newServer().occupancy());
});

/** A hello with its cookie, and silence then. */
function half(server: DtlsEndpoint, on: Path, ms: number): void {
  const now = instant(ms);
  const client = newClient({ seed: ms });
  const begun = client.connect(now, SERVER_PATH, { psk: DEVICE });
  const [request] = sent(feed(server, sent(begun.effects)[0] as Uint8Array, { now, path: on }));
  const [again] = sent(client.receive(now, SERVER_PATH, request as Uint8Array));
  feed(server, again as Uint8Array, { now, path: on });
}
