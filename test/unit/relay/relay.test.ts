import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EMPTY, fromUtf8, instant, utf8, wallTime } from '../../../src/base/index.ts';
import {
  CODE,
  codeName,
  exchangeId,
  getUintOption,
  OPTION,
  type OptionValue,
  optionsOf,
} from '../../../src/coap/index.ts';
import { compileGate, compileRights, type Principal } from '../../../src/policy/index.ts';
import {
  type Asked,
  type Caller,
  compileRoutes,
  OUTCOMES,
  Relay,
  REFUSAL_CODES,
  type RelayLimits,
  type RouteTable,
} from '../../../src/relay/index.ts';
import { restoreSnapshot, type Revision, Trust } from '../../../src/trust/index.ts';

const now = instant(0);
const revision = 5 as Revision;
const trust = new Trust(restoreSnapshot({ revision, actors: [], credentials: [] }), wallTime(0));
const principal: Principal = {
  actor: 'd1' as never,
  kind: 'device',
  name: 'meter',
  credential: 'c1' as never,
  user: 'u1' as never,
};
const LIMITS: RelayLimits = {
  jobsMax: 4,
  jobsPerCallerMax: 3,
  requestsPerSecond: 1_000,
  requestBurst: 1_000,
  principalsMax: 10,
};

class Bench {
  readonly relay: Relay;
  #exchanges = 0;

  constructor(limits: Partial<RelayLimits> = {}) {
    this.relay = new Relay({
      routes: compileRoutes([
        { name: 'open', path: '/open/*', backend: 'a', rewrite: '/*' },
        { name: 'small', path: '/small/*', backend: 'b', rewrite: '/*' },
        { name: 'shut', path: '/shut/*', backend: 'a', rewrite: '/*' },
      ]) as RouteTable,
      gate: compileGate(
        compileRights([{ devices: ['*'], routes: ['open', 'small'], actions: ['read', 'write'] }]),
        [],
      ),
      backends: [
        { name: 'a', inflightMax: 100 },
        { name: 'b', inflightMax: 1 },
      ],
      limits: { ...LIMITS, ...limits },
      idPrefix: 'id-',
    });
  }

  ask(
    caller: Caller,
    path: string,
    code: number = CODE.GET,
    ...options: (readonly [number, OptionValue])[]
  ): Asked {
    const segments = path.slice(1).split('/');
    const all = optionsOf(...segments.map((s) => [OPTION.URI_PATH, s] as const), ...options);
    const request = { code: code as never, options: all, payload: EMPTY, confirmable: true };
    return this.relay.ask(now, caller, exchangeId(++this.#exchanges), request, trust);
  }
}

const caller = (over: Partial<Caller> = {}): Caller => ({ connection: 1, principal, jobs: 0, ...over });
const refusal = (asked: Asked): string => (asked.kind === 'refused' ? asked.refusal : asked.kind);

describe('asking the relay', () => {
  test('a permitted request becomes a job with the request that was authorised', () => {
    const bench = new Bench();
    const device = caller();
    const asked = bench.ask(device, '/open/a', CODE.PUT);
    assert.ok(asked.kind === 'forward');
    const { job } = asked;
    assert.deepEqual(job.request.resource, { route: 'open', backend: 'a', segments: [utf8('a')] });
    assert.equal(job.request.action, 'write');
    assert.equal(job.request.principal, principal);
    assert.equal(job.permit.revision, revision);
    assert.equal(device.jobs, 1);
  });

  test('each refusal, and what the device sees of it', () => {
    const bench = new Bench();
    const cases: [Asked, string, string][] = [
      [bench.ask(caller({ principal: null }), '/open/a'), 'unauthenticated', '4.01'],
      [bench.ask(caller(), '/shut/a'), 'denied', '4.03'],
      [bench.ask(caller(), '/open/a', CODE.DELETE), 'denied', '4.03'],
      [bench.ask(caller(), '/none'), 'no-route', '4.04'],
      [bench.ask(caller(), '/open/a', 0x09), 'unknown-method', '4.05'],
      [bench.ask(caller(), '/open/..'), 'malformed-path', '4.00'],
      [bench.ask(caller(), '/open/a', CODE.GET, [OPTION.HOP_LIMIT, 1]), 'hop-limit-reached', '5.08'],
      [bench.ask(caller(), '/open/a', CODE.GET, [OPTION.PROXY_URI, 'coap://x']), 'proxying', '5.05'],
      [bench.ask(caller({ jobs: 3 }), '/open/a'), 'overloaded', '5.03'],
    ];
    for (const [asked, expected, code] of cases) {
      assert.ok(asked.kind === 'refused', expected);
      assert.equal(asked.refusal, expected);
      assert.equal(codeName(asked.response.code), code, expected);
      assert.equal(fromUtf8(asked.response.payload), asked.id, 'the payload is the id and nothing more');
      assert.match(asked.id, /^id-[0-9a-z]+$/);
    }
    assert.equal(bench.relay.jobs, 0);
  });

  test('a denial carries its decision, and what is missing', () => {
    const asked = new Bench().ask(caller(), '/shut/a');
    assert.ok(asked.kind === 'refused' && asked.decision?.outcome === 'deny');
    assert.deepEqual(asked.decision.missing, {
      kind: 'right',
      device: 'meter',
      route: 'shut',
      action: 'read',
    });
  });

  test('jobs are bounded in all, by caller and by backend', () => {
    const bench = new Bench();
    const [first, second] = [caller(), caller({ connection: 2 })];
    for (let i = 0; i < 3; i++) assert.equal(refusal(bench.ask(first, '/open/a')), 'forward');
    assert.equal(refusal(bench.ask(first, '/open/a')), 'overloaded', 'three of one caller');
    assert.equal(refusal(bench.ask(second, '/small/a')), 'forward');
    assert.equal(refusal(bench.ask(second, '/open/a')), 'overloaded', 'four in all');

    const other = new Bench({ jobsMax: 100 });
    assert.equal(refusal(other.ask(first, '/small/a')), 'overloaded');
    first.jobs = 0;
    assert.equal(refusal(other.ask(first, '/small/a')), 'forward');
    assert.equal(refusal(other.ask(second, '/small/a')), 'overloaded', 'one of that backend');
    assert.equal(refusal(other.ask(second, '/open/a')), 'forward', 'another backend is not affected');
  });

  test('4.29 says when to come back', () => {
    const bench = new Bench({ requestsPerSecond: 0.5, requestBurst: 1 });
    assert.equal(refusal(bench.ask(caller(), '/open/a')), 'forward');
    const asked = bench.ask(caller(), '/open/a');
    assert.ok(asked.kind === 'refused' && asked.refusal === 'rate-limited');
    assert.equal(getUintOption(asked.response.options, OPTION.MAX_AGE), 2);
  });

  test('a draining relay takes nothing new and completes what it has', () => {
    const bench = new Bench();
    const asked = bench.ask(caller(), '/open/a');
    assert.ok(asked.kind === 'forward');
    bench.relay.drain();
    assert.equal(refusal(bench.ask(caller(), '/open/a')), 'draining');
    const failed = bench.relay.complete(asked.job.id, { kind: 'failed', reason: 'timeout' });
    assert.equal(failed?.outcome, 'timeout');
  });
});

describe('the end of a job', () => {
  test('comes once', () => {
    const bench = new Bench();
    const device = caller();
    const asked = bench.ask(device, '/open/a');
    assert.ok(asked.kind === 'forward');
    const response = { code: CODE.CONTENT, options: [], payload: utf8('x') };
    const completed = bench.relay.complete(asked.job.id, { kind: 'response', response });
    assert.deepEqual(completed?.response, response);
    assert.equal(completed.outcome, 'answered');
    assert.equal(device.jobs, 0);
    assert.equal(bench.relay.complete(asked.job.id, { kind: 'response', response }), undefined);
    assert.equal(bench.relay.abandon(asked.job.exchange), undefined);
  });

  test('by failure has a code for each way', () => {
    for (const [reason, code] of [
      ['unreachable', '5.02'],
      ['bad-answer', '5.02'],
      ['timeout', '5.04'],
      ['overloaded', '5.03'],
    ] as const) {
      const bench = new Bench();
      const asked = bench.ask(caller(), '/open/a');
      assert.ok(asked.kind === 'forward');
      const completed = bench.relay.complete(asked.job.id, { kind: 'failed', reason });
      assert.equal(completed && codeName(completed.response.code), code);
      assert.equal(completed?.outcome, reason);
    }
  });

  test('an answer that must not be passed on is a bad one', () => {
    const bench = new Bench();
    const asked = bench.ask(caller(), '/open/a');
    assert.ok(asked.kind === 'forward');
    const response = { code: CODE.CONTENT, options: optionsOf([0x8000 + 2, 'x']), payload: EMPTY };
    const completed = bench.relay.complete(asked.job.id, { kind: 'response', response });
    assert.equal(completed?.outcome, 'bad-answer');
  });

  test('dropping a caller drops its jobs and nobody else’s', () => {
    const bench = new Bench();
    const [first, second] = [caller(), caller({ connection: 2 })];
    const asked = [bench.ask(first, '/open/a'), bench.ask(first, '/open/b'), bench.ask(second, '/open/c')];
    const dropped = bench.relay.dropCaller(first);
    assert.deepEqual(
      dropped.map(({ request }) => fromUtf8(request.resource.segments[0] ?? EMPTY)).toSorted(),
      ['a', 'b'],
    );
    assert.equal(first.jobs, 0);
    assert.equal(bench.relay.jobs, 1);
    assert.deepEqual(bench.relay.dropCaller(first), []);
    const [gone] = asked;
    assert.ok(gone?.kind === 'forward');
    const answer = { kind: 'failed', reason: 'timeout' } as const;
    assert.equal(bench.relay.complete(gone.job.id, answer), undefined, 'a late answer goes nowhere');
  });

  test('many callers are dropped in one go', () => {
    const bench = new Bench();
    const [first, second, third] = [1, 2, 3].map((connection) => caller({ connection }));
    for (const each of [first, second, third]) bench.ask(each as Caller, '/open/a');
    const dropped = bench.relay.dropCallers(new Set([first, third]) as Set<Caller>);
    assert.deepEqual(
      dropped.map((job) => job.caller),
      [first, third],
    );
    assert.deepEqual([first?.jobs, second?.jobs, third?.jobs], [0, 1, 0]);
    assert.equal(bench.relay.jobs, 1);
  });
});

test('every refusal has a code of class 4 or 5, and is an outcome', () => {
  for (const [name, code] of Object.entries(REFUSAL_CODES)) {
    assert.match(codeName(code), /^[45]\./);
    assert.ok((OUTCOMES as readonly string[]).includes(name));
  }
});
