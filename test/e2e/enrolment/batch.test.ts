/** Devices by the file, into a real gateway: all or nothing, or what can be taken; and their labels let them in. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { withPeer } from '../../support/peers.ts';
import { ask, fitsArgument, HELLO, type Operator, startOperator } from './operator.ts';

interface LabelRow {
  readonly name: string;
  readonly identity: string;
  readonly key: string;
  readonly qr: string;
}

withPeer('coap-client-openssl', 'a fleet', (peer) => {
  test('two hundred devices from a file', async (t) => {
    const operator = await startOperator('batch');
    for (const user of ['ann', 'bob']) assert.equal((await operator.postern(['user', 'add', user])).code, 0);

    await t.test(
      'one bad row of two hundred: nothing is added, and each is named by line and column',
      async () => {
        const rows = fleet(200);
        rows[49] = 'lamp-49,nobody,,';
        rows[99] = 'lamp-99,ann,,5ec3e75ec3e7';
        rows[149] = 'lamp-3,ann,,';
        operator.write('bad.csv', sheet(rows));
        const { code, stdout, stderr } = await operator.postern([
          'device',
          'add',
          '--batch',
          'bad.csv',
          '--labels',
          'x.csv',
        ]);
        assert.equal(code, 1, stderr);
        assert.equal(stdout, '');
        assert.match(stderr, /^bad\.csv:51:9 owner: /m);
        assert.match(stderr, /^bad\.csv:101:14 key_hex: is not 8 to 64 bytes long$/m);
        assert.match(stderr, /^bad\.csv:151:1 name: line 5 has this name already$/m);
        assert.match(stderr, /3 of 200 rows are wrong, and nothing was added/);
        assert.doesNotMatch(stderr, /5ec3e7/);
        assert.equal((await devices(operator)).length, 0);
        assert.throws(() => operator.read('x.csv'), { code: 'ENOENT' });
      },
    );

    await t.test(
      'all of them, in one revision; made keys come out as labels, and open the door',
      async () => {
        operator.write('fleet.csv', `\u{feff}${sheet(fleet(200)).replaceAll('\n', '\r\n')}`);
        const before = await revision(operator);
        const argv = ['device', 'add', '--batch', 'fleet.csv', '--labels', 'labels.csv'];
        const { code, stdout, stderr } = await operator.postern(argv);
        assert.equal(code, 0, stderr);
        assert.equal(stdout, '200 of 200 devices added; 199 with keys made here, now in labels.csv\n');
        assert.equal(await revision(operator), before + 1);
        assert.equal((await devices(operator)).length, 200);
        const labels = parse<LabelRow>(operator.read('labels.csv').toString(), { columns: true });
        assert.equal(labels.length, 199);
        assert.equal(new Set(labels.map(({ key }) => key)).size, 199);
        const found = labels.find(({ key }) => fitsArgument({ identity: '', keyHex: key }));
        assert.ok(found !== undefined);
        assert.equal(found.qr, `POSTERN:PSK:1:${hexOf(found.identity)}:${found.key}`.toUpperCase());
        assert.equal(await ask(peer, operator, { identity: found.identity, keyHex: found.key }), HELLO);
        assert.equal(
          await ask(peer, operator, { identity: 'meter-0', keyHex: hexOf('a-key-of-its-own') }),
          HELLO,
        );
      },
    );

    await t.test('the same file again is refused, row by row', async () => {
      const { code, stderr } = await operator.postern([
        'device',
        'add',
        '--batch',
        'fleet.csv',
        '--labels',
        'y.csv',
      ]);
      assert.equal(code, 1);
      assert.match(stderr, /^fleet\.csv:3:1 name: there is a device named lamp-1 already$/m);
      assert.match(stderr, /200 of 200 rows are wrong/);
    });

    await t.test('--partial adds the rest', async () => {
      operator.write('more.csv', sheet([...fleet(2), 'new-1,bob,,', 'new-2,bob,hex:00FF01,']));
      const argv = ['device', 'add', '--batch', 'more.csv', '--partial', '--labels', 'more-labels.csv'];
      const { code, stdout, stderr } = await operator.postern(argv);
      assert.equal(code, 1);
      assert.equal(
        stdout,
        '2 of 4 devices added; 2 with keys made here, now in more-labels.csv; 2 rows were wrong\n',
      );
      assert.match(stderr, /^more\.csv:2:\d+ key_hex: [^]*^more\.csv:3:1 name: /m);
      assert.equal((await devices(operator)).length, 202);
    });

    await t.test('what is shown once is for its owner alone', () => {
      const mode = statSync(operator.path('labels.csv')).mode & 0o777;
      assert.equal(mode, 0o600);
    });
  });
});

const hexOf = (text: string): string => Buffer.from(text).toString('hex');
const sheet = (rows: readonly string[]): string => `name,owner,identity,key_hex\n${rows.join('\n')}\n`;

/** So many devices, the first of which brings its key. */
function fleet(count: number): string[] {
  const made = Array.from({ length: count - 1 }, (_, index) => `lamp-${index + 1},ann,,`);
  return [`meter-0,ann,meter-0,${hexOf('a-key-of-its-own')}`, ...made];
}

async function devices({ gateway }: Operator): Promise<readonly unknown[]> {
  return (await gateway.admin('/v1/actors?kind=device&limit=999')).body['items'] as unknown[];
}

async function revision({ gateway }: Operator): Promise<number> {
  return Number((await gateway.admin('/v1/audit/verify')).body['revision']);
}
