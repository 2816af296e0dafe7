/**
 * Devices whose port changes in the middle of a session (RFC 9146): a stranger's stack and ours, at a gateway with one
 * shard and at one with three, where most new ports are those of another shard.
 */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { SLOW_MS } from '../../interop/support/backend.ts';
import { type CRun, type CRunOptions, EXIT, runClient } from '../../interop/support/c-client.ts';
import { NO_CLIENT, openTap, type Seen, type Tap } from '../../interop/support/tap.ts';
import { APPLICATION_DATA, TLS12_CID } from '../../interop/support/wire.ts';
import { type Peer, withPeer } from '../../support/peers.ts';
import { connect } from '../support/device.ts';
import { type Everybody, everybody, HELLO, PSK, RESOURCE } from '../support/everybody.ts';

const LIMIT = { timeout: 30_000 };
const REQUESTS = 8;
const SLOW_RESOURCE = '/open/slow';
const PLACES = [
  { shards: 1, made: await everybody('roaming') },
  { shards: 3, made: await everybody('roaming-shards', { shards: 3 }) },
] as const;

/** Whether a datagram of the gateway is an answer: nothing of its handshake is alone in a protected record first. */
const isAnswer = ([type]: Buffer): boolean => type === TLS12_CID || type === APPLICATION_DATA;

/** A tap that, like a forgetful NAT, gives the client another port after each answer; `meanwhile` is done then. */
async function nat(
  context: TestContext,
  made: Everybody,
  meanwhile: (tap: Tap) => void = () => undefined,
): Promise<Tap> {
  const tap = openTap(
    made.gateway.coapsPort,
    () => 1,
    (datagram) => {
      if (!isAnswer(datagram)) return false;
      void tap.then(meanwhile);
      return true;
    },
  );
  context.after(async () => (await tap).close());
  return await tap;
}

const PROOFS: readonly (readonly [string, (made: Everybody) => Partial<CRunOptions>])[] = [
  ['PSK', ({ psk }) => ({ device: { identity: Buffer.from(psk.identity), key: Buffer.from(PSK) } })],
  [
    'X.509',
    ({ meter, authority }) => ({
      certified: {
        files: { certificate: meter.certificateFile, key: meter.keyFile },
        authority: authority.file,
      },
    }),
  ],
];

withPeer('mbedtls-3', 'Mbed TLS behind a NAT that forgets', (mbedtls) => {
  for (const { shards, made } of PLACES) {
    for (const [proof, shown] of PROOFS) {
      for (const [whose, own] of [
        ['both directions', 'c0ffee'],
        ['towards the gateway', ''],
      ] as const) {
        test(
          `${proof}, ${shards} shard(s), connection IDs in ${whose}: every answer, one handshake`,
          LIMIT,
          async (context) => {
            await roams(context, mbedtls, made, { ...shown(made), options: ['--connection-id', own] });
          },
        );
      }
    }
  }

  test('without a connection ID the same client gets no second answer', LIMIT, async (context) => {
    const [{ made }] = PLACES;
    const [, shown] = PROOFS[0] as (typeof PROOFS)[number];
    const tap = await nat(context, made);
    const paths = [RESOURCE, RESOURCE];
    const { code, answers } = await runClient(mbedtls, {
      ...shown(made),
      port: tap.port,
      paths,
      patienceMs: 1_000,
    });
    assert.equal(code, EXIT.replyTimeout);
    assert.equal(answers.length, 1);
  });
});

async function roams(
  context: TestContext,
  mbedtls: Peer,
  made: Everybody,
  options: Partial<CRunOptions>,
): Promise<void> {
  const before = await counts(made);
  // Not after the last answer: the session may be over before the record is there.
  const tap = await nat(context, made, (open) => {
    if (answersIn(open).length < REQUESTS) playBack(open);
  });
  const paths = Array<string>(REQUESTS).fill(RESOURCE);
  const run = await runClient(mbedtls, { ...options, port: tap.port, paths });
  const after = await counts(made);
  assert.equal(run.code, EXIT.ok, run.output);
  assert.deepEqual(
    run.answers.map(({ code, payload }) => [code, payload]),
    paths.map(() => ['2.05', HELLO]),
  );
  assert.match(
    cidOf(run),
    /^01/,
    'the connection ID that the client was given names its format, node and shard',
  );
  assert.equal(after.handshakes, before.handshakes + 1);
  assert.equal(after.requests, before.requests + REQUESTS);
  // What was played back after each answer: dropped, and answered to nobody.
  await replayed(made, before.replayed + REQUESTS - 1);
  assert.ok(nobodyElseHeard(tap));
  const [, own] = options.options as readonly string[];
  assert.ok(
    answersIn(tap).every(({ datagram }) => datagram[0] === (own === '' ? APPLICATION_DATA : TLS12_CID)),
  );
  // Each request, and the goodbye, from a port of its own.
  const ports = tap.seen.filter(({ from, clientPort }) => from === 'client' && clientPort !== NO_CLIENT);
  assert.equal(new Set(ports.map(({ moves }) => moves)).size, REQUESTS + 1);
}

const KINDS: readonly (readonly [string, (made: Everybody) => Parameters<typeof connect>[1]])[] = [
  ['PSK', ({ psk }) => psk],
  ['raw public key', ({ lock }) => ({ identity: lock.raw })],
  ['X.509', ({ meter }) => ({ identity: meter.certified })],
];

for (const { shards, made } of PLACES) {
  describe(`our client, ${shards} shard(s)`, () => {
    for (const [kind, shown] of KINDS) {
      test(
        `${kind}: the port changes, the next request is answered, and nobody shakes hands`,
        LIMIT,
        async () => {
          const device = await connect(made.gateway.coapsPort, shown(made));
          const before = await counts(made);
          for (let times = 0; times < REQUESTS; times++) {
            await device.move();
            assert.equal((await device.get(RESOURCE)).payload, HELLO);
          }
          device.close();
          const after = await counts(made);
          assert.equal(after.handshakes, before.handshakes);
          assert.equal(after.requests, before.requests + REQUESTS);
          // A new port is another shard's in two of three cases: that none of eight was, is one chance in 6561.
          if (shards === 1) assert.equal(after.forwarded, 0);
          else assert.ok(after.forwarded > before.forwarded, 'the kernel chose other shards');
        },
      );
    }

    test('K17: a record played back while an answer is due moves nobody', LIMIT, async (context) => {
      const tap = await openTap(made.gateway.coapsPort);
      context.after(() => tap.close());
      const device = await connect(tap.port, { identity: made.lock.raw });
      assert.equal((await device.get(RESOURCE)).payload, HELLO);
      const before = await counts(made);
      const slow = device.get(SLOW_RESOURCE);
      await pause(SLOW_MS / 4); // the request is with the backend
      playBack(tap);
      const played = await counts(made);
      assert.equal(played.replayed, before.replayed + 1);
      assert.equal((await slow).payload, HELLO);
      assert.ok(nobodyElseHeard(tap));
      assert.equal(made.requests(), before.requests + 1);
      device.close();
    });
  });
}

/** The first request of the session, once more, from somewhere else. */
function playBack(tap: Tap): void {
  const first = tap.seen.find(({ from, datagram }) => from === 'client' && datagram[0] === TLS12_CID);
  assert.ok(first !== undefined);
  tap.send(first.datagram);
}

/** So many records have been dropped as replayed. */
async function replayed(made: Everybody, count: number): Promise<void> {
  const deadline = Date.now() + 3_000;
  while ((await counts(made)).replayed < count && Date.now() < deadline) await pause(50);
  assert.equal((await counts(made)).replayed, count);
}

const answersIn = ({ seen }: Tap): readonly Seen[] =>
  seen.filter(({ from, datagram }) => from === 'gateway' && isAnswer(datagram));

const nobodyElseHeard = ({ seen }: Tap): boolean =>
  seen.every(({ from, clientPort }) => from === 'client' || clientPort !== NO_CLIENT);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const cidOf = ({ output }: CRun): string => /handshake ok .*cid=([0-9a-f]+)/.exec(output)?.[1] ?? '';

async function counts(
  made: Everybody,
): Promise<Record<'handshakes' | 'requests' | 'replayed' | 'forwarded', number>> {
  return {
    handshakes: await made.established(),
    requests: made.requests(),
    replayed: await made.metric('postern_records_dropped_total', 'reason="replayed"'),
    forwarded: await made.metric('postern_forwarded_datagrams_total'),
  };
}
