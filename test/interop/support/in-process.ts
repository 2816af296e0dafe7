/**
 * The DTLS endpoint alone behind a socket of this process, with a CoAP server of a few lines behind it: what a
 * handshake needs and nothing else. See gateway.ts for when.
 */
import { Secret, seconds } from '../../../src/base/index.ts';
import type { CredentialAnswer } from '../../../src/dtls/index.ts';
import { answerTo } from './backend.ts';
import { driveEndpoint } from './driven-endpoint.ts';
import { DEVICE, type Gateway, HELLO, LARGE, ODD_DEVICES } from './scene.ts';

/** Starts the endpoint on a free port. */
export async function startInProcess(): Promise<Gateway> {
  let requests = 0;
  const driven = await driveEndpoint({
    settings: SETTINGS,
    credential: (ask) => (ask.kind === 'psk' ? credentialOf(ask.identity) : { kind: 'unknown' }),
    answer: (request) => {
      const answer = answerTo(request, RESOURCES);
      if (answer === undefined) return undefined;
      if (request.includes('forbidden')) answer[1] = FORBIDDEN;
      else if (answer[1] === CONTENT) requests += 1;
      return answer;
    },
  });
  return {
    coapsPort: driven.port(),
    device: DEVICE,
    oddDevices: ODD_DEVICES,
    backendRequests: () => requests,
    metrics: async () => '',
    stop: () => driven.stop(),
  };
}

function credentialOf(identity: Uint8Array): CredentialAnswer {
  for (const device of [DEVICE, ODD_DEVICES.nulIdentity, ODD_DEVICES.longIdentity])
    if (device.identity.equals(identity))
      return { kind: 'psk', key: new Secret(device.key), credential: 'interop' };
  return { kind: 'unknown' };
}

const SETTINGS = { mtu: 1_232, idleTimeout: seconds(600), handshakeTimeout: seconds(60) } as const;
const RESOURCES = { '/hello': HELLO, '/large': LARGE };
const CONTENT = 0x45;
const FORBIDDEN = 0x83;
