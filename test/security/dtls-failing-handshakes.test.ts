import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { type Instant, instant, path, type Path, required, Secret, utf8 } from '../../src/base/index.ts';
import { nodeEntropy, nodeProvider, signingKey } from '../../src/crypto/index.ts';
import {
  type CertificateRefusal,
  type ClientSettings,
  type CredentialAnswer,
  type CredentialQuestion,
  DTLS_SETTINGS,
  DtlsEndpoint,
  type Effects,
  type FailureReason,
} from '../../src/dtls/index.ts';
import { DEVICE } from '../support/dtls-pair.ts';
import { rawKey, selfSigned } from '../support/identities.ts';

const gateway = selfSigned('gateway');
const ECDSA = 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8';
const ECDHE_PSK = 'TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256';

/** What a client does: all that it should, or nothing behind the server's flight. */
type Gives = 'all' | 'half';
type Failure = {
  readonly reason: FailureReason;
  readonly client: ClientSettings;
  readonly gives?: Gives;
  /** What the driver says to the server; nothing at all when null. */
  readonly answer?: CredentialAnswer | null;
};

const refused = (reason: CertificateRefusal): CredentialAnswer => ({ kind: 'refused', reason });
const device = { identity: rawKey(), suites: [ECDSA] };
const meter = { identity: selfSigned('meter'), suites: [ECDSA] };
const odd = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const oddKey = required(signingKey(odd.export({ type: 'pkcs8', format: 'pem' })), 'it can sign');
const stolen = { key: rawKey().key, chain: meter.identity.chain };

/** How handshakes can come to nothing, and the reasons that the operator gets to see. */
const FAILURES: readonly Failure[] = [
  { reason: 'wrong-key', client: { psk: { ...DEVICE, key: new Secret(utf8('not the real key')) } } },
  {
    reason: 'wrong-key',
    client: { psk: { ...DEVICE, key: new Secret(utf8('nor that')) }, suites: [ECDHE_PSK] },
  },
  { reason: 'unknown-identity', client: { psk: { ...DEVICE, identity: utf8('nobody') } } },
  { reason: 'illegal-parameter', client: { psk: { ...DEVICE, identity: new Uint8Array(300) } } },
  { reason: 'unknown-key', client: device },
  { reason: 'unknown-authority', client: meter },
  { reason: 'certificate-expired', client: meter, answer: refused('certificate-expired') },
  { reason: 'certificate-revoked', client: meter, answer: refused('certificate-revoked') },
  { reason: 'bad-certificate', client: meter, answer: refused('bad-certificate') },
  { reason: 'verify-failed', client: { identity: stolen, suites: [ECDSA] } },
  { reason: 'unsupported-certificate', client: { identity: { key: oddKey, chain: [] }, suites: [ECDSA] } },
  { reason: 'no-common-suite', client: { psk: DEVICE, suites: [] } },
  { reason: 'timeout', client: { psk: DEVICE }, gives: 'half' },
  { reason: 'timeout', client: device, gives: 'half' },
  { reason: 'lookup-timeout', client: { psk: DEVICE }, answer: null },
];

test('D21: ten thousand handshakes that fail in every way leave nothing, and the next good one succeeds', () => {
  const scene = new Scene();
  const empty = scene.server.occupancy();
  for (let i = 0; i < 10_000; i++) {
    scene.attempt(path(0, `10.0.${i >> 8}.${i & 0xff}`, 40_000), FAILURES[i % FAILURES.length] as Failure);
    // Now and then time passes, as it does between devices that come one after the other.
    if (i % 100 === 99) scene.pass(61_000);
  }
  scene.pass(61_000);
  const expected = new Set(FAILURES.map(({ reason }) => reason));
  assert.deepEqual([...scene.reasons.keys()].toSorted(), [...expected].toSorted());
  assert.equal(
    [...scene.reasons.values()].reduce((sum, count) => sum + count),
    10_000,
  );
  assert.equal(scene.established, 0);
  assert.deepEqual(scene.server.occupancy(), empty);
  for (const client of GOOD) {
    const begun = scene.now;
    scene.attempt(path(0, '192.0.2.7', 40_000), { client, answer: { kind: 'accepted', credential: 'c' } });
    // In the time of its round trips, which take none here: nothing had to be said twice.
    assert.equal(scene.establishedAt, begun);
  }
  assert.equal(scene.established, GOOD.length);
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
  establishedAt: Instant | undefined;
  now: Instant = instant(0);
  /** What the driver says to the server, where it is not what it knows. */
  #answer: CredentialAnswer | null | undefined;
  readonly #clients = new DtlsEndpoint({
    settings: {},
    crypto: nodeProvider,
    entropy: nodeEntropy(),
    server: false,
  });

  attempt(at: Path, { client, gives = 'all', answer }: Omit<Failure, 'reason'>): void {
    this.#answer = answer;
    const begun = this.#clients.connect(this.now, at, client);
    this.#carry('client', at, begun.effects, gives === 'all' ? Number.POSITIVE_INFINITY : 2);
    this.#clients.close(this.now, begun.connection, 'requested');
    this.pass(Number(DTLS_SETTINGS.retransmit));
  }

  pass(ms: number): void {
    this.now = instant(this.now + ms);
    for (const effect of this.server.timeout(this.now)) this.#note(effect);
    this.#clients.timeout(this.now);
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
        for (const caused of other.receive(this.now, at, effect.datagram))
          queue.push({ from: to, effect: caused });
      } else if (effect.kind === 'lookup') {
        const answer = next.from === 'client' ? TRUSTING : this.#answerTo(effect.ask);
        if (answer === null) continue;
        for (const caused of side.resolve(this.now, effect.id, answer))
          queue.push({ from: next.from, effect: caused });
      }
    }
  }

  #answerTo(ask: CredentialQuestion): CredentialAnswer | null {
    return this.#answer === undefined || (ask.kind === 'psk' && this.#answer !== null)
      ? answerOf(ask)
      : this.#answer;
  }

  #note(effect: Effects[number]): void {
    if (effect.kind === 'established') {
      this.established++;
      this.establishedAt = this.now;
    }
    if (effect.kind === 'failed') this.reasons.set(effect.reason, (this.reasons.get(effect.reason) ?? 0) + 1);
  }
}

/** The server knows one device, by its key. */
function answerOf(ask: CredentialQuestion): CredentialAnswer {
  const known = ask.kind === 'psk' && Buffer.compare(ask.identity, DEVICE.identity) === 0;
  return known ? { kind: 'psk', key: DEVICE.key, credential: 'c' } : { kind: 'unknown' };
}

/** A device of each kind that is let in. */
const GOOD: readonly ClientSettings[] = [
  { psk: DEVICE },
  { psk: DEVICE, suites: [ECDHE_PSK] },
  device,
  meter,
];
const TRUSTING: CredentialAnswer = { kind: 'accepted', credential: 'gateway' };
