/** The command line with the token of an actor, on the real admin interface. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type AdminUnderTest, adminUnderTest, TOKEN } from '../../support/admin.ts';
import { type Printed, postern } from './fake-terminal.ts';

/** Runs a command line as whoever has the token. */
function as(admin: AdminUnderTest, token: string, ...argv: readonly string[]): Promise<Printed> {
  const over: typeof fetch = async (input, init) => {
    assert.ok(typeof input === 'string');
    const { pathname, search } = new URL(input);
    const answer = await admin.ask(`${pathname}${search}`, {
      method: (init?.method ?? 'GET') as 'GET',
      token: null,
      headers: Object.fromEntries(new Headers(init?.headers)),
      ...(typeof init?.body === 'string' ? { body: init.body } : {}),
    });
    return new Response(answer.body, { status: answer.statusCode });
  };
  const env = { POSTERN_URL: 'http://127.0.0.1:8080', POSTERN_TOKEN: token };
  return postern(argv, { fetch: over, env });
}

const TERMS = ['--level', 'view', '--scope', 'read=d/lock/*'];
const idIn = (text: string): string => /rel-[0-9a-f]{20}/.exec(text)?.[0] ?? '';

describe('postern with the token of a user', () => {
  let admin: AdminUnderTest;
  let ann: string;

  const operator = async (...argv: readonly string[]): Promise<string> => {
    const { code, out, err } = await as(admin, TOKEN, ...argv);
    assert.equal(code, 0, `${argv.join(' ')}: ${err}`);
    return out;
  };
  const tokenOf = async (...argv: readonly string[]): Promise<string> =>
    /^pnt_\w+$/m.exec(await operator(...argv))?.[0] ?? '';

  before(async () => {
    admin = await adminUnderTest();
    for (const name of ['ann', 'bob', 'eve']) await operator('user', 'add', name);
    await operator('device', 'add', 'lock', '--owner', 'ann');
    await operator('device', 'add', 'shed', '--owner', 'bob');
    ann = await tokenOf('user', 'token', 'ann', '--for', '7d');
  });

  test('user token makes one, lists it and ends it', async () => {
    const made = await operator('user', 'token', 'eve', '--for', 'never');
    const [, id = '', token = ''] =
      /^token of eve, until it is ended, (crd-\w+)\n\n(pnt_\w+)\n/.exec(made) ?? [];
    assert.match(
      await operator('user', 'token', 'eve', '--list'),
      new RegExp(`^${id} +active +until it is`, 'm'),
    );
    assert.equal((await as(admin, token, 'device', 'list')).code, 0);
    assert.equal(await operator('user', 'token', 'eve', '--end', id), `token ${id} ended\n`);
    const { code, err } = await as(admin, token, 'device', 'list');
    assert.equal(code, 1);
    assert.match(err, /has ended or run out, or its holder is suspended/);
    assert.equal(await operator('user', 'token', 'eve', '--list'), 'no tokens\n');
    const again = await as(admin, TOKEN, 'user', 'token', 'eve', '--end', id);
    assert.equal(again.code, 1);
    assert.match(again.err, /there is no token crd-\w+ of that actor\n {2}those that there are/);
  });

  test('lists are of what concerns her', async () => {
    assert.match(
      (await as(admin, ann, 'device', 'list')).out,
      /^NAME +OWNER +STATE +ID\nlock +ann +active +dev-\w+\n$/,
    );
    const { out } = await as(admin, ann, 'trust', 'list');
    assert.match(out, /^device\/lock +user\/ann +administer/m);
    assert.doesNotMatch(out, /shed|bob/);
  });

  test('she trusts, introduces, looks at what would fall, and revokes', async () => {
    const direct = await as(admin, ann, 'trust', 'add', 'ann', 'user/bob', ...TERMS);
    assert.equal(direct.code, 0, direct.err);
    const vouched = await as(
      admin,
      ann,
      'trust',
      'introduce',
      'ann',
      'lock',
      'bob',
      ...TERMS,
      '--until',
      '7d',
    );
    assert.equal(vouched.code, 0, vouched.err);
    const preview = await as(admin, ann, 'trust', 'preview', idIn(direct.out));
    assert.match(preview.out, /would fall: user\/ann -> user\/bob[^]*would fall: device\/lock -> user\/bob/);
    const revision = /--if-revision (\d+)/.exec(preview.out)?.[1] ?? '';
    const done = await as(admin, ann, 'trust', 'revoke', idIn(direct.out), '--if-revision', revision);
    assert.match(done.out, /fell: user\/ann -> user\/bob[^]*fell: device\/lock -> user\/bob/);
    const log = await operator('audit', 'tail');
    assert.match(log, / {2}operator {2}actor-added device\/lock, .* device\/lock -> user\/ann\n/);
    assert.match(log, / {2}user\/ann {2}relationships-ended rel-\w+\n$/);
  });

  test('what is not hers fails with the reason and what helps', async () => {
    const denied = async (...argv: readonly string[]): Promise<string> => {
      const { code, err } = await as(admin, ann, ...argv);
      assert.equal(code, 1, argv.join(' '));
      return err;
    };
    assert.match(await denied('user', 'add', 'zoe'), /for operators only\n {2}take the operator's token/);
    assert.match(await denied('audit', 'verify'), /for operators only/);
    assert.match(await denied('trust', 'add', 'shed', 'ann', ...TERMS), /there is no actor shed/);
    await operator('actor', 'add', 'manufacturer', 'maker');
    const maker = await denied('trust', 'add', 'lock', 'manufacturer/maker', ...TERMS);
    assert.match(maker, /is for an operator to widen; an owner may end it\n {2}an operator may/);
    const wide = ['--level', 'view', '--scope', 'read=*'];
    assert.match(await denied('trust', 'add', 'lock', 'user/eve', ...wide), /the scope goes beyond it/);
  });

  test('a provider has a token too, and an operator makes things firm', async () => {
    await operator('actor', 'add', 'provider', 'services');
    const services = await tokenOf('actor', 'token', 'provider/services');
    const given = await as(admin, services, 'trust', 'add', 'provider/services', 'user/ann', ...TERMS);
    assert.equal(given.code, 0, given.err);
    assert.equal((await as(admin, services, 'trust', 'suspend', idIn(given.out))).code, 0);
    const firm = idIn(await operator('trust', 'add', 'lock', 'manufacturer/maker', ...TERMS, '--firm'));
    const { code, err } = await as(admin, ann, 'trust', 'revoke', firm);
    assert.equal(code, 1);
    assert.match(err, /an operator made it firm/);
  });
});
