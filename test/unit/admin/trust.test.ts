import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ShardAnswer, ShardQuestion } from '../../../src/daemon/ports/index.ts';
import { type AdminUnderTest, adminUnderTest, problemOf } from '../../support/admin.ts';

interface View {
  readonly id: string;
  readonly valid: boolean;
  readonly revision: number;
  readonly chainLength: number | null;
}

const EVERYTHING = [{ actions: ['*'], resources: ['*'] }];

class Trusting {
  readonly admin: AdminUnderTest;

  constructor(admin: AdminUnderTest) {
    this.admin = admin;
  }

  async actor(kind: string, name: string): Promise<string> {
    const made = await this.admin.ask('/v1/actors', { body: { kind, name } });
    assert.equal(made.statusCode, 201, made.body);
    return made.json<{ id: string }>().id;
  }

  async trusts(trustor: string, trustee: string, over: object = {}): Promise<View> {
    const body = { trustor, trustee, scope: EVERYTHING, level: 'manage', introduce: 2, ...over };
    const made = await this.admin.ask('/v1/relationships', { body });
    assert.equal(made.statusCode, 201, made.body);
    return made.json<View>();
  }

  introduce(introducer: string, trustor: string, trustee: string, over: object = {}) {
    const body = { introducer, trustor, trustee, scope: EVERYTHING, level: 'operate', ...over };
    return this.admin.ask('/v1/introductions', { body });
  }

  async find(id: string): Promise<View> {
    return (await this.admin.ask(`/v1/relationships/${id}`)).json<View>();
  }
}

/** Who trusts whom, as in the picture: 1 and 2 direct, 4 and 5 introduced through them. */
async function picture() {
  const town = new Trusting(await adminUnderTest({ shards: 2 }));
  for (const name of ['ann', 'bob', 'cid', 'dan', 'eve']) await town.actor('user', name);
  const one = await town.trusts('ann', 'bob');
  const two = await town.trusts('bob', 'cid');
  const three = await town.trusts('cid', 'dan');
  const four = (await town.introduce('bob', 'ann', 'cid', { introduce: 1 })).json<View>();
  const five = (await town.introduce('cid', 'ann', 'dan')).json<View>();
  return { town, one, two, three, four, five };
}

describe('admin: trust', () => {
  test('direct trust is established, shown, listed by either end, suspended and resumed', async () => {
    const town = new Trusting(await adminUnderTest());
    const acme = await town.actor('platform', 'acme');
    const ann = await town.actor('user', 'ann');
    const made = await town.admin.ask('/v1/relationships', {
      body: { trustor: 'platform/acme', trustee: 'ann', scope: EVERYTHING, level: 'operate' },
    });
    const view = made.json();
    assert.equal(made.headers['location'], `/v1/relationships/${view.id}`);
    assert.deepEqual(
      [view.trustor, view.trustee, view.valid, view.chainLength, view.path, view.origin, view.ground],
      [acme, ann, true, 0, [view.id], 'direct', 'operator'],
    );
    const listed = (await town.admin.ask('/v1/relationships?of=ann')).json();
    assert.deepEqual(listed, { items: [view], next: null });
    const path = `/v1/relationships/${view.id}`;
    const stale = await town.admin.ask(`${path}/suspend`, { method: 'POST', headers: { 'if-match': '"1"' } });
    assert.deepEqual(problemOf(stale), [412, 'revision-stale']);
    const off = (await town.admin.ask(`${path}/suspend`, { method: 'POST' })).json();
    assert.deepEqual([off.valid, off.flaw, off.chainLength], [false, 'it is suspended', null]);
    assert.equal((await town.admin.ask(`${path}/resume`, { method: 'POST' })).json().valid, true);
  });

  test('G04: revoking 2 takes 4 and 5 with it, exactly as shown before, and for good', async () => {
    const { town, two, four, five, one } = await picture();
    assert.deepEqual([four.chainLength, five.chainLength], [1, 2]);
    const path = `/v1/relationships/${two.id}`;
    const preview = await town.admin.ask(`${path}/preview-revocation`, { method: 'POST' });
    const shown = preview.json();
    assert.deepEqual(shown.falls, [
      { id: two.id, because: null },
      { id: four.id, because: two.id },
      { id: five.id, because: four.id },
    ]);
    assert.equal((await town.find(four.id)).valid, true, 'nothing has changed');
    const etag = String(preview.headers['etag']);
    const stale = await town.admin.ask(`${path}/revoke`, { body: {}, headers: { 'if-match': '"1"' } });
    assert.deepEqual(problemOf(stale), [412, 'revision-stale']);
    const done = await town.admin.ask(`${path}/revoke`, {
      body: { asOf: shown.asOf },
      headers: { 'if-match': etag },
    });
    assert.equal(done.statusCode, 200, done.body);
    assert.deepEqual(done.json().falls, shown.falls);
    for (const { id } of [two, four, five]) assert.equal((await town.find(id)).valid, false);
    assert.equal((await town.find(one.id)).valid, true);
    const again = await town.admin.ask(`${path}/revoke`, { method: 'POST' });
    assert.deepEqual([again.statusCode, again.json().falls], [200, []], 'a second time is no error');
    await town.trusts('bob', 'cid');
    assert.equal((await town.find(four.id)).valid, false, 'what fell stays down');
    const left = (await town.admin.ask('/v1/relationships')).json<{ items: View[] }>();
    assert.equal(left.items.length, 3);
    const all = (await town.admin.ask('/v1/relationships?ended=true')).json<{ items: View[] }>();
    assert.equal(all.items.length, 6);
  });

  test('G04: another introducer keeps 4 alive, and with it 5', async () => {
    const { town, two, four, five } = await picture();
    await town.trusts('ann', 'eve');
    await town.trusts('eve', 'cid');
    const held = await town.introduce('eve', 'ann', 'cid', { relationship: four.id, introduce: 1 });
    assert.equal(held.statusCode, 201, held.body);
    const done = await town.admin.ask(`/v1/relationships/${two.id}/revoke`, { method: 'POST' });
    const { falls, survives } = done.json();
    assert.deepEqual(falls, [{ id: two.id, because: null }]);
    assert.deepEqual(
      survives.map(({ id }: View) => id),
      [four.id],
    );
    for (const { id } of [four, five]) assert.equal((await town.find(id)).valid, true);
  });

  test('a preview asks the shards for the sessions that it touches, and what they observe', async () => {
    const asked: string[][] = [];
    const answer = (question: ShardQuestion): ShardAnswer | undefined => {
      if (question.kind !== 'count-sessions') return undefined;
      asked.push([...question.of]);
      return { kind: 'counted', sessions: 2, observations: 5 };
    };
    const town = new Trusting(await adminUnderTest());
    await town.actor('platform', 'acme');
    const ann = await town.actor('user', 'ann');
    const given = await town.trusts('acme', 'ann');
    const watched = new Trusting(
      await adminUnderTest({ store: town.admin.store, behaviour: () => ({ obedient: true, answer }) }),
    );
    const path = `/v1/relationships/${given.id}`;
    const shown = (await watched.admin.ask(`${path}/preview-revocation`, { method: 'POST' })).json();
    const counts = { sessions: 2, observations: 5, queued: 0, configurations: 0, certificates: 0 };
    const { revision, asOf, falls, survives, ...rest } = shown;
    assert.deepEqual([rest, falls.length, survives], [counts, 1, []]);
    const done = (
      await watched.admin.ask(`${path}/revoke`, { body: { asOf }, headers: { 'if-match': `"${revision}"` } })
    ).json();
    assert.equal(done.sessions, 2);
    assert.deepEqual(asked, [[ann], [ann]]);
  });

  test('what is refused names the rule and the missing piece, and changes nothing', async () => {
    const { town, one } = await picture();
    const before = (await town.admin.ask('/v1/relationships')).json();
    const cases: [ReturnType<Trusting['introduce']>, number, string][] = [
      [town.introduce('dan', 'ann', 'eve'), 409, 'trustee-not-trusted'],
      [town.introduce('eve', 'ann', 'cid'), 409, 'introducer-not-trusted'],
      [town.introduce('bob', 'ann', 'bob'), 400, 'self-vouch'],
      [town.introduce('bob', 'ann', 'cid', { level: 'administer' }), 409, 'terms-exceeded'],
      [town.introduce('bob', 'ann', 'cid', { introduce: 2 }), 409, 'introductions-exhausted'],
      [town.introduce('bob', 'ann', 'nobody'), 404, 'actor-unknown'],
      [town.admin.ask(`/v1/relationships/rel-none/revoke`, { method: 'POST' }), 404, 'relationship-unknown'],
    ];
    for (const [asked, status, code] of cases) assert.deepEqual(problemOf(await asked), [status, code]);
    const over = (await town.introduce('bob', 'ann', 'cid', { level: 'administer' })).json();
    assert.deepEqual(over.missing, { what: 'level', relationship: one.id });
    assert.deepEqual((await town.admin.ask('/v1/relationships')).json(), before);
  });

  test('a device with an owner trusts him, and removing him takes that away', async () => {
    const admin = await adminUnderTest();
    await admin.addUser('ann');
    const { id } = await admin.addDevice('lamp');
    const { items } = (await admin.ask('/v1/relationships?of=device/lamp')).json();
    assert.deepEqual(
      items.map((each: { trustor: string; level: string }) => [each.trustor, each.level]),
      [[id, 'administer']],
    );
    await admin.ask(`/v1/actors/${id}`, { method: 'DELETE' });
    assert.deepEqual((await admin.ask('/v1/relationships')).json().items, []);
  });

  test('an actor is suspended and resumed, with what stands on it', async () => {
    const town = new Trusting(await adminUnderTest());
    const acme = await town.actor('provider', 'acme');
    await town.actor('user', 'ann');
    const { id } = await town.trusts('acme', 'ann');
    const off = (await town.admin.ask(`/v1/actors/${acme}/suspend`, { method: 'POST' })).json();
    assert.equal(off.state, 'suspended');
    assert.equal((await town.find(id)).valid, false);
    assert.equal(
      (await town.admin.ask(`/v1/actors/${acme}/resume`, { method: 'POST' })).json().state,
      'active',
    );
    assert.equal((await town.find(id)).valid, true);
  });
});

describe('admin: claims', () => {
  test('G08: of a hundred claims at once exactly one makes an owner', async () => {
    const admin = await adminUnderTest();
    for (let i = 0; i < 100; i++) await admin.addUser(`user-${i}`);
    const made = await admin.ask('/v1/actors', { body: { kind: 'device', name: 'lamp', claim: true } });
    const { claimCode: code, owner } = made.json();
    assert.match(code, /^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    assert.equal(owner, null);
    const claims = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        admin.ask('/v1/claims', { body: { device: 'lamp', code, user: `user-${i}` } }),
      ),
    );
    const won = claims.filter(({ statusCode }) => statusCode === 201);
    assert.equal(won.length, 1);
    for (const lost of claims.filter((each) => !won.includes(each)))
      assert.deepEqual(problemOf(lost), [409, 'already-owned']);
    const [device] = (await admin.ask('/v1/actors?kind=device')).json().items;
    assert.equal(device.owner, won[0]?.json().user);
  });

  test('G08: a wrong code counts, and five of somebody are his last: nobody locks the owner out', async () => {
    const admin = await adminUnderTest();
    for (const name of ['ann', 'eve']) await admin.addUser(name);
    const tokenOf = async (actor: string): Promise<string> =>
      (await admin.ask('/v1/credentials', { body: { actor, kind: 'token' } })).json().token;
    const [anns, eves] = [await tokenOf('user/ann'), await tokenOf('user/eve')];
    const { claimCode } = (
      await admin.ask('/v1/actors', { body: { kind: 'device', name: 'lamp', claim: true } })
    ).json();
    const claim = (code: string, user: string, token: string) =>
      admin.ask('/v1/claims', { body: { device: 'lamp', code, user }, token });
    const eve = (code: string) => claim(code, 'eve', eves);
    for (let i = 0; i < 5; i++) assert.deepEqual(problemOf(await eve('0000')), [403, 'claim-code-wrong']);
    const { revision } = admin.control.snapshot;
    assert.deepEqual(problemOf(await eve(claimCode)), [403, 'claim-code-spent']);
    assert.equal(admin.control.snapshot.revision, revision, 'and fills the log no further');
    assert.equal((await claim(claimCode, 'ann', anns)).statusCode, 201);
  });

  test('however the code is typed; released with a new code, the keys end', async () => {
    const admin = await adminUnderTest();
    await admin.addUser('ann');
    await admin.addUser('bob');
    const made = (
      await admin.ask('/v1/actors', { body: { kind: 'device', name: 'lamp', claim: true } })
    ).json();
    const key = await admin.ask('/v1/credentials', { body: { actor: 'lamp', kind: 'psk' } });
    assert.equal(key.statusCode, 201);
    const code = made.claimCode.toLowerCase().replaceAll('-', ' ');
    const claimed = await admin.ask('/v1/claims', { body: { device: 'lamp', code, user: 'ann' } });
    assert.equal(claimed.statusCode, 201, claimed.body);
    const released = (await admin.ask(`/v1/actors/${made.id}/release`, { method: 'POST' })).json();
    assert.equal(released.owner, null);
    assert.deepEqual((await admin.ask('/v1/credentials')).json().items, []);
    const old = await admin.ask('/v1/claims', { body: { device: 'lamp', code, user: 'bob' } });
    assert.deepEqual(problemOf(old), [403, 'claim-code-wrong']);
    const next = { device: 'lamp', code: released.claimCode, user: 'bob' };
    assert.equal((await admin.ask('/v1/claims', { body: next })).statusCode, 201);
  });
});

describe('admin: audit', () => {
  test('the log is read in pages and verified, without keys and codes', async () => {
    const admin = await adminUnderTest();
    await admin.addUser('ann');
    const { credential } = await admin.addDevice('lamp');
    await admin.ask('/v1/actors', { body: { kind: 'device', name: 'box', claim: true } });
    const first = (await admin.ask('/v1/audit?limit=2')).json();
    assert.deepEqual(
      first.items.map(({ revision, by }: { revision: number; by: string }) => [revision, by]),
      [
        [1, 'operator'],
        [2, 'operator'],
      ],
    );
    const rest = await admin.ask(`/v1/audit?after=${first.next}`);
    assert.equal(rest.json().items.length, 1);
    assert.equal(rest.json().items[0].events[1].kind, 'claim-code-issued');
    for (const body of [JSON.stringify(first), rest.body]) {
      assert.ok(!body.includes(credential.keyHex));
      assert.ok(!/sealedKey|hashHex|v1\./.test(body), body);
    }
    assert.deepEqual((await admin.ask('/v1/audit/verify')).json(), { revision: 3, entries: 3 });
  });

  test('pages end after a long entry, whose list of keys is a number', async () => {
    const admin = await adminUnderTest();
    await admin.addUser('ann');
    const devices = Array.from({ length: 2_000 }, (_, i) => ({ name: `d${i}`, owner: 'ann' }));
    assert.equal((await admin.ask('/v1/devices/batch', { body: { devices } })).statusCode, 201);
    const listed = [{ fingerprint: 'ab'.repeat(32) }, { fingerprint: 'cd'.repeat(32) }];
    const window = { admits: { kind: 'listed', devices: listed }, notAfter: Date.now() + 60_000 };
    assert.equal((await admin.ask('/v1/claim-window', { method: 'PUT', body: window })).statusCode, 200);
    const first = (await admin.ask('/v1/audit')).json();
    assert.deepEqual([first.items.length, first.items[1].events.length, first.next], [2, 6_000, 2]);
    const rest = (await admin.ask('/v1/audit?after=2')).json();
    assert.deepEqual(
      [rest.items[0].events[0].window.admits, rest.next],
      [{ kind: 'listed', devices: 2 }, null],
    );
  });
});
