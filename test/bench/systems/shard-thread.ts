/**
 * The data plane of Postern alone: one shard thread with its devices, and no control beside it. For profiles
 * (`node --cpu-prof`). `node shard-thread.ts BACKEND_PORT DEVICES`; prints its port when it is ready.
 */
import { generateIdentityKey } from '../../../src/crypto/index.ts';
import { Worker } from 'node:worker_threads';
import { toHex, utf8, wallTime } from '../../../src/base/index.ts';
import type { ControlMessage, PskMaterial, ShardMessage } from '../../../src/daemon/ports/index.ts';
import { SUITE_NAMES } from '../../../src/dtls/index.ts';
import type { ActorId, CredentialId, Revision } from '../../../src/trust/index.ts';
import { restoreSnapshot } from '../../../src/trust/index.ts';
import { identityOf, keyOf } from '../devices.ts';

const [backendPort, devices] = process.argv.slice(2).map(Number) as [number, number];
const revision = 1 as Revision;
const OWNER = 'owner' as ActorId;
const numbers = Array.from({ length: devices }, (_, number) => number);
const actorOf = (device: number): ActorId => `actor-${device}` as ActorId;
const credentialOf = (device: number): CredentialId => `credential-${device}` as CredentialId;
const identityHexOf = (device: number): string => toHex(utf8(identityOf(device)));

const worker = new Worker(new URL('../../../src/worker.ts', import.meta.url), {
  workerData: {
    settings: {
      shard: 0,
      shards: 1,
      node: 0,
      listeners: [{ address: '127.0.0.1', port: 0 }],
      backends: [
        {
          name: 'b',
          kind: 'coap',
          address: '127.0.0.1',
          port: backendPort,
          timeoutMs: 5_000,
          inflightMax: 4_096,
        },
      ],
      routes: [{ name: 'all', path: '/*', backend: 'b', rewrite: '/*' }],
      rights: [{ devices: ['*'], routes: ['all'], actions: ['read'] }],
      dtls: {
        suites: SUITE_NAMES,
        credentials: ['psk'],
        connectionIds: false,
        resumptionMs: 0,
        extendedMasterSecret: 'wanted',
        mtu: 1_232,
        idleTimeoutMs: 86_400_000,
        handshakeTimeoutMs: 30_000,
        retransmitMs: 1_000,
      },
      identity: { keyPem: generateIdentityKey().pem, chain: [] },
      authorities: { anchors: [], subjectRules: [], revocationLists: [] },
      limits: {
        connectionsMax: 20_000,
        handshakesMax: 1_000,
        jobsMax: 10_000,
        datagramQueueMax: 4_096,
        requestsPerSecond: 1_000_000,
        requestBurst: 1_000_000,
      },
    },
    peers: [],
  },
  ...(process.env['BENCH_YOUNG_MB'] === undefined
    ? {}
    : { resourceLimits: { maxYoungGenerationSizeMb: Number(process.env['BENCH_YOUNG_MB']) } }),
});
worker.on('message', (message: ShardMessage) => {
  if (message.kind === 'listening') process.stdout.write(`ready ${message.listeners[0]?.port}\n`);
});
const load: ControlMessage = {
  kind: 'load',
  wall: wallTime(0),
  revision,
  snapshot: restoreSnapshot({
    revision,
    actors: [
      { id: OWNER, kind: 'user' as const, name: 'owner', owner: null, revision },
      ...numbers.map((n) => ({
        id: actorOf(n),
        kind: 'device' as const,
        name: identityOf(n),
        owner: OWNER,
        revision,
      })),
    ],
    credentials: numbers.map((n) => ({
      id: credentialOf(n),
      kind: 'psk',
      actor: actorOf(n),
      identityHex: identityHexOf(n),
      sealedKey: '',
      established: 'file',
      revision,
    })),
  }),
  keys: numbers.map(
    (n): PskMaterial => ({
      credential: credentialOf(n),
      actor: actorOf(n),
      identityHex: identityHexOf(n),
      key: utf8(keyOf(n)),
    }),
  ),
};
worker.postMessage(load, []);
process.on('SIGTERM', () => process.exit());
