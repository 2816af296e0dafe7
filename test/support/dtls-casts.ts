/** Conversations of every kind, on the null provider: keys and certificates are any bytes. */
import { hours, utf8 } from '../../src/base/index.ts';
import { dangerousNullProvider } from '../../src/crypto/index.ts';
import { type OwnIdentity, SUITE_NAMES } from '../../src/dtls/index.ts';
import { DEVICE } from './dtls-pair.ts';
import type { Cast } from './dtls-tape.ts';

const named = (prefix: string) => SUITE_NAMES.filter((name) => name.startsWith(prefix));
const identity = (name: string, chain: number): OwnIdentity => ({
  key: { kind: 'ec-p256', spki: utf8(`public key of ${name}`) },
  chain: Array.from({ length: chain }, (_, i) => utf8(`certificate ${i} of ${name}`.padEnd(90, '.'))),
});

const crypto = dangerousNullProvider;
const gateway = identity('gateway', 2);
const CID = { prefix: Uint8Array.of(1, 0, 0), randomBytes: 5 };
const limits = { handshakesMax: 8, connectionsMax: 8, sessionsMax: 8 };

export const NULL_CASTS: Readonly<Record<string, Cast>> = {
  psk: { crypto, limits },
  'psk, small datagrams': { crypto, limits, server: { mtu: 120 }, client: { mtu: 120 } },
  'psk, unanswered question': {
    crypto,
    limits,
    answer: () => undefined,
  },
  'psk, connection IDs': {
    crypto,
    limits,
    server: { connectionId: CID },
    client: { connectionId: { prefix: new Uint8Array(0), randomBytes: 3 } },
  },
  'ecdhe-psk': { crypto, limits, credentials: { psk: DEVICE, suites: named('TLS_ECDHE_PSK') } },
  rpk: {
    crypto,
    limits,
    server: { identity: gateway },
    credentials: { identity: identity('lock', 0) },
  },
  'x509, small datagrams': {
    crypto,
    limits,
    server: { identity: gateway, mtu: 200 },
    client: { mtu: 200 },
    credentials: { identity: identity('meter', 3) },
  },
  resumption: {
    crypto,
    limits,
    server: { identity: gateway, resumption: hours(1), connectionId: CID },
    client: { connectionId: { prefix: new Uint8Array(0), randomBytes: 0 } },
    credentials: { identity: identity('lock', 0) },
    resumes: true,
  },
};
