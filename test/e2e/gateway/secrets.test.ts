/** Threat K20: where the keys of devices do not appear, in the real process. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../support/process.ts';
import { connect } from '../support/device.ts';
import { furnish, startGatewayIn } from '../support/gateway.ts';

const KEY = Buffer.from('Vq8rZ3nT6wYb1KxM');
const TRIED = Buffer.from('pL5mJ2hG9dFs4AqW');
/** As text, hexadecimal, base64, a list of numbers. */
const formsOf = (key: Buffer): readonly string[] => [
  key.toString(),
  key.toString('hex'),
  key.toString('hex').toUpperCase(),
  key.toString('base64'),
  [...key].join(','),
  [...key].join(', '),
];

test('K20: no key is in the log, however talkative, in answers, in metrics, or in a heap snapshot', async () => {
  const place = await furnish('secrets', { log: { level: 'debug' } });
  const heaps = temporaryDirectory('heaps');
  const options = `--heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${heaps}`;
  const gateway = await startGatewayIn({ NODE_OPTIONS: options }, place);
  const shown: string[] = [];
  const ask = async (...asked: Parameters<typeof gateway.admin>): Promise<number> => {
    const { status, body } = await gateway.admin(...asked);
    shown.push(JSON.stringify(body));
    return status;
  };
  const lamp = (key: string) => ({
    body: {
      kind: 'device',
      name: 'lamp',
      owner: 'ann',
      credential: { kind: 'psk', identity: 'lamp', keyHex: key },
    },
  });
  assert.equal(await ask('/v1/actors', { body: { kind: 'user', name: 'ann' } }), 201);
  assert.equal(await ask('/v1/actors', lamp(KEY.toString('hex'))), 201);
  // Refused: taken; and not hexadecimal.
  assert.equal(await ask('/v1/actors', lamp(KEY.toString('hex'))), 409);
  assert.equal(await ask('/v1/actors', lamp(`${KEY.toString('hex')}zz`)), 400);

  const device = await connect(gateway.coapsPort, { identity: 'lamp', keyHex: KEY.toString('hex') });
  assert.equal((await device.get('/open/hello')).code, '2.05');
  await assert.rejects(connect(gateway.coapsPort, { identity: 'lamp', keyHex: TRIED.toString('hex') }));
  await gateway.child.waitFor(/"reason":"wrong-key"/);
  for (const page of ['/v1/actors', '/v1/credentials', '/v1/sessions', '/v1/audit', '/metrics'])
    await ask(page);

  process.kill(gateway.child.pid, 'SIGUSR2');
  const heap = readFileSync(await writtenIn(heaps), 'utf8');
  assert.ok(heap.includes('postern_handshakes_total'), 'it is a snapshot of the gateway');
  device.close();
  assert.equal((await gateway.child.stop()).code, 0);
  const places = { log: gateway.child.stdout() + gateway.child.stderr(), answers: shown.join('\n'), heap };
  for (const [where, text] of Object.entries(places))
    for (const form of [...formsOf(KEY), ...formsOf(TRIED)])
      assert.ok(!text.includes(form), `${where}: ${form}`);
});

/** The snapshot in a folder, once it is whole. */
async function writtenIn(folder: string): Promise<string> {
  let size = -1;
  for (let tries = 0; tries < 150; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const [name] = globSync('*.heapsnapshot', { cwd: folder });
    if (name === undefined || !existsSync(join(folder, name))) continue;
    const now = statSync(join(folder, name)).size;
    if (now > 0 && now === size) return join(folder, name);
    size = now;
  }
  throw new RangeError('no snapshot was written');
}
