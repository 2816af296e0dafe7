import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pem } from '../../../src/crypto/index.ts';
import { pkcs8Of, spkiOf, testKey } from '../../support/x509.ts';
import { type Answers, fakeAdmin } from './fake-admin.ts';
import { postern } from './fake-terminal.ts';

const scratch = mkdtempSync(join(tmpdir(), 'postern-batch-'));
after(() => rmSync(scratch, { recursive: true }));

const KEY = '000102030405060708090a0b0c0d0e0f';
const ARGV = ['device', 'add', '--batch', '-'];

interface Row {
  readonly name: string;
  readonly identityHex?: string;
  readonly keyHex?: string;
  readonly publicKey?: string;
}

/** A gateway that refuses devices without a name and those called `taken`. */
const gateway: Answers = (method, url, body) => {
  if (method !== 'POST' || url.pathname !== '/v1/devices/batch') return undefined;
  const { devices, partial } = body as { devices: readonly Row[]; partial: boolean };
  const wrong = devices.flatMap(({ name }, index) => {
    if (name === '') return [{ index, code: 'name-invalid', detail: 'not a name', field: '/name' }];
    return name === 'taken'
      ? [{ index, code: 'name-taken', detail: 'there is one already', field: '/name' }]
      : [];
  });
  if (wrong.length > 0 && (!partial || wrong.length === devices.length))
    return { status: 422, body: { code: 'rows-refused', detail: 'rows were refused', errors: wrong } };
  const bad = new Set(wrong.map(({ index }) => index));
  const made = devices.flatMap(({ name, keyHex, publicKey }, index) => {
    const psk = { id: `crd-${index}`, identity: name, identityHex: Buffer.from(name).toString('hex') };
    const credential = keyHex === undefined && publicKey === undefined ? { ...psk, keyHex: KEY } : psk;
    return bad.has(index) ? [] : [{ index, id: `dev-${index}`, name, credential }];
  });
  return { status: 201, body: { revision: 7, devices: made, refused: wrong } };
};

/** Runs `device add --batch -` with `input` as its file. */
async function batch(input: string, more: readonly string[] = []) {
  const admin = fakeAdmin(gateway);
  const printed = await postern([...ARGV, ...more], { ...admin, cwd: scratch, input });
  return { ...printed, admin };
}

describe('a good file', () => {
  test('existing identities, keys and public keys are sent in one call', async () => {
    const publicKey = pem('PUBLIC KEY', spkiOf(testKey()));
    const input =
      'name,owner,identity,key_hex,rpk\n' +
      `a,ann,meter-a,${KEY},\nb,ann,hex:00FF,${KEY.replace('00', 'ff').toUpperCase()},\nc,bob,,,"${publicKey}"\n`;
    const { code, out, admin } = await batch(input);
    assert.equal(out, '3 of 3 devices added\n');
    assert.equal(code, 0);
    assert.deepEqual(admin.bodies, [
      {
        devices: [
          { name: 'a', owner: 'ann', identityHex: '6d657465722d61', keyHex: KEY },
          { name: 'b', owner: 'ann', identityHex: '00ff', keyHex: KEY.replace('00', 'ff') },
          { name: 'c', owner: 'bob', publicKey },
        ],
        partial: false,
      },
    ]);
  });

  test('keys that the gateway makes come out once, as labels in a file for its owner alone', async () => {
    const { code, out } = await batch('owner,name\nann,a\nann,b\n', ['--labels', 'labels.csv']);
    assert.equal(code, 0);
    assert.equal(out, '2 of 2 devices added; 2 with keys made here, now in labels.csv\n');
    const file = join(scratch, 'labels.csv');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(
      readFileSync(file, 'utf8'),
      `name,owner,identity,key,qr\r\na,ann,a,${KEY},POSTERN:PSK:1:61:${KEY.toUpperCase()}\r\n` +
        `b,ann,b,${KEY},POSTERN:PSK:1:62:${KEY.toUpperCase()}\r\n`,
    );
  });

  test('labels to standard output are alone there', async () => {
    const { out, err } = await batch('name,owner\na,ann\n', ['--labels', '-']);
    assert.match(out, /^name,owner,identity,key,qr\r\na,ann,/);
    assert.equal(err, '1 of 1 devices added; 1 with keys made here\n');
  });

  test('with --json the answer has the keys', async () => {
    const { out } = await batch('name,owner\na,ann\n', ['--json']);
    const { devices } = JSON.parse(out) as { devices: { credential: { keyHex: string } }[] };
    assert.equal(devices[0]?.credential.keyHex, KEY);
  });
});

describe('nothing is made that nobody would see', () => {
  test('without a place for the keys, nothing is asked for', async () => {
    const { code, err, admin } = await batch('name,owner\na,ann\nb,ann\n');
    assert.equal(code, 2);
    assert.match(err, /2 keys that are shown once[^]*--labels FILE/);
    assert.deepEqual(admin.asked, []);
  });

  test('a file that exists is not written over, and one that nothing came to is not left behind', async () => {
    writeFileSync(join(scratch, 'precious'), 'x');
    const { code, err, admin } = await batch('name,owner\na,ann\n', ['--labels', 'precious']);
    assert.equal(code, 2);
    assert.match(err, /precious exists already/);
    assert.deepEqual(admin.asked, []);
    assert.equal((await batch('name,owner\ntaken,ann\n', ['--labels', 'never.csv'])).code, 1);
    assert.throws(() => statSync(join(scratch, 'never.csv')), { code: 'ENOENT' });
  });

  test('labels and JSON do not share standard output', async () => {
    const { code, admin } = await batch('name,owner\na,ann\n', ['--labels', '-', '--json']);
    assert.equal(code, 2);
    assert.deepEqual(admin.asked, []);
  });
});

describe('all or nothing', () => {
  const INPUT = [
    'name,owner,identity,key_hex,rpk',
    `a,ann,a,${KEY},`,
    'taken,ann,t,ffeeddccbbaa99887766554433221100,',
    'b,ann,b,5ec3e75ec3e7zz,',
    ',ann,c,ffeeddccbbaa99887766554433221101,',
    'd,,d,ffeeddccbbaa99887766554433221102,,extra',
    'e,ann,a,ffeeddccbbaa99887766554433221103,',
    `f,ann,,,"${pkcs8Of(testKey())}"`,
    `g,ann,g,${KEY},`,
  ].join('\n');

  test('all rows that are wrong are named at once: what is wrong here, and what the gateway knows', async () => {
    const { code, out, err, admin } = await batch(INPUT, ['--labels', 'none.csv']);
    assert.equal(code, 1);
    assert.equal(out, '');
    const lines = err.split('\n').filter((line) => line.startsWith('-:'));
    assert.deepEqual(
      lines.map((line) => line.replace(/(found a private key).*/, '$1')),
      [
        '-:3:1 name: there is one already',
        '-:4:9 key_hex: is not hexadecimal',
        '-:5:1 name: is empty',
        '-:6:1: has 6 fields where the head has 5',
        '-:7:7 identity: line 2 has this identity already',
        '-:8:9 rpk: found a private key',
        `-:${INPUT.split('\n').length}:9 key_hex: line 2 has this key already`,
      ],
    );
    assert.match(err, /postern: -: 7 of 8 rows are wrong, and nothing was added\n/);
    assert.equal(admin.asked.length, 1);
  });

  test('A06: no key is repeated, and no private key is sent', async () => {
    const { err, admin } = await batch(INPUT, ['--labels', 'none.csv']);
    assert.doesNotMatch(err, /5ec3e7|0001020304|ffeeddcc|BEGIN/);
    assert.doesNotMatch(JSON.stringify(admin.bodies), /PRIVATE|5ec3e7/);
  });

  test('with --json, for machines', async () => {
    const { code, out } = await batch('name,owner\ntaken,ann\n', ['--json']);
    assert.equal(code, 1);
    const { error, errors } = JSON.parse(out) as { code: string; error: string; errors: object[] };
    assert.match(error, /1 of 1 rows is wrong/);
    assert.deepEqual(errors, [
      { line: 2, column: 1, field: 'name', code: 'name-taken', reason: 'there is one already' },
    ]);
  });

  test('when the gateway cannot be asked, what is wrong here is said all the same', async () => {
    const admin = fakeAdmin(() => ({ status: 503, body: { code: 'draining', detail: 'stopping' } }));
    const argv = [...ARGV, '--labels', '-'];
    const bad = await postern(argv, { ...admin, input: 'name,owner\n,ann\n' });
    assert.match(bad.err, /-:2:1 name: is empty/);
    assert.equal((await postern(argv, { ...admin, input: 'name,owner\na,ann\n' })).code, 69);
  });
});

describe('--partial', () => {
  test('adds what can be added, names the rest, and ends with 1', async () => {
    const input = `name,owner,key_hex\na,ann,\ntaken,ann,\nb,ann,zz\nc,ann,${KEY}\n`;
    const { code, out, err } = await batch(input, ['--partial', '--labels', 'some.csv']);
    assert.equal(code, 1);
    assert.equal(out, '2 of 4 devices added; 1 with keys made here, now in some.csv; 2 rows were wrong\n');
    assert.equal(err, '-:3:1 name: there is one already\n-:4:7 key_hex: is not hexadecimal\n');
    assert.equal(readFileSync(join(scratch, 'some.csv'), 'utf8').split('\r\n').length, 3);
  });

  test('goes in pieces; what was made before one fails is kept', async () => {
    let calls = 0;
    const admin = fakeAdmin((method, url, body) =>
      ++calls > 1
        ? { status: 503, body: { code: 'draining', detail: 'stopping' } }
        : gateway(method, url, body),
    );
    const names = Array.from({ length: 300 }, (_, index) => `d${index},ann`).join('\n');
    const around = { ...admin, cwd: scratch, input: `name,owner\n${names}\n` };
    const { code, err } = await postern([...ARGV, '--partial', '--labels', 'kept.csv'], around);
    assert.equal(code, 69);
    assert.match(err, /stopping/);
    const labels = readFileSync(join(scratch, 'kept.csv'), 'utf8').trimEnd().split('\r\n');
    assert.equal(labels.length, 251);
    assert.equal(labels.filter((line) => line.startsWith('name,')).length, 1);
  });

  test('a piece without one good row is no failure of the others', async () => {
    const names = ['ok,ann', ...Array.from({ length: 249 }, (_, index) => `d${index},ann`), 'taken,ann'];
    const { code, out } = await batch(`name,owner\n${names.join('\n')}\n`, ['--partial', '--labels', '-']);
    assert.equal(code, 1);
    assert.equal(out.trimEnd().split('\r\n').length, 251);
  });
});

describe('columns', () => {
  const cases: readonly (readonly [title: string, input: string, what: RegExp])[] = [
    ['unknown', 'name,owner,colour\na,b,c\n', /-:1:12: there is no column called 'colour'\n.*name,owner/],
    ['missing', 'name,key_hex\na,b\n', /-:1:1: the column 'owner' is missing/],
    ['twice', 'name,owner,name\na,b,c\n', /-:1:12: the column 'name' is there twice/],
    ['no head at all', `lamp-1,ann,${KEY}\n`, /-:1:1: no column has that name/],
    ['a key where the head should be', `${KEY},ann\n`, /-:1:1: no column has that name/],
    ['no rows', 'name,owner\n\n', /- has no rows below its head/],
    ['semicolons', 'name;owner\na;b\n', /-:1:1: its columns are not separated by commas/],
  ];
  for (const [title, input, what] of cases) {
    test(title, async () => {
      const { code, err, admin } = await batch(input, ['--labels', '-']);
      assert.equal(code, 2);
      assert.match(err, what);
      assert.doesNotMatch(err, new RegExp(KEY));
      assert.deepEqual(admin.asked, []);
    });
  }
});

test('a file says everything about its devices: nothing else goes with --batch', async () => {
  for (const extra of [['x'], ['--owner', 'ann'], ['--psk'], ['--qr', 'svg'], ['--claim']]) {
    const { code, admin } = await batch('name,owner\na,b\n', extra);
    assert.equal(code, 2, extra.join(' '));
    assert.deepEqual(admin.asked, []);
  }
  assert.equal((await postern(['device', 'add', 'x', '--owner', 'ann', '--partial'])).code, 2);
});

test('more rows than one call takes are refused before it, unless they go in pieces', async () => {
  const rows = Array.from({ length: 10_001 }, (_, index) => `d${index},ann`).join('\n');
  const { code, err, admin } = await batch(`name,owner\n${rows}\n`, ['--labels', '-']);
  assert.equal(code, 2);
  assert.match(err, /up to 10000 devices, and the file has 10001\n.*--partial/);
  assert.deepEqual(admin.asked, []);
});
