/** A client of ours that shows what is not its own: it must prove possession, whatever it shows. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { OwnIdentity } from '../../../src/dtls/index.ts';
import { LIMIT } from '../support/contract.ts';
import { endsDuring, type EveryGateway, startEveryGateway } from '../support/every-gateway.ts';
import { connect } from '../support/own-client.ts';

let gateway: EveryGateway;
before(async () => {
  gateway = await startEveryGateway();
});
after(() => gateway.stop());

const IMPOSTORS: readonly (readonly [string, () => OwnIdentity])[] = [
  [
    "somebody else's certificate with a key of its own",
    () => ({ key: gateway.keys.raw('thief').identity().key, chain: gateway.known.meter.chain }),
  ],
  [
    "somebody else's raw public key with a key of its own",
    () => {
      const own = gateway.keys.raw('impostor').identity().key;
      return { key: { ...own, spki: gateway.known.lock.spki }, chain: [] };
    },
  ],
];

for (const [what, identity] of IMPOSTORS) {
  test(`${what} is refused`, LIMIT, async (context) => {
    const [ends, client] = await endsDuring(gateway, () =>
      connect({ port: gateway.coapsPort, client: { identity: identity() } }),
    );
    context.after(() => client.close());
    assert.deepEqual(client.outcome, { failed: 'peer-alert' });
    assert.deepEqual(ends, [{ end: 'verify-failed' }]);
  });
}
