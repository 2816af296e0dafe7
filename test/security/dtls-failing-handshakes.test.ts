import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Instant, instant, path, type Path, Secret, utf8 } from '../../src/base/index.ts';
import { nodeEntropy, nodeProvider } from '../../src/crypto/index.ts';
import {
  type ClientSettings,
  type CredentialAnswer,
  type CredentialQuestion,
  DTLS_SETTINGS,
  DtlsEndpoint,
  type Effects,
} from '../../src/dtls/index.ts';
import { DEVICE } from '../support/dtls-pair.ts';
import { rawKey, selfSigned } from '../support/identities.ts';

const gateway = selfSigned('gateway');
const ECDSA = 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8';

/** How handshakes can come to nothing, and the reasons that the operator gets to see. */
const FAILURES: readonly (readonly [reason: string, client: ClientSettings, gives: 'all' | 'half'])[] = [
  ['wrong-key', { psk: { ...DEVICE, key: new Secret(utf8('not the real key')) } }, 'all'],
  ['unknown-identity', { psk: { ...DEVICE, identity: utf8('nobody') } }, 'all'],
  ['unknown-key', { identity: rawKey(), suites: [ECDSA] }, 'all'],
  ['unknown-authority', { identity: selfSigned('stranger'), suites: [ECDSA] }, 'all'],
  ['no-common-suite', { psk: DEVICE, suites: [] }, 'all'],
  ['timeout', { psk: DEVICE }, 'half'],
];

test('D21: ten thousand handshakes that fail in every way leave nothing, and the next good one succeeds', () => {
  const scene = new Scene();
  const empty = scene.server.occupancy();
  for (let i = 0; i < 10_000; i++) {
    const [, client, gives] = FAILURES[i % FAILURES.length] as (typeof FAILURES)[number];
    scene.attempt(path(0, `10.0.${i >> 8}.${i & 0xff}`, 40_000), client, gives);
    // Now and then time passes, as it does between devices that come one after the other.
    if (i % 100 === 99) scene.pass(61_000);
  }
  assert.deepEqual([...scene.reasons.keys()].toSorted(), FAILURES.map(([reason]) => reason).toSorted());
  assert.equal(scene.established, 0);
  assert.deepEqual(scene.server.occupancy(), empty);
  scene.attempt(path(0, '192.0.2.7', 40_000), { psk: DEVICE }, 'all');
  assert.equal(scene.established, 1);
  assert.equal(scene.server.nextDeadline() !== undefined, true);
});

/** One server and whoever knocks, on a clock that the test moves; datagrams arrive at once. */
class Scene {
  readonly server = new DtlsEndpoint({
    settings: { identity: gateway },
    crypto: nodeProvider,
    entropy: nodeEntropy(),
  });
  readonly reasons = new Map<string, number>();
  established = 0;
  #now: Instant = instant(0);
  readonly #clients = new DtlsEndpoint({
    settings: {},
    crypto: nodeProvider,
    entropy: nodeEntropy(),
    server: false,
  });

  /** `half`: the client falls silent behind the server's flight. */
  attempt(at: Path, client: ClientSettings, gives: 'all' | 'half'): void {
    const begun = this.#clients.connect(this.#now, at, client);
    this.#carry('client', at, begun.effects, gives === 'all' ? Number.POSITIVE_INFINITY : 2);
    this.#clients.close(this.#now, begun.connection, 'requested');
    this.pass(Number(DTLS_SETTINGS.retransmit));
  }

  pass(ms: number): void {
    this.#now = instant(this.#now + ms);
    for (const effect of this.server.timeout(this.#now)) this.#note(effect);
    this.#clients.timeout(this.#now);
  }

  #carry(from: 'client' | 'server', at: Path, effects: Effects, datagrams: number): void {
    let left = datagrams;
    const queue = effects.map((effect) => ({ from, effect }));
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { effect } = next;
      const side = next.from === 'client' ? this.#clients : this.server;
      if (next.from === 'server') this.#note(effect);
      if (effect.kind === 'transmit' && (next.from === 'server' || left-- > 0)) {
        const to = next.from === 'client' ? ('server' as const) : ('client' as const);
        const other = to === 'server' ? this.server : this.#clients;
        for (const caused of other.receive(this.#now, at, effect.datagram))
          queue.push({ from: to, effect: caused });
      } else if (effect.kind === 'lookup') {
        const answer = next.from === 'client' ? TRUSTING : answerOf(effect.ask);
        for (const caused of side.resolve(this.#now, effect.id, answer))
          queue.push({ from: next.from, effect: caused });
      }
    }
  }

  #note(effect: Effects[number]): void {
    if (effect.kind === 'established') this.established++;
    if (effect.kind === 'failed') this.reasons.set(effect.reason, (this.reasons.get(effect.reason) ?? 0) + 1);
  }
}

/** The server knows one device, by its key. */
function answerOf(ask: CredentialQuestion): CredentialAnswer {
  const known = ask.kind === 'psk' && Buffer.compare(ask.identity, DEVICE.identity) === 0;
  return known ? { kind: 'psk', key: DEVICE.key, credential: 'c' } : { kind: 'unknown' };
}

const TRUSTING: CredentialAnswer = { kind: 'accepted', credential: 'gateway' };
