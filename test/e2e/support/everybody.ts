/** A running gateway that lets in every kind of credential on one port, and a device of each kind. */
import assert from 'node:assert/strict';
import { type Authority, foundAuthority, type KeyFiles } from './credentials.ts';
import { type DeviceAccess, furnish, type Gateway, startGateway } from './gateway.ts';

export interface Everybody {
  readonly gateway: Gateway;
  readonly authority: Authority;
  readonly psk: Pick<DeviceAccess, 'identity' | 'keyHex'>;
  /** Registered by its public key. */
  readonly lock: KeyFiles & { readonly credential: string };
  /** Registered by its certificate. */
  readonly meter: KeyFiles & { readonly credential: string };
  /** How many requests have reached the backend. */
  requests(): number;
  /** The sum over all series of a metric whose labels contain the text. */
  metric(name: string, labels?: string): Promise<number>;
  /** Handshakes that became sessions, of every kind. */
  established(): Promise<number>;
}

/** The key of the device with a PSK. Printable: libcoap takes keys as text. */
export const PSK = 'a-key-for-lamps!';
/** What everybody may ask for, and the answer. */
export const RESOURCE = '/open/hello';
export const HELLO = 'hello from behind';

/** `more`: what else the configuration says; `revoked`: serial numbers of certificates that do not count any more. */
export async function everybody(
  name: string,
  more: object = {},
  revoked: readonly string[] = [],
): Promise<Everybody> {
  const authority = foundAuthority(name);
  const lists = revoked.length === 0 ? {} : { revocation_lists: [authority.revoke(...revoked)] };
  const place = await furnish(name, {
    dtls: {
      key_file: authority.gateway.keyFile,
      certificate_file: authority.gateway.certificateFile,
      trust_anchors: [authority.file],
      ...lists,
    },
    ...more,
  });
  const gateway = await startGateway(place);
  const [lock, meter] = [authority.issueFor('lock'), authority.issueFor('meter')];
  await gateway.admin('/v1/actors', { body: { kind: 'user', name: 'ann' } });
  const keyHex = Buffer.from(PSK).toString('hex');
  const added = async (device: string, credential: object): Promise<string> => {
    const body = { kind: 'device', name: device, owner: 'ann', credential };
    const answer = await gateway.admin('/v1/actors', { body });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return (answer.body['credential'] as { id: string }).id;
  };
  await added('lamp', { kind: 'psk', identity: 'lamp', keyHex });
  const metric: Everybody['metric'] = async (metricName, labels = '') => {
    const page = String((await gateway.admin('/metrics')).body['text']);
    return page
      .split('\n')
      .filter((line) => /^\w+/.exec(line)?.[0] === metricName && line.includes(labels))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  };
  return {
    gateway,
    authority,
    psk: { identity: 'lamp', keyHex },
    lock: { ...lock, credential: await added('lock', { kind: 'rpk', publicKey: lock.publicKeyPem }) },
    meter: {
      ...meter,
      credential: await added('meter', { kind: 'x509', certificate: meter.certificatePem }),
    },
    requests: () => place.backend.requests(),
    metric,
    established: () => metric('postern_handshakes_total', 'result="established"'),
  };
}
