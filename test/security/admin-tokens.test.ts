/** Threat A07, of the tokens of actors: how they are kept, and when they are worth nothing any more. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PassThrough } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { CredentialId } from '../../src/trust/index.ts';
import { type AdminUnderTest, adminUnderTest, problemOf, TOKEN } from '../support/admin.ts';

interface Made {
  readonly id: string;
  readonly token: string;
  readonly notAfter: number | null;
}

async function withToken(
  over: () => object = () => ({}),
): Promise<{ admin: AdminUnderTest; ann: string; made: Made }> {
  const admin = await adminUnderTest();
  const ann = await admin.addUser('ann');
  const body = { actor: 'user/ann', kind: 'token', ...over() };
  const answer = await admin.ask('/v1/credentials', { body });
  assert.equal(answer.statusCode, 201, answer.body);
  const made = answer.json<Made>();
  return { admin, ann, made };
}

async function written({ store }: AdminUnderTest): Promise<unknown[]> {
  const entries: unknown[] = [];
  for await (const entry of store.read(0 as never)) entries.push(entry);
  return entries;
}

const statusOf = async (admin: AdminUnderTest, token: string): Promise<number> =>
  (await admin.ask('/v1/actors', { token })).statusCode;

describe('tokens of actors', () => {
  test('A07: a token is shown once, kept as a keyed hash, and runs out in 90 days', async () => {
    const { admin, ann, made } = await withToken();
    assert.match(made.token, /^pnt_[0-9a-f]{64}$/);
    const days = ((made.notAfter ?? 0) - Date.now()) / 86_400_000;
    assert.ok(days > 89.9 && days <= 90, String(days));
    const shown = await admin.ask(`/v1/credentials/${made.id}`);
    assert.equal(shown.json<Partial<Made>>().token, undefined);
    const everything = [
      shown.body,
      (await admin.ask('/v1/audit')).body,
      JSON.stringify([...admin.control.snapshot.credentials.values()]),
      JSON.stringify(await written(admin)),
      JSON.stringify(admin.log),
    ].join('\n');
    assert.equal(everything.includes(made.token.slice(4)), false);
    const listed = (await admin.ask('/v1/actors', { token: made.token })).json<{ items: { id: string }[] }>();
    assert.deepEqual(
      listed.items.map(({ id }) => id),
      [ann],
    );
  });

  test('A06: nor is its hash in the cursors of lists', async () => {
    const { admin } = await withToken();
    for (const name of ['bob', 'cid']) await tokenOf(admin, name);
    const hashes = [...admin.control.snapshot.credentials.values()].flatMap((each) =>
      each.kind === 'token' ? [each.hashHex] : [],
    );
    let cursor: string | null = '';
    let pages = 0;
    for (; cursor !== null; pages++) {
      const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = (await admin.ask(`/v1/credentials?limit=1${more}`)).json<{ next: string | null }>();
      cursor = page.next;
      const said = Buffer.from(cursor ?? '', 'hex').toString();
      for (const hash of hashes) assert.equal(said.includes(hash), false);
    }
    assert.equal(pages, 3);
  });

  test('A07: ended, its holder suspended, its holder removed: refused from the next request on', async () => {
    const { admin, ann, made } = await withToken();
    assert.equal(await statusOf(admin, made.token), 200);
    await admin.ask(`/v1/actors/${ann}/suspend`, { method: 'POST' });
    assert.equal(await statusOf(admin, made.token), 401);
    await admin.ask(`/v1/actors/${ann}/resume`, { method: 'POST' });
    assert.equal(await statusOf(admin, made.token), 200);
    await admin.ask(`/v1/credentials/${made.id}`, { method: 'DELETE' });
    assert.equal(await statusOf(admin, made.token), 401);
    const other = (await admin.ask('/v1/credentials', { body: { actor: ann, kind: 'token' } })).json<Made>();
    assert.equal(await statusOf(admin, other.token), 200);
    await admin.ask(`/v1/actors/${ann}`, { method: 'DELETE' });
    assert.equal(await statusOf(admin, other.token), 401);
  });

  test('A07: run out: refused, by the clock alone', async () => {
    const { admin, made } = await withToken(() => ({ notAfter: Date.now() + 500 }));
    assert.equal(await statusOf(admin, made.token), 200);
    await wait((made.notAfter ?? 0) - Date.now() + 20);
    const refused = await admin.ask('/v1/actors', { token: made.token });
    assert.deepEqual(problemOf(refused), [401, 'token-invalid']);
  });

  test('A07: a holder ends his own token, and makes himself no other', async () => {
    const { admin, made } = await withToken();
    const { token } = made;
    const more = await admin.ask('/v1/credentials', { token, body: { actor: 'user/ann', kind: 'token' } });
    assert.deepEqual(problemOf(more), [403, 'not-entitled']);
    const ended = await admin.ask(`/v1/credentials/${made.id}`, { token, method: 'DELETE' });
    assert.equal(ended.statusCode, 200);
    assert.equal(await statusOf(admin, token), 401);
  });

  test('A07: guessing is slowed down as for the operator, and locks nobody out who has a token', async () => {
    const { admin, made } = await withToken();
    const codes: number[] = [];
    for (let guess = 0; guess < 12; guess++)
      codes.push(await statusOf(admin, `pnt_${String(guess).padStart(64, '0')}`));
    assert.deepEqual(codes, [...Array.from({ length: 10 }, () => 401), 429, 429]);
    assert.equal(await statusOf(admin, made.token), 200);
  });

  test('tokens are for users, platforms, providers and manufacturers that are there', async () => {
    const { admin } = await withToken();
    await admin.addDevice('lamp');
    const ask = (body: object) => admin.ask('/v1/credentials', { body: { kind: 'token', ...body } });
    assert.deepEqual(problemOf(await ask({ actor: 'lamp' })), [400, 'credential-not-allowed']);
    assert.deepEqual(problemOf(await ask({ actor: 'user/ann', user: 'ann' })), [
      400,
      'credential-not-allowed',
    ]);
    assert.deepEqual(problemOf(await ask({ actor: 'user/ann', notAfter: 1 })), [400, 'validity-empty']);
    for (const kind of ['platform', 'provider', 'manufacturer']) {
      await admin.ask('/v1/actors', { body: { kind, name: 'acme' } });
      assert.equal((await ask({ actor: `${kind}/acme` })).statusCode, 201, kind);
    }
    const early = { kind: 'user', name: 'bob', credential: { kind: 'token' } };
    const refused = await admin.ask('/v1/actors', { body: early });
    assert.deepEqual(problemOf(refused), [400, 'credential-not-allowed']);
  });

  test('the log says who it was', async () => {
    const { admin, ann, made } = await withToken();
    await admin.addUser('bob');
    const terms = { scope: [{ actions: ['*'], resources: ['*'] }], level: 'view' };
    const body = { trustor: 'user/ann', trustee: 'user/bob', ...terms };
    const given = await admin.ask('/v1/relationships', { token: made.token, body });
    assert.equal(given.statusCode, 201, given.body);
    assert.equal(given.json<{ ground: string }>().ground, 'actor');
    const { items } = (await admin.ask('/v1/audit')).json<{ items: { by: string }[] }>();
    assert.deepEqual(
      items.map(({ by }) => by),
      ['operator', 'operator', 'operator', ann],
    );
  });
});

describe('what is asked with a token that ends meanwhile', () => {
  const TERMS = { scope: [{ actions: ['*'], resources: ['*'] }], level: 'view' } as const;

  test('A07: a request whose body comes after the end of its token does nothing', async () => {
    const { admin, made } = await withToken();
    await admin.addUser('bob');
    const body = JSON.stringify({ trustor: 'user/ann', trustee: 'user/bob', ...TERMS });
    const slow = new PassThrough();
    slow.write(body.slice(0, 10));
    const asked = admin.ask('/v1/relationships', { body: slow, token: made.token });
    await wait(20);
    assert.equal((await admin.ask(`/v1/credentials/${made.id}`, { method: 'DELETE' })).statusCode, 200);
    const { revision } = admin.control.snapshot;
    slow.end(body.slice(10));
    assert.deepEqual(problemOf(await asked), [403, 'not-entitled']);
    assert.equal(admin.control.snapshot.revision, revision);
  });

  test('A07: nor does one that waits for its turn behind that end', async () => {
    const { admin, made } = await withToken();
    await admin.addUser('bob');
    const body = { trustor: 'user/ann', trustee: 'user/bob', ...TERMS };
    const by = admin.control.bearerOf(made.token);
    assert.ok(by?.kind === 'actor');
    const end = admin.control.run(
      { kind: 'end-credential', id: made.id as CredentialId, ifRevision: null },
      { kind: 'operator' },
    );
    const wish = { ...body, introduce: 0, notBefore: null, notAfter: null };
    const late = admin.control.run({ kind: 'establish', wish, firm: false }, by);
    assert.equal((await end).kind, 'done');
    assert.equal((await late).kind, 'refused');
  });
});

describe('actors who ask without end', () => {
  test('A12: so many changes a minute, each actor for itself, and reading goes on', async () => {
    const { admin, made } = await withToken();
    const bobs = await tokenOf(admin, 'bob');
    const end = (token: string) => admin.ask('/v1/credentials/crd-0', { method: 'DELETE', token });
    const codes: number[] = [];
    for (let n = 0; n < 122; n++) codes.push((await end(made.token)).statusCode);
    assert.deepEqual([codes.indexOf(429), codes.filter((code) => code === 404).length], [120, 120]);
    const refused = await end(made.token);
    assert.deepEqual(problemOf(refused), [429, 'too-many-requests']);
    assert.match(String(refused.headers['retry-after']), /^\d+$/);
    assert.equal(await statusOf(admin, made.token), 200);
    assert.equal((await end(bobs)).statusCode, 404, "nobody uses up what is another's");
    assert.equal((await end(TOKEN)).statusCode, 404);
  });

  test('A12: so many requests a minute, and no such bound for operators', async () => {
    const { admin, made } = await withToken();
    const ask = (token: string) => admin.ask('/v1/gateway', { token });
    for (let n = 0; n < 600; n++) assert.equal((await ask(made.token)).statusCode, 200);
    assert.deepEqual(problemOf(await ask(made.token)), [429, 'too-many-requests']);
    for (let n = 0; n < 601; n++) assert.equal((await ask(TOKEN)).statusCode, 200);
  });
});

async function tokenOf(admin: AdminUnderTest, name: string): Promise<string> {
  await admin.addUser(name);
  const answer = await admin.ask('/v1/credentials', { body: { actor: `user/${name}`, kind: 'token' } });
  return answer.json<Made>().token;
}
