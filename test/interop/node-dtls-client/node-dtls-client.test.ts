/** node-dtls-client as a device: no extensions at all, 3DES and CBC suites first in its offer, no retransmission. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { dtls } from 'node-dtls-client';
import { withPeer } from '../../support/peers.ts';
import { findAnswer, get } from '../support/coap-bytes.ts';
import { contract, LIMIT, type Outcome } from '../support/contract.ts';
import { type Device, type Gateway, startGateway } from '../support/gateway.ts';

type Suite = NonNullable<dtls.Options['ciphers']>[number];

const SUITES: readonly Suite[] = [
  'TLS_PSK_WITH_AES_128_CCM_8',
  'TLS_PSK_WITH_AES_128_CCM',
  'TLS_PSK_WITH_AES_128_GCM_SHA256',
  'TLS_PSK_WITH_AES_256_CCM_8',
  'TLS_PSK_WITH_AES_256_CCM',
  'TLS_PSK_WITH_AES_256_GCM_SHA384',
];

withPeer('node-dtls-client', 'node-dtls-client', () => {
  let gateway: Gateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  contract(() => gateway, ask);

  for (const suite of SUITES) {
    test(`${suite} alone: agreed to and used`, LIMIT, async () => {
      const { answer } = await ask(gateway.coapsPort, gateway.device, '/hello', [suite]);
      assert.equal(answer?.code, '2.05');
    });
  }
});

async function ask(port: number, device: Device, path: string, ciphers?: readonly Suite[]): Promise<Outcome> {
  const socket = dtls.createSocket({
    type: 'udp4',
    address: '127.0.0.1',
    port,
    psk: { [device.identity.toString()]: device.key },
    timeout: 3_000,
    ...(ciphers === undefined ? {} : { ciphers: [...ciphers] }),
  });
  const connected = await once(socket, 'connected').then(
    () => true,
    () => false, // the 'error' event, a failed handshake
  );
  if (!connected) return { connected };
  const reply = once(socket, 'message', { signal: AbortSignal.timeout(5_000) });
  socket.send(get({ path }));
  const [message] = (await reply) as [Buffer];
  await new Promise<void>((resolve) => socket.close(resolve));
  const answer = findAnswer(message);
  return { connected, ...(answer === undefined ? {} : { answer }) };
}
