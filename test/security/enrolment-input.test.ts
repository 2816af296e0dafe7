/** Threats A03, A06, A08, A09: what is sent to the routes of enrolment, and what may come out of them. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type AdminUnderTest, adminUnderTest, type Asked, problemOf } from '../support/admin.ts';

type Body = Readonly<Record<string, unknown>>;

interface Route {
  readonly method: 'POST' | 'PUT';
  readonly url: string;
  readonly body: Body;
}

const PROOF = 'a proof of a reset';
const LATER = 4_000_000_000_000;

describe('input of the routes of enrolment', () => {
  let admin: AdminUnderTest;
  let routes: readonly Route[];
  before(async () => {
    admin = await adminUnderTest();
    await admin.addUser('ann');
    const { id, credential } = await admin.addDevice('lamp');
    const made = await admin.ask('/v1/actors', { body: { kind: 'device', name: 'box', claim: true } });
    const box = made.json<{ id: string }>().id;
    const psk = { kind: 'psk', identity: 'x', keyHex: '00112233445566778899aabbccddeeff' };
    const listed = { fingerprint: 'ab'.repeat(32), claimCode: 'AAAA', resetProofHash: 'cd'.repeat(32) };
    routes = [
      {
        method: 'POST',
        url: `/v1/credentials/${credential.id}/rotate`,
        body: { credential: psk, until: LATER },
      },
      { method: 'POST', url: `/v1/actors/${id}/transfer`, body: { user: 'ann', credential: psk } },
      { method: 'POST', url: `/v1/actors/${id}/reset`, body: { proof: PROOF, credential: psk } },
      { method: 'PUT', url: `/v1/actors/${id}/reset-proof`, body: { proof: PROOF } },
      { method: 'POST', url: `/v1/actors/${box}/claim-code`, body: { established: 'nfc', notAfter: LATER } },
      {
        method: 'PUT',
        url: '/v1/claim-window',
        body: { admits: { kind: 'open', perMinuteMax: 5 }, notAfter: LATER },
      },
      {
        method: 'PUT',
        url: '/v1/claim-window',
        body: { admits: { kind: 'listed', devices: [listed] }, notAfter: LATER },
      },
      {
        method: 'POST',
        url: '/v1/devices/batch',
        body: { devices: [{ name: 'one', owner: 'ann', identity: 'one', keyHex: 'zz' }], partial: false },
      },
    ];
  });

  const revision = (): number => admin.control.snapshot.revision;
  const refuses = async ({ method, url }: Route, body: unknown, what: string): Promise<void> => {
    const at = revision();
    const response = await admin.ask(url, { method, body });
    const [status, code] = problemOf(response);
    assert.deepEqual(
      [status, code.length > 0],
      [400, true],
      `${url} ${what}: ${response.body.slice(0, 300)}`,
    );
    assert.ok(!/node_modules| at /.test(response.body.replace(' at least', '')), 'nothing of the inside');
    assert.equal(revision(), at, `${url} ${what}: nothing has changed`);
  };

  test('A03: members that were not asked for are refused at every depth, and pollute nothing', async () => {
    for (const route of routes) {
      for (const [where, body] of injected(route.body)) await refuses(route, body, where);
    }
    assert.equal(({} as { admin?: boolean }).admin, undefined);
  });

  test('A03: members of another type are refused, at every depth', async () => {
    for (const route of routes) {
      for (const [where, body] of mistyped(route.body)) await refuses(route, body, where);
      for (const body of ['null', '[]', '"text"', '7', 'true', '']) await refuses(route, body, body);
    }
  });

  test('A03: values out of bounds', async () => {
    const [rotate, transfer, reset, proof, code, window, list, batch] = routes as [
      Route,
      Route,
      Route,
      Route,
      Route,
      Route,
      Route,
      Route,
    ];
    const devices = [{ name: 'one', owner: 'ann' }];
    const cases: readonly (readonly [Route, Body])[] = [
      [rotate, { ...rotate.body, until: -1 }],
      [rotate, { ...rotate.body, until: 1e300 }],
      [rotate, { credential: { kind: 'psk', identity: 'x', identityHex: '78' } }],
      [rotate, { credential: { kind: 'psk', publicKey: 'x' } }],
      [transfer, { user: '' }],
      [transfer, { user: 'x'.repeat(129) }],
      [reset, { proof: 'short' }],
      [reset, { proof: 'x'.repeat(513) }],
      [proof, { proof: '' }],
      [code, { established: 'factory' }],
      [code, { established: 'nfc', notAfter: 0.5 }],
      [window, { ...window.body, admits: { kind: 'open', perMinuteMax: 0 } }],
      [window, { ...window.body, admits: { kind: 'open', perMinuteMax: 601 } }],
      [window, { ...window.body, admits: { kind: 'everybody' } }],
      [window, { admits: window.body['admits'] }],
      [list, { ...list.body, admits: { kind: 'listed', devices: [] } }],
      [list, { ...list.body, admits: { kind: 'listed', devices: [{ fingerprint: 'ab', claimCode: '' }] } }],
      [
        list,
        {
          ...list.body,
          admits: {
            kind: 'listed',
            devices: [{ fingerprint: 'ab', claimCode: 'A', claimCodeHash: 'ab'.repeat(32) }],
          },
        },
      ],
      [batch, { devices: [] }],
      [batch, { devices: [{ name: 'x'.repeat(5_000), owner: 'ann' }] }],
      [batch, { devices, partial: 'yes' }],
    ];
    for (const [route, body] of cases) await refuses(route, body, JSON.stringify(body).slice(0, 120));
  });

  test('A08: a batch has 10,000 rows at most, and each route its own limit of bytes', async () => {
    const batch = routes[7] as Route;
    const rows = Array.from({ length: 10_001 }, (_, i) => ({ name: `d${i}`, owner: 'ann' }));
    const many = await admin.ask(batch.url, { body: { devices: rows } });
    assert.deepEqual(problemOf(many), [400, 'request-invalid']);
    assert.match(many.json<{ detail: string }>().detail, /devices must not have more than 10000 items/i);
    const large = JSON.stringify({ devices: [{ name: 'x'.repeat(17 << 20), owner: 'ann' }] });
    assert.deepEqual(problemOf(await admin.ask(batch.url, { body: large })), [413, 'body-too-large']);
    const before = JSON.stringify({ ...routes[0]?.body, more: 'x'.repeat(70_000) });
    assert.deepEqual(problemOf(await admin.ask(routes[0]?.url ?? '', { body: before })), [
      413,
      'body-too-large',
    ]);
  });

  test('A08: of a large body without a token nothing is read', async () => {
    const large = JSON.stringify({ devices: [{ name: 'x'.repeat(1 << 20), owner: 'ann' }] });
    const response = await admin.ask('/v1/devices/batch', { body: large, token: null });
    assert.deepEqual(problemOf(response), [401, 'token-missing']);
  });
});

test('A09: of two changes of one state the second is refused', async () => {
  const admin = await adminUnderTest();
  await admin.addUser('ann');
  await admin.addUser('bob');
  const { id, revision } = await admin.addDevice('lamp');
  const asked: Asked = { body: { user: 'bob' }, headers: { 'if-match': `"${revision}"` } };
  const answers = await Promise.all([1, 2, 3].map(() => admin.ask(`/v1/actors/${id}/transfer`, asked)));
  assert.deepEqual(answers.map(({ statusCode }) => statusCode).toSorted(), [200, 412, 412]);
});

test('A06: keys, codes and proofs are in the answer that makes them and nowhere else', async () => {
  const admin = await adminUnderTest();
  await admin.addUser('ann');
  const { id, credential } = await admin.addDevice('lamp');
  const secrets: string[] = [PROOF, 'AAAABBBBCCCC', 'AAAA-BBBB-CCCC'];
  const ask = async (url: string, asked: Asked): Promise<void> => {
    const answer = await admin.ask(url, asked);
    assert.ok(answer.statusCode < 300, answer.body);
    const shown = answer.body.matchAll(/"(?:keyHex|claimCode|ndef|qrText)":"([^"]+)"/g);
    secrets.push(...Array.from(shown, ([, secret]) => secret ?? ''));
  };
  const list = [{ fingerprint: 'ab'.repeat(32), claimCode: 'AAAA-BBBB-CCCC', resetProof: PROOF }];
  const window = { admits: { kind: 'listed', devices: list }, notAfter: LATER };
  await ask('/v1/claim-window', { method: 'PUT', body: window });
  await ask(`/v1/credentials/${credential.id}/rotate`, { body: { credential: { kind: 'psk' } } });
  await ask(`/v1/actors/${id}/transfer`, { body: { user: 'ann' } });
  await ask(`/v1/actors/${id}/reset-proof`, { method: 'PUT', body: { proof: PROOF } });
  await ask(`/v1/actors/${id}/reset`, { body: { proof: PROOF } });
  await ask(`/v1/actors/${id}/claim-code`, { body: { established: 'printed' } });
  const keyHex = 'c0ffee00c0ffee11c0ffee22c0ffee33';
  const devices = [
    { name: 'one', owner: 'ann' },
    { name: 'two', owner: 'ann', identity: 'two', keyHex },
  ];
  await ask('/v1/devices/batch', { body: { devices } });
  secrets.push(keyHex);
  assert.ok(secrets.length >= 14, `${secrets.length} secrets were shown`);
  const kept: string[] = [JSON.stringify(admin.log.lines)];
  for await (const entry of admin.store.read(0 as never)) kept.push(JSON.stringify(entry));
  const lists = ['actors', 'credentials', 'relationships', 'audit', 'claim-window', 'openapi.json'];
  for (const path of lists) kept.push((await admin.ask(`/v1/${path}`)).body);
  kept.push((await admin.ask('/metrics')).body);
  for (const text of kept)
    for (const secret of secrets)
      assert.ok(!text.toLowerCase().includes(secret.toLowerCase()), text.slice(0, 400));
});

/** The body, each time with one member too many somewhere. */
function* injected(body: Body): Generator<readonly [string, string]> {
  const strays = [
    '"id":"x"',
    '"__proto__":{"admin":true}',
    '"constructor":{"prototype":{"admin":true}}',
    '"by":"gateway"',
  ];
  const text = JSON.stringify(body);
  for (const [index, letter] of [...text].entries()) {
    if (letter !== '{') continue;
    for (const stray of strays)
      yield [`${index} ${stray}`, `${text.slice(0, index + 1)}${stray},${text.slice(index + 1)}`];
  }
}

/** The body, each time with one value of another type. */
function* mistyped(value: unknown, where = ''): Generator<readonly [string, unknown]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const others = [7.5, 'text', true, [], {}, null].filter((other) => kindOf(other) !== kindOf(inner));
    for (const other of others) {
      if (other === null && NULLABLE.has(key)) continue;
      yield [`${where}/${key} ${JSON.stringify(other)}`, replaced(value, key, other)];
    }
    for (const [deeper, changed] of mistyped(inner, `${where}/${key}`))
      yield [deeper, replaced(value, key, changed)];
  }
}

const NULLABLE: ReadonlySet<string> = new Set(['until', 'notAfter']);
const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
const replaced = (value: object, key: string, by: unknown): unknown =>
  Array.isArray(value) ? value.with(Number(key), by) : { ...value, [key]: by };
