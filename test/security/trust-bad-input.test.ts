/**
 * What is refused of changes to trust, asked through the admin interface: each refusal is a problem that names the rule
 * and what is missing, and nothing is half applied.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import { MemoryStore } from '../../src/adapters/store/index.ts';
import { instant, wallTime } from '../../src/base/index.ts';
import type { Clock } from '../../src/daemon/ports/index.ts';
import {
  type ActorId,
  parseScope,
  recordSnapshot,
  type RelationshipId,
  type Revision,
  type TrustEvent,
} from '../../src/trust/index.ts';
import { type AdminUnderTest, adminUnderTest, type Asked, problemOf } from '../support/admin.ts';

const EVERYTHING = [{ actions: ['*'], resources: ['*'] }];
const READ = [{ actions: ['read'], resources: ['*'] }];
const SOME = [{ actions: ['read'], resources: ['d/lamp/*'] }];
const RAW_KEY =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==';
const KEY = '00112233445566778899aabbccddeeff';

interface Refusal {
  readonly status: number;
  readonly code: string;
  /** What the problem says is wrong, or missing. */
  readonly field?: string;
  readonly missing?: Readonly<Record<string, unknown>>;
}

/** ann trusts bob, who trusts cid, who trusts dan; the lamp is ann's. */
class Town {
  readonly admin: AdminUnderTest;
  readonly ids: Record<string, string> = {};

  constructor(admin: AdminUnderTest) {
    this.admin = admin;
  }

  static async found(admin: AdminUnderTest): Promise<Town> {
    const town = new Town(admin);
    for (const name of ['ann', 'bob', 'cid', 'dan', 'eve']) town.ids[name] = await admin.addUser(name);
    const lamp = await admin.addDevice('lamp');
    Object.assign(town.ids, { lamp: lamp.id, key: lamp.credential.id });
    const some = { scope: SOME, level: 'operate', introduce: 2 };
    for (const [trustor, trustee] of ['ann bob', 'bob cid', 'cid dan'].map((pair) => pair.split(' ')))
      town.ids[`${trustor}>${trustee}`] = await town.made('/v1/relationships', { trustor, trustee, ...some });
    return town;
  }

  async made(url: string, body: object): Promise<string> {
    const answer = await this.admin.ask(url, { body });
    assert.equal(answer.statusCode, 201, answer.body);
    return answer.json<{ id: string }>().id;
  }

  introduce(introducer: string, trustor: string, trustee: string, over: object = {}): object {
    return { introducer, trustor, trustee, scope: SOME, level: 'view', ...over };
  }

  /** Asks, and expects exactly that refusal and no trace of what was asked for. */
  async refuses(url: string, asked: Asked, expected: Refusal): Promise<LightMyRequestResponse> {
    const before = JSON.stringify(recordSnapshot(this.admin.control.snapshot));
    const told = this.admin.shards.started.map(({ received }) => received.length);
    const answer = await this.admin.ask(url, asked);
    const { code, status, field, missing } = expected;
    assert.deepEqual(
      problemOf(answer),
      [status, code],
      `${url} ${JSON.stringify(asked.body)} ${answer.body}`,
    );
    const problem = answer.json<{ detail?: string; field?: string; missing?: object }>();
    assert.ok((problem.detail ?? '').length > 5, `it says what the rule is: ${answer.body}`);
    if (field !== undefined) assert.equal(problem.field, field, answer.body);
    if (missing !== undefined) assert.deepEqual(problem.missing, missing, answer.body);
    assert.equal(
      JSON.stringify(recordSnapshot(this.admin.control.snapshot)),
      before,
      'nothing is half applied',
    );
    assert.deepEqual(
      this.admin.shards.started.map(({ received }) => received.length),
      told,
    );
    return answer;
  }
}

const town = async (): Promise<Town> => Town.found(await adminUnderTest());

describe('bad input about trust', () => {
  test('G01: cycles: nobody vouches for his voucher, and a circle of trust holds nobody up', async () => {
    const place = await town();
    const { ids, admin } = place;
    const ask = (body: object, expected: Refusal) => place.refuses('/v1/introductions', { body }, expected);
    ids['ann>cid'] = await place.made(
      '/v1/introductions',
      place.introduce('bob', 'ann', 'cid', { introduce: 1 }),
    );
    await place.made('/v1/relationships', { trustor: 'cid', trustee: 'bob', scope: SOME, level: 'view' });
    // cid owes his place to bob: he cannot be the one who holds bob up.
    await ask(place.introduce('cid', 'ann', 'bob'), {
      status: 409,
      code: 'vouch-for-voucher',
      field: '/trustee',
      missing: { trustee: ids['bob'] },
    });
    await ask(place.introduce('cid', 'ann', 'bob', { relationship: ids['ann>bob'] }), {
      status: 409,
      code: 'not-introduced',
    });
    // The circle bob -> cid -> bob does not keep either in ann's trust once she has taken it back.
    const done = await admin.ask(`/v1/relationships/${ids['ann>bob']}/revoke`, { method: 'POST' });
    assert.deepEqual(
      done.json<{ falls: { id: string }[] }>().falls.map(({ id }) => id),
      [ids['ann>bob'], ids['ann>cid']],
    );
  });

  test('G02: vouching for oneself, to oneself, and trusting oneself', async () => {
    const place = await town();
    const own = { trustor: 'ann', trustee: 'ann', scope: SOME, level: 'view' };
    await place.refuses(
      '/v1/relationships',
      { body: own },
      { status: 400, code: 'self-trust', field: '/trustee' },
    );
    for (const [introducer, trustor, trustee] of [
      ['bob', 'ann', 'bob'],
      ['ann', 'ann', 'bob'],
    ] as const) {
      const body = place.introduce(introducer, trustor, trustee);
      await place.refuses(
        '/v1/introductions',
        { body },
        { status: 400, code: 'self-vouch', field: '/introducer' },
      );
    }
    const body = place.introduce('bob', 'ann', 'ann');
    await place.refuses(
      '/v1/introductions',
      { body },
      { status: 400, code: 'self-trust', field: '/trustee' },
    );
  });

  test('G02: vouching beyond what one has oneself: scope, level, time, and further introductions', async () => {
    const place = await town();
    const { ids } = place;
    const short = {
      trustor: 'ann',
      trustee: 'dan',
      scope: SOME,
      level: 'view',
      introduce: 1,
      notAfter: 4e12,
    };
    const until = await place.made('/v1/relationships', short);
    await place.made('/v1/relationships', { trustor: 'dan', trustee: 'eve', scope: SOME, level: 'view' });
    const beyond = (introducer: string, trustee: string, over: object, expected: Refusal) =>
      place.refuses(
        '/v1/introductions',
        { body: place.introduce(introducer, 'ann', trustee, over) },
        expected,
      );
    const exceeded = (what: string, relationship: string | undefined): Refusal => ({
      status: 409,
      code: 'terms-exceeded',
      field: `/${what}`,
      missing: { what, relationship },
    });
    await beyond('bob', 'cid', { scope: EVERYTHING }, exceeded('scope', ids['ann>bob']));
    await beyond('bob', 'cid', { level: 'administer' }, exceeded('level', ids['ann>bob']));
    await beyond('dan', 'eve', { notAfter: 5e12 }, exceeded('notAfter', until));
    await beyond(
      'bob',
      'cid',
      { introduce: 2 },
      {
        status: 409,
        code: 'introductions-exhausted',
        field: '/introduce',
        missing: { relationship: ids['ann>bob'], introduce: 3 },
      },
    );
    await beyond(
      'eve',
      'cid',
      {},
      {
        status: 409,
        code: 'introducer-not-trusted',
        field: '/introducer',
        missing: { trustor: ids['ann'], trustee: ids['eve'] },
      },
    );
    await beyond(
      'bob',
      'eve',
      {},
      {
        status: 409,
        code: 'trustee-not-trusted',
        field: '/trustee',
        missing: { trustor: ids['bob'], trustee: ids['eve'] },
      },
    );
  });

  test('A02: ids and names that nobody has, in every place where one is asked for', async () => {
    const place = await town();
    const post = { method: 'POST' } as const;
    const trust = { trustor: 'ann', trustee: 'bob', scope: SOME, level: 'view' };
    const nobody = 'nobody';
    const code = 'AAAA-BBBB-CCCC';
    const proof = 'a proof of a reset';
    const psk = { kind: 'psk' };
    const cases: readonly (readonly [string, Asked, string, string?])[] = [
      ['/v1/relationships', { body: { ...trust, trustor: nobody } }, 'actor-unknown', '/trustor'],
      ['/v1/relationships', { body: { ...trust, trustee: nobody } }, 'actor-unknown', '/trustee'],
      ['/v1/introductions', { body: place.introduce(nobody, 'ann', 'bob') }, 'actor-unknown', '/introducer'],
      ['/v1/introductions', { body: place.introduce('bob', nobody, 'cid') }, 'actor-unknown', '/trustor'],
      ['/v1/introductions', { body: place.introduce('bob', 'ann', nobody) }, 'actor-unknown', '/trustee'],
      [
        '/v1/introductions',
        { body: place.introduce('bob', 'ann', 'cid', { relationship: nobody }) },
        'relationship-unknown',
      ],
      ['/v1/relationships/rel-0/preview-revocation', post, 'relationship-unknown'],
      ['/v1/relationships/rel-0/revoke', post, 'relationship-unknown'],
      ['/v1/relationships/rel-0/suspend', post, 'relationship-unknown'],
      ['/v1/relationships/rel-0/resume', post, 'relationship-unknown'],
      ['/v1/credentials', { body: { ...psk, actor: nobody } }, 'actor-unknown', '/actor'],
      ['/v1/credentials', { body: { ...psk, actor: 'lamp', user: nobody } }, 'actor-unknown', '/user'],
      ['/v1/credentials/crd-0/rotate', { body: { credential: psk } }, 'credential-unknown'],
      ['/v1/credentials/crd-0/suspend', post, 'credential-unknown'],
      ['/v1/credentials/crd-0/resume', post, 'credential-unknown'],
      ['/v1/credentials/crd-0', { method: 'DELETE' }, 'credential-unknown'],
      ['/v1/actors/dev-0', { method: 'DELETE' }, 'actor-unknown'],
      ['/v1/actors/dev-0/suspend', post, 'actor-unknown'],
      ['/v1/actors/dev-0/release', post, 'actor-unknown', '/device'],
      ['/v1/actors/dev-0/transfer', { body: { user: 'bob' } }, 'actor-unknown', '/device'],
      [`/v1/actors/${place.ids['lamp']}/transfer`, { body: { user: nobody } }, 'actor-unknown', '/user'],
      ['/v1/actors/dev-0/reset', { body: { proof } }, 'actor-unknown', '/device'],
      ['/v1/actors/dev-0/reset-proof', { method: 'PUT', body: { proof } }, 'actor-unknown', '/device'],
      ['/v1/actors/dev-0/claim-code', { body: { established: 'nfc' } }, 'actor-unknown', '/device'],
      ['/v1/claims', { body: { device: nobody, user: 'ann', code } }, 'actor-unknown', '/device'],
      ['/v1/claims', { body: { device: 'lamp', user: nobody, code } }, 'actor-unknown', '/user'],
    ];
    for (const [url, asked, problem, field] of cases) {
      const expected = { status: 404, code: problem, ...(field === undefined ? {} : { field }) };
      await place.refuses(url, asked, expected);
    }
  });

  test('A09: stale revisions, on everything that changes', async () => {
    const place = await town();
    const { lamp, key, 'ann>bob': trust } = place.ids;
    const { admin } = place;
    const revision = {
      actor: admin.control.snapshot.actors.get(lamp as ActorId)?.revision,
      credential: admin.control.snapshot.revision - 3,
      relationship: admin.control.snapshot.relationships.get(trust as RelationshipId)?.revision,
      all: admin.control.snapshot.revision,
    };
    const proof = 'a proof of a reset';
    const window = { admits: { kind: 'open', perMinuteMax: 1 }, notAfter: 4e12 };
    const cases: readonly (readonly [string, Asked, number | undefined])[] = [
      [`/v1/actors/${lamp}`, { method: 'DELETE' }, revision.actor],
      [`/v1/actors/${lamp}/suspend`, { method: 'POST' }, revision.actor],
      [`/v1/actors/${lamp}/release`, { method: 'POST' }, revision.actor],
      [`/v1/actors/${lamp}/transfer`, { body: { user: 'bob' } }, revision.actor],
      [`/v1/actors/${lamp}/reset`, { body: { proof } }, revision.actor],
      [`/v1/actors/${lamp}/reset-proof`, { method: 'PUT', body: { proof } }, revision.actor],
      [`/v1/actors/${lamp}/claim-code`, { body: { established: 'nfc' } }, revision.actor],
      [`/v1/credentials/${key}`, { method: 'DELETE' }, revision.credential],
      [`/v1/credentials/${key}/suspend`, { method: 'POST' }, revision.credential],
      [`/v1/credentials/${key}/resume`, { method: 'POST' }, revision.credential],
      [`/v1/credentials/${key}/rotate`, { body: { credential: { kind: 'psk' } } }, revision.credential],
      [`/v1/relationships/${trust}/suspend`, { method: 'POST' }, revision.relationship],
      [`/v1/relationships/${trust}/revoke`, { method: 'POST' }, revision.all],
      ['/v1/claim-window', { method: 'PUT', body: window }, 0],
      ['/v1/claim-window', { method: 'DELETE' }, 0],
    ];
    for (const [url, asked, current] of cases) {
      const stale = { ...asked, headers: { 'if-match': '"3"' } };
      await place.refuses(url, stale, {
        status: 412,
        code: 'revision-stale',
        missing: { revision: current },
      });
      for (const tag of ['3', 'W/"3"', '"3", "4"', '"-1"', '"1e3"', '""', '"three"']) {
        const response = await admin.ask(url, { ...asked, headers: { 'if-match': tag } });
        assert.deepEqual(problemOf(response), [400, 'if-match-invalid'], `${url} ${tag}`);
      }
    }
    assert.equal(admin.control.snapshot.revision, revision.all);
  });

  test('G09: one key never has two owners, whatever kind it is and however it comes', async () => {
    const place = await town();
    const { ids } = place;
    const fleet = { actor: 'lamp', kind: 'psk', identity: 'old', keyHex: KEY };
    await place.made('/v1/credentials', fleet);
    await place.made('/v1/credentials', { actor: 'lamp', kind: 'rpk', publicKey: RAW_KEY });
    const device = (credential: object) => ({ kind: 'device', name: 'lock', owner: 'bob', credential });
    const key = { kind: 'psk', identity: 'lock', keyHex: KEY.toUpperCase() };
    const taken = (field: string): Refusal => ({ status: 409, code: 'identity-taken', field });
    const reused = (field: string): Refusal => ({ status: 409, code: 'key-reused', field });
    const actors = (credential: object, expected: Refusal) =>
      place.refuses('/v1/actors', { body: device(credential) }, expected);
    await actors({ kind: 'psk', identity: 'old' }, taken('/credential/identity'));
    await actors({ kind: 'psk', identityHex: '6F6C64' }, taken('/credential/identity'));
    await actors(key, reused('/credential/keyHex'));
    await actors({ kind: 'rpk', publicKey: RAW_KEY }, taken('/credential/publicKey'));
    await place.refuses('/v1/credentials', { body: { ...fleet, identity: 'new' } }, reused('/keyHex'));
    await place.refuses('/v1/credentials', { body: fleet }, reused('/keyHex'));
    const rotate = `/v1/credentials/${ids['key']}/rotate`;
    await place.refuses(rotate, { body: { credential: key } }, reused('/credential/keyHex'));
    const raw = { kind: 'rpk', publicKey: RAW_KEY };
    await place.refuses(rotate, { body: { credential: raw } }, taken('/credential/publicKey'));
    const transfer = `/v1/actors/${ids['lamp']}/transfer`;
    await place.refuses(transfer, { body: { user: 'bob', credential: key } }, reused('/credential/keyHex'));
    await place.refuses(transfer, { body: { user: 'bob', credential: raw } }, reused('/credential'));
    const name = { kind: 'device', name: 'lamp', owner: 'bob' };
    await place.refuses('/v1/actors', { body: name }, { status: 409, code: 'name-taken', field: '/name' });
  });

  test('what would end before it begins', async () => {
    const place = await town();
    const empty = (field: string): Refusal => ({ status: 400, code: 'validity-empty', field });
    const span = {
      trustor: 'ann',
      trustee: 'eve',
      scope: SOME,
      level: 'view',
      notBefore: 5e12,
      notAfter: 4e12,
    };
    await place.refuses('/v1/relationships', { body: span }, empty('/notAfter'));
    const rotation = { credential: { kind: 'psk' }, until: 1 };
    await place.refuses(`/v1/credentials/${place.ids['key']}/rotate`, { body: rotation }, empty('/until'));
    const window = { admits: { kind: 'open', perMinuteMax: 1 }, notAfter: 1 };
    await place.refuses('/v1/claim-window', { method: 'PUT', body: window }, empty('/notAfter'));
    const free = await place.made('/v1/actors', { kind: 'device', name: 'box', claim: true });
    const code = { established: 'nfc', notAfter: 1 };
    await place.refuses(`/v1/actors/${free}/claim-code`, { body: code }, empty('/code/notAfter'));
  });
});

describe('long chains', () => {
  test('G03: an introduction that makes a chain longer than allowed says how long it would be', async () => {
    const admin = await adminUnderTest();
    const place = new Town(admin);
    const names = ['a0', 'a1', 'a2', 'a3', 'a4', 'a5'];
    for (const name of names) place.ids[name] = await admin.addUser(name);
    for (const [i, trustee] of names.slice(1).entries()) {
      const body = { trustor: names[i], trustee, scope: SOME, level: 'view', introduce: 9 };
      await place.made('/v1/relationships', body);
    }
    for (const [i, trustee] of names.slice(2, 5).entries()) {
      const body = place.introduce(`a${i + 1}`, 'a0', trustee, { introduce: 8 - i });
      await place.made('/v1/introductions', body);
    }
    const body = place.introduce('a4', 'a0', 'a5');
    const expected = { status: 409, code: 'chain-too-long', missing: { length: 4, chainMax: 3 } };
    await place.refuses('/v1/introductions', { body }, expected);
  });

  test('G03: 100,000 relationships in a line are looked at, introduced along and revoked in moments', async () => {
    const LENGTH = 100_000;
    const store = new MemoryStore();
    await store.append(0 as Revision, { at: wallTime(1), by: 'operator', events: lineOf(LENGTH) });
    const admin = await adminUnderTest({ store });
    const place = new Town(admin);
    const began = performance.now();
    const first = (await admin.ask('/v1/relationships/rel-0')).json<{
      valid: boolean;
      chainLength: number;
    }>();
    assert.deepEqual([first.valid, first.chainLength], [true, 0]);
    const scope = READ;
    const far = place.introduce('u1', 'u0', `u${LENGTH}`, { scope });
    const refused = await admin.ask('/v1/introductions', { body: far });
    assert.deepEqual(problemOf(refused), [409, 'trustee-not-trusted']);
    await place.made('/v1/introductions', place.introduce('u1', 'u0', 'u2', { scope }));
    const done = await admin.ask('/v1/relationships/rel-1/revoke', { method: 'POST' });
    assert.equal(done.statusCode, 200, done.body);
    assert.equal(done.json<{ falls: unknown[] }>().falls.length, 2);
    assert.ok(performance.now() - began < 30_000, 'in moments');
  });
});

describe('clock steps', () => {
  test('G13: what has run out does not come back when the clock goes back', async () => {
    const time = new SteppedClock(1_000_000_000_000);
    const place = await Town.found(await adminUnderTest({ clock: time }));
    const { admin } = place;
    const hour = 3_600_000;
    const notAfter = time.wallMs + hour;
    const guest = { trustor: 'ann', trustee: 'eve', scope: SOME, level: 'view', introduce: 1, notAfter };
    const id = await place.made('/v1/relationships', guest);
    await place.made('/v1/relationships', { trustor: 'eve', trustee: 'dan', scope: SOME, level: 'view' });
    const free = await place.made('/v1/actors', { kind: 'device', name: 'box', claim: true });
    const issued = await admin.ask(`/v1/actors/${free}/claim-code`, {
      body: { established: 'nfc', notAfter },
    });
    const window = { admits: { kind: 'open', perMinuteMax: 1 }, notAfter };
    assert.equal((await admin.ask('/v1/claim-window', { method: 'PUT', body: window })).json().state, 'open');
    const valid = async (): Promise<boolean> =>
      (await admin.ask(`/v1/relationships/${id}`)).json<{ valid: boolean }>().valid;
    assert.equal(await valid(), true);

    time.wallMs += hour + 1;
    assert.equal(await valid(), false);
    time.wallMs -= 10 * hour;
    assert.equal(await valid(), false, 'the clock is not followed back');
    assert.equal((await admin.ask('/v1/claim-window')).json().state, 'closed');
    const claim = { device: 'box', user: 'ann', code: issued.json<{ claimCode: string }>().claimCode };
    await place.refuses(
      '/v1/claims',
      { body: claim },
      {
        status: 403,
        code: 'claim-code-expired',
        field: '/code',
        missing: { notAfter },
      },
    );
    const vouch = place.introduce('eve', 'ann', 'dan', { notAfter });
    await place.refuses(
      '/v1/introductions',
      { body: vouch },
      {
        status: 409,
        code: 'introducer-not-trusted',
        missing: { relationship: id },
      },
    );
    const late = { credential: { kind: 'psk' }, until: notAfter };
    const rotate = `/v1/credentials/${place.ids['key']}/rotate`;
    await place.refuses(rotate, { body: late }, { status: 400, code: 'validity-empty', field: '/until' });
  });

  test('A09: a preview that time has overtaken is stale', async () => {
    const time = new SteppedClock(1_000_000_000_000);
    const place = await Town.found(await adminUnderTest({ clock: time }));
    const guest = {
      trustor: 'ann',
      trustee: 'eve',
      scope: SOME,
      level: 'view',
      notAfter: time.wallMs + 1_000,
    };
    await place.made('/v1/relationships', guest);
    const path = `/v1/relationships/${place.ids['ann>bob']}`;
    const shown = await place.admin.ask(`${path}/preview-revocation`, { method: 'POST' });
    const { asOf, revision } = shown.json<{ asOf: number; revision: number }>();
    time.wallMs += 2_000;
    const asked = { body: { asOf }, headers: { 'if-match': String(shown.headers['etag']) } };
    const expected = { status: 412, code: 'revision-stale', missing: { revision } };
    await place.refuses(`${path}/revoke`, asked, expected);
  });
});

/** Users in a line, each of whom trusts the next. */
function lineOf(length: number): TrustEvent[] {
  const scope = parseScope(READ);
  assert.ok(!('problem' in scope));
  const events: TrustEvent[] = [];
  for (let i = 0; i <= length; i++)
    events.push({
      kind: 'actor-added',
      id: `usr-${i}` as ActorId,
      actor: 'user',
      name: `u${i}`,
      owner: null,
    });
  for (let i = 0; i < length; i++) {
    events.push({
      kind: 'relationship-established',
      relationship: {
        id: `rel-${i}` as RelationshipId,
        trustor: `usr-${i}` as ActorId,
        trustee: `usr-${i + 1}` as ActorId,
        terms: {
          scope,
          level: 'view',
          introduce: 3,
          notBefore: null,
          notAfter: null,
        },
        origin: { kind: 'direct', ground: { kind: 'operator' } },
      },
    });
  }
  return events;
}

class SteppedClock implements Clock {
  wallMs: number;

  constructor(wallMs: number) {
    this.wallMs = wallMs;
  }

  now = () => instant(performance.now());
  wall = () => wallTime(this.wallMs);
}
