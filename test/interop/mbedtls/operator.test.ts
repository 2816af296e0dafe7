/** What the operator sees of handshakes: reasons that the wire keeps to itself, and no session left behind. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { withPeer } from '../../support/peers.ts';
import { EXIT, runClient } from '../support/c-client.ts';
import { LIMIT } from '../support/contract.ts';
import { type Device, type Gateway, startGateway, strangersTo } from '../support/gateway.ts';

withPeer('mbedtls', 'the operator watches Mbed TLS', (mbedtls) => {
  let gateway: Gateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  for (const [who, reason] of [
    ['wrongKey', 'wrong-key'],
    ['unknownIdentity', 'unknown-identity'],
  ] as const) {
    test(`${who} is counted as ${reason}`, LIMIT, async (context) => {
      if ((await gateway.metrics()) === '') return context.skip('the endpoint alone has no metrics');
      const earlier = await handshakes(reason);
      await runClient(mbedtls, { port: gateway.coapsPort, device: strangersTo(gateway)[who] });
      assert.equal(await handshakes(reason), earlier + 1);
    });
  }

  test('no session is left of a device that said goodbye', LIMIT, async (context) => {
    if ((await gateway.metrics()) === '') return context.skip('the endpoint alone has no metrics');
    assert.equal(await sessions(), 0);
    const run = await converse(gateway.device);
    assert.equal(run.code, EXIT.ok, run.output);
    await eventually(async () => (await sessions()) === 0);
  });

  const converse = (device: Device) => runClient(mbedtls, { port: gateway.coapsPort, device });
  const sessions = async () => sum(await gateway.metrics(), 'postern_sessions');
  const handshakes = async (reason: string) =>
    sum(await gateway.metrics(), 'postern_handshakes_total', `reason="${reason}"`);
});

/** The sum over all series of a metric whose labels contain the text. */
function sum(page: string, metric: string, label = ''): number {
  return page
    .split('\n')
    .filter(
      (line) => (line.startsWith(`${metric} `) || line.startsWith(`${metric}{`)) && line.includes(label),
    )
    .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 3_000;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, 'three seconds have passed');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
