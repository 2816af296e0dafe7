/** Threats A01 and A02: every route, asked by everybody. A route that is not in the table below fails the test. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { ACCESS } from '../../src/admin/access.ts';
import {
  type Call,
  everythingOn,
  foundTown,
  type Interface,
  openInterface,
  RESET_PROOF,
  ROLES,
  type Role,
  type Town,
} from '../support/admin-roles.ts';
import { problemOf } from '../support/admin.ts';

interface Sample {
  /** What is to be asked for, so that whoever may gets it. */
  readonly ask: (town: Town) => Omit<Call, 'method' | 'url'> & { readonly id?: string };
  /** What another actor gets who has nothing to do with it; without: an operator's route, 403 for all actors. */
  readonly other?: 'hidden' | 'own' | 'proof';
  readonly query?: string;
}

const id = (name: string, other: Sample['other'] = 'hidden', body?: (town: Town) => unknown): Sample => ({
  ask: (town) => ({ id: town.ids[name] ?? '', ...(body === undefined ? {} : { body: body(town) }) }),
  other,
});
const plain = (other?: Sample['other']): Sample => ({
  ask: () => ({}),
  ...(other === undefined ? {} : { other }),
});
const operators = (ask: Sample['ask']): Sample => ({ ask });
const termsIn = (lamp: string) => ({ scope: everythingOn(lamp), level: 'view' });

/**
 * How each route is asked. `hidden`: as if it were not there. `own`: everybody gets his own, and nothing of others.
 * `proof`: whoever can prove what is asked needs no other right.
 */
const SAMPLES: Readonly<Record<string, Sample>> = {
  'GET /v1/actors': plain('own'),
  'POST /v1/actors': operators(({ named }) => ({ body: { kind: 'user', name: named('newcomer') } })),
  'GET /v1/actors/:id': id('lamp'),
  'DELETE /v1/actors/:id': operators(({ ids }) => ({ id: ids['bob'] ?? '' })),
  'POST /v1/actors/:id/suspend': operators(({ ids }) => ({ id: ids['cid'] ?? '' })),
  'POST /v1/actors/:id/resume': operators(({ ids }) => ({ id: ids['cid'] ?? '' })),
  'POST /v1/actors/:id/release': id('lamp'),
  'POST /v1/actors/:id/transfer': operators(({ named }) => ({
    id: named('lamp'),
    body: { user: named('bob') },
  })),
  'POST /v1/actors/:id/reset': id('lamp', 'proof', () => ({ proof: RESET_PROOF })),
  'POST /v1/actors/:id/claim-code': operators(({ named }) => ({
    id: named('new'),
    body: { established: 'printed' },
  })),
  'PUT /v1/actors/:id/reset-proof': operators(({ ids }) => ({
    id: ids['lamp'] ?? '',
    body: { proof: RESET_PROOF },
  })),
  'POST /v1/devices/batch': operators(({ named }) => ({
    body: { devices: [{ name: named('one'), owner: named('ann') }] },
  })),
  'GET /v1/credentials': plain('own'),
  'POST /v1/credentials': {
    ask: ({ named }) => ({ body: { actor: named('lamp'), kind: 'psk', identity: named('further') } }),
    other: 'hidden',
  },
  'GET /v1/credentials/:id': id('key of lamp'),
  'DELETE /v1/credentials/:id': id('key of lamp'),
  'POST /v1/credentials/:id/rotate': id('key of lamp', 'hidden', () => ({ credential: { kind: 'psk' } })),
  'POST /v1/credentials/:id/suspend': id('key of lamp'),
  'POST /v1/credentials/:id/resume': id('key of lamp'),
  'GET /v1/relationships': plain('own'),
  'POST /v1/relationships': {
    ask: ({ named }) => ({
      body: { trustor: named('lamp'), trustee: named('user/eve'), ...termsIn(named('lamp')) },
    }),
    other: 'hidden',
  },
  'GET /v1/relationships/:id': id('lamp>cid'),
  'POST /v1/relationships/:id/suspend': id('lamp>cid'),
  'POST /v1/relationships/:id/resume': id('lamp>cid'),
  'POST /v1/relationships/:id/preview-revocation': id('lamp>cid'),
  'POST /v1/relationships/:id/revoke': id('lamp>cid'),
  'POST /v1/introductions': {
    ask: ({ named }) => ({
      body: {
        introducer: named('user/ann'),
        trustor: named('lamp'),
        trustee: named('user/eve'),
        ...termsIn(named('lamp')),
      },
    }),
    other: 'hidden',
  },
  'POST /v1/claims': {
    ask: ({ claimCode, named }) => ({
      body: { device: named('new'), user: named('ann'), code: claimCode },
    }),
    other: 'hidden',
  },
  'GET /v1/claim-window': plain(),
  'PUT /v1/claim-window': operators(() => ({
    body: { admits: { kind: 'open', perMinuteMax: 1 }, notAfter: 4_000_000_000_000 },
  })),
  'DELETE /v1/claim-window': plain(),
  'GET /v1/sessions': plain('own'),
  'DELETE /v1/sessions/:id': id('session of lamp'),
  'GET /v1/audit': plain(),
  'GET /v1/audit/verify': plain(),
  'GET /v1/gateway': plain('own'),
  'GET /v1/authorities': plain(),
  'POST /v1/authorities/reload': plain(),
  'GET /v1/backends': plain(),
  'GET /v1/routes': plain(),
};

/** In the order of the table; `HEAD` is `GET` without a body. */
const ROUTES = Object.keys(ACCESS);

function callOf(route: string, town: Town, over?: string): Call {
  const [method = '', path = ''] = route.split(' ');
  const { id: asked, ...more } = (SAMPLES[route] as Sample).ask(town);
  return { method, url: path.replace(':id', over ?? asked ?? ''), ...more };
}

/** What everybody must get: a status, and for a refusal its code. */
function expectedOf(route: string, role: Role): { status: number; code?: string } {
  const { other } = SAMPLES[route] as Sample;
  switch (role) {
    case 'nobody':
      return { status: 401, code: 'token-missing' };
    case 'stranger':
    case 'suspended':
    case 'ended':
      return { status: 401, code: 'token-invalid' };
    case 'operator':
      return { status: 200 };
    case 'user':
      return ACCESS[route] === 'operator' ? { status: 403, code: 'operator-only' } : { status: 200 };
    case 'other':
      if (ACCESS[route] === 'operator') return { status: 403, code: 'operator-only' };
      return { status: other === 'hidden' ? 404 : 200 };
  }
}

describe('A01: every route, asked by everybody', () => {
  let place: Interface;
  let shared: Town;
  before(async () => {
    place = await openInterface();
    shared = await foundTown(place);
  });
  test('A01: the table knows every route that there is', async () => {
    const { admin } = shared;
    const { paths } = (await admin.ask('/v1/openapi.json')).json<{ paths: Record<string, object> }>();
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    assert.deepEqual(documented.toSorted(), ROUTES.toSorted());
    assert.deepEqual(Object.keys(SAMPLES).toSorted(), ROUTES.toSorted(), 'add a row to SAMPLES');
    for (const route of ROUTES) {
      const isOperators = SAMPLES[route]?.other === undefined;
      assert.equal(isOperators, ACCESS[route] === 'operator', route);
    }
  });

  for (const route of ROUTES) {
    test(`A01: ${route}`, async () => {
      for (const role of ROLES) {
        const changes = expectedOf(route, role).status === 200 && !route.startsWith('GET');
        const town = changes ? await foundTown(place) : shared;
        const before = town.admin.control.snapshot.revision;
        const answer = await town.as(role, callOf(route, town));
        const { status, code } = expectedOf(route, role);
        const what = `${role}: ${answer.statusCode} ${answer.body}`;
        if (status === 200) assert.ok(answer.statusCode < 300, what);
        else {
          assert.equal(answer.statusCode, status, what);
          if (code !== undefined) assert.deepEqual(problemOf(answer), [status, code]);
          assert.equal(town.admin.control.snapshot.revision, before, 'a refusal changes nothing');
        }
        if (role === 'other' && SAMPLES[route]?.other !== 'proof') assertSilent(answer.body, town);
      }
    });
  }
});

describe('A02: objects of others', () => {
  let town: Town;
  before(async () => {
    town = await foundTown(await openInterface());
  });
  for (const route of ROUTES.filter((each) => SAMPLES[each]?.other === 'hidden' && each.includes(':id'))) {
    test(`A02: ${route}: what is not his answers like what never was`, async () => {
      const hidden = callOf(route, town);
      const asked = hidden.url.split('/')[3] ?? '';
      const never = `${asked.slice(0, 4)}${'0'.repeat(20)}`;
      const [theirs, none] = [
        await town.as('other', hidden),
        await town.as('other', callOf(route, town, never)),
      ];
      assert.equal(theirs.statusCode, 404);
      assert.equal(theirs.body.replaceAll(asked, 'ID'), none.body.replaceAll(never, 'ID'));
    });
  }

  test('A02: names of others, in a body, are not there either', async () => {
    const body = { ...termsIn('lamp'), trustor: 'user/bob', trustee: 'user/ann', introducer: 'user/ann' };
    for (const [url, over] of [
      ['/v1/relationships', { trustor: 'lamp' }],
      ['/v1/introductions', { introducer: 'lamp' }],
      ['/v1/introductions', { introducer: 'user/bob', trustor: 'lamp' }],
      ['/v1/introductions', { introducer: 'user/bob', trustee: 'lamp' }],
    ] as const) {
      const { introducer, ...rest } = body;
      const base = url === '/v1/introductions' ? { introducer, ...rest } : rest;
      const ask = (name: string) =>
        town.as('other', {
          method: 'POST',
          url,
          body: JSON.parse(JSON.stringify({ ...base, ...over }).replaceAll('lamp', name)) as unknown,
        });
      const [theirs, none] = [await ask('lamp'), await ask('nope')];
      assert.equal(theirs.statusCode, 404, theirs.body);
      assert.equal(theirs.body.replaceAll('lamp', 'nope'), none.body);
    }
    const user = await town.as('other', {
      method: 'POST',
      url: '/v1/claims',
      body: { device: 'new', user: 'ann', code: town.claimCode },
    });
    assert.deepEqual(problemOf(user), [404, 'actor-unknown']);
    const filtered = await town.as('other', { method: 'GET', url: '/v1/relationships?of=user%2Fann' });
    assert.deepEqual(problemOf(filtered), [404, 'actor-unknown']);
  });

  test('A02: an actor sees what concerns him, no more', async () => {
    const list = async (role: Role, url: string): Promise<string[]> =>
      (await town.as(role, { method: 'GET', url }))
        .json<{ items: { id: string; name?: string }[] }>()
        .items.map(({ id: one, name }) => name ?? one)
        .toSorted();
    assert.deepEqual(await list('user', '/v1/actors'), ['ann', 'cid', 'eve', 'lamp']);
    assert.deepEqual(await list('other', '/v1/actors'), ['bob']);
    assert.deepEqual(await list('other', '/v1/relationships?ended=true'), []);
    assert.equal((await list('user', '/v1/relationships')).length, 3);
    assert.deepEqual(await list('other', '/v1/credentials'), [town.ids['token of user/bob']]);
    assert.deepEqual(await list('other', `/v1/credentials?actor=${town.ids['lamp']}`), []);
    assert.deepEqual(await list('user', '/v1/sessions'), ['lamp']);
    assert.deepEqual(await list('other', '/v1/sessions'), []);
  });
});

describe('G07: acting through somebody else’s rights', () => {
  test('G07: no owner makes a key that acts in the name of somebody else, nor replaces one that does', async () => {
    const town = await foundTown(await openInterface());
    const key = (user: string) => ({ actor: 'lamp', kind: 'psk', identity: `for-${user}`, user });
    const add = (role: Role, user: string) =>
      town.as(role, { method: 'POST', url: '/v1/credentials', body: key(user) });
    assert.deepEqual(problemOf(await add('user', 'cid')), [403, 'not-entitled']);
    assert.deepEqual(problemOf(await add('user', 'bob')), [404, 'actor-unknown'], 'whom she does not know');
    assert.equal((await add('user', 'ann')).statusCode, 201, 'her own name is hers');
    const shared = (await add('operator', 'cid')).json<{ id: string }>();
    const url = `/v1/credentials/${shared.id}/rotate`;
    const rotated = await town.as('user', { method: 'POST', url, body: { credential: { kind: 'psk' } } });
    assert.deepEqual(problemOf(rotated), [403, 'not-entitled']);
    const handed = { user: 'bob', credential: { kind: 'psk', user: 'cid' } };
    const transfer = `/v1/actors/${town.ids['lamp']}/transfer`;
    const given = await town.as('operator', { method: 'POST', url: transfer, body: handed });
    assert.deepEqual(problemOf(given), [400, 'credential-not-allowed']);
  });

  test('G07: whoever proves a reset says nothing of whose a certificate is', async () => {
    const town = await foundTown(await openInterface());
    const url = `/v1/actors/${town.ids['lamp']}/reset`;
    const credential = { kind: 'x509', subject: 'CN=bobs-lock' };
    const asked = { method: 'POST', url, body: { proof: RESET_PROOF, credential } };
    assert.deepEqual(problemOf(await town.as('other', asked)), [403, 'not-entitled']);
    assert.deepEqual(problemOf(await town.as('operator', asked)), [400, 'key-invalid'], 'no authority here');
  });

  test('G07: nobody is made to stand behind a device whose key another has: who wants one, claims it', async () => {
    const town = await foundTown(await openInterface());
    const { ids } = town;
    const planted = { kind: 'psk', identity: 'planted', keyHex: '000102030405060708090a0b0c0d0e0f' };
    const url = `/v1/actors/${ids['lamp']}/transfer`;
    const given = await town.as('user', { method: 'POST', url, body: { user: 'bob', credential: planted } });
    assert.deepEqual(problemOf(given), [403, 'operator-only']);
    const freed = await town.as('user', { method: 'POST', url: `/v1/actors/${ids['lamp']}/release` });
    const { claimCode: code } = freed.json<{ claimCode: string }>();
    const key = await town.as('user', {
      method: 'POST',
      url: '/v1/credentials',
      body: { actor: 'lamp', ...planted },
    });
    assert.deepEqual(problemOf(key), [404, 'actor-unknown'], 'it is nothing of hers any more');
    const claim = { device: 'lamp', user: 'bob', code };
    const forced = await town.as('user', { method: 'POST', url: '/v1/claims', body: claim });
    assert.deepEqual(problemOf(forced), [404, 'actor-unknown'], 'he says it himself');
    assert.equal(
      (await town.as('other', { method: 'POST', url: '/v1/claims', body: claim })).statusCode,
      201,
    );
  });
});

/** Nothing of the answer names anything of ann's. */
function assertSilent(body: string, { ids }: Town): void {
  for (const name of ['ann', 'lamp', 'cid', 'lamp>cid', 'ann>eve', 'key of lamp']) {
    const hidden = ids[name] ?? '';
    const said = body.replaceAll(/"(relationship|missing)":"[^"]*"/g, '');
    assert.equal(said.includes(hidden), false, `${name}: ${body}`);
  }
}
