/**
 * The DTLS endpoint alone behind a socket of this process, with a CoAP server of a few lines behind it: what a
 * handshake needs and nothing else. See gateway.ts for when.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type Instant, instant, path, Secret, seconds } from '../../../src/base/index.ts';
import { nodeEntropy, nodeProvider } from '../../../src/crypto/index.ts';
import { type CredentialAnswer, DtlsEndpoint, type Effects, SUITE_NAMES } from '../../../src/dtls/index.ts';
import { answerTo } from './backend.ts';
import { DEVICE, type Gateway, HELLO, LARGE, ODD_DEVICES } from './scene.ts';

/** Starts the endpoint on a free port; POSTERN_INTEROP_TRACE=1 prints its effects. */
export async function startInProcess(): Promise<Gateway> {
  const socket = createSocket('udp4');
  const endpoint = new DtlsEndpoint({ settings: SETTINGS, crypto: nodeProvider, entropy: nodeEntropy() });
  let requests = 0;
  let timer: NodeJS.Timeout | undefined;

  const carryOut = (effects: Effects): void => {
    for (const effect of effects) {
      if (process.env['POSTERN_INTEROP_TRACE'] === '1') console.error(now().toFixed(1), effect);
      if (effect.kind === 'transmit') {
        const { port, address } = effect.path.remote;
        socket.send(effect.datagram, port, address, () => {});
      } else if (effect.kind === 'lookup') {
        const { ask } = effect;
        const answer = ask.kind === 'psk' ? credentialOf(ask.identity) : ({ kind: 'unknown' } as const);
        carryOut(endpoint.resolve(now(), effect.id, answer));
      } else if (effect.kind === 'deliver') {
        const request = Buffer.from(effect.plaintext);
        const answer = answerTo(request, RESOURCES);
        if (answer === undefined) continue;
        if (request.includes('forbidden')) answer[1] = FORBIDDEN;
        else if (answer[1] === CONTENT) requests += 1;
        carryOut(endpoint.send(now(), effect.connection, answer));
      }
    }
    clearTimeout(timer);
    const due = endpoint.nextDeadline();
    if (due !== undefined)
      timer = setTimeout(() => carryOut(endpoint.timeout(now())), Math.max(1, due - now()));
  };
  socket.on('message', (datagram, { address, port }) =>
    carryOut(endpoint.receive(now(), path(0, address, port), datagram)),
  );
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');

  return {
    coapsPort: socket.address().port,
    device: DEVICE,
    oddDevices: ODD_DEVICES,
    backendRequests: () => requests,
    metrics: async () => '',
    stop: async () => {
      clearTimeout(timer);
      await new Promise<void>((resolve) => socket.close(resolve));
    },
  };
}

function credentialOf(identity: Uint8Array): CredentialAnswer {
  for (const device of [DEVICE, ODD_DEVICES.nulIdentity, ODD_DEVICES.longIdentity])
    if (device.identity.equals(identity))
      return { kind: 'psk', key: new Secret(device.key), credential: 'interop' };
  return { kind: 'unknown' };
}

function now(): Instant {
  return instant(performance.now());
}

const SETTINGS = {
  suites: SUITE_NAMES,
  extendedMasterSecret: 'wanted',
  mtu: 1_232,
  idleTimeout: seconds(600),
  handshakeTimeout: seconds(60),
  retransmit: seconds(1),
} as const;
const RESOURCES = { '/hello': HELLO, '/large': LARGE };
const CONTENT = 0x45;
const FORBIDDEN = 0x83;
