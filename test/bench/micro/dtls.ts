/**
 * What one DTLS record and handshakes of every kind cost, in nanoseconds, on one core, and how much memory an
 * established connection takes: `node --expose-gc test/bench/micro/dtls.ts`. For comparing before with after on one
 * machine.
 */
import { instant, type Path, path, Secret, seconds, utf8 } from '../../../src/base/index.ts';
import { nodeEntropy, nodeProvider } from '../../../src/crypto/index.ts';
import {
  type ClientSettings,
  type ConnectionHandle,
  type CredentialAnswer,
  DtlsEndpoint,
  type DtlsSettings,
  type Effects,
  SUITE_NAMES,
  type TlsSession,
} from '../../../src/dtls/index.ts';
import { rawKey, selfSigned } from '../../support/identities.ts';
import { cpuSeconds } from '../process-stats.ts';
import { print } from './print.ts';

const KEY = new Secret(new Uint8Array(16).fill(0x2a));
const PSK = { psk: { identity: utf8('dev-000001'), key: KEY } };
const SETTINGS: Partial<DtlsSettings> = {
  suites: SUITE_NAMES,
  identity: selfSigned('bench'),
  extendedMasterSecret: 'wanted',
  mtu: 1_232,
  idleTimeout: seconds(3_600),
  handshakeTimeout: seconds(60),
  retransmit: seconds(1),
  resumption: seconds(3_600),
};
const NOW = instant(0);
const ROUNDS = 8;
const ROUND = 500;

const endpoint = (server: boolean): DtlsEndpoint =>
  new DtlsEndpoint({ settings: SETTINGS, crypto: nodeProvider, entropy: nodeEntropy(), server });

interface Shaken {
  readonly handles: ConnectionHandle[];
  /** What the client may resume. */
  readonly session: TlsSession | null;
}

/** One handshake between two endpoints. */
function handshake(client: DtlsEndpoint, server: DtlsEndpoint, at: Path, shown: ClientSettings): Shaken {
  const handles: ConnectionHandle[] = [];
  let session: TlsSession | null = null;
  const turn = (role: 'client' | 'server', effects: Effects): void => {
    const self = role === 'client' ? client : server;
    for (const effect of effects) {
      if (effect.kind === 'established') {
        handles[role === 'client' ? 0 : 1] = effect.connection;
        session ??= effect.session;
      }
      if (effect.kind === 'transmit') {
        const { datagram } = effect;
        if (role === 'client') turn('server', server.receive(NOW, at, datagram));
        else turn('client', client.receive(NOW, at, datagram));
      }
      if (effect.kind === 'lookup') {
        const answer: CredentialAnswer =
          effect.ask.kind === 'psk'
            ? { kind: 'psk', key: KEY, credential: 'credential-1' }
            : { kind: 'accepted', credential: 'credential-1' };
        turn(role, self.resolve(NOW, effect.id, answer));
      }
    }
  };
  turn('client', client.connect(NOW, at, shown).effects);
  return { handles, session };
}

const pathOf = (n: number): Path => path(0, `127.1.${n >> 8}.${n & 0xff}`, 40_000);

/** The best of some rounds counts: what else the machine does can only add. */
function measureHandshakes(server: DtlsEndpoint, name: string, shown: ClientSettings, from: number): void {
  const client = endpoint(false);
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = cpuSeconds(process.pid);
    for (let n = 0; n < ROUND; n++) handshake(client, server, pathOf(from + round * ROUND + n), shown);
    rounds.push((cpuSeconds(process.pid) - before) / ROUND);
  }
  print(`${name} handshake, both sides`, 1e9 * Math.min(...rounds));
}

function measureRecords(server: DtlsEndpoint, client: DtlsEndpoint, handles: ConnectionHandle[]): void {
  const request = new Uint8Array(26).fill(0x40);
  const answer = new Uint8Array(40).fill(0x60);
  const [fromClient, fromServer] = handles as [ConnectionHandle, ConnectionHandle];
  const rounds = 20_000;
  let receiving = 0n;
  let sending = 0n;
  const at = pathOf(65_000);
  for (let run = 0; run < 3; run++) {
    receiving = 0n;
    sending = 0n;
    const datagrams: Uint8Array[] = [];
    for (let n = 0; n < rounds; n++) {
      const [effect] = client.send(NOW, fromClient, request);
      if (effect?.kind === 'transmit') datagrams.push(effect.datagram);
    }
    const t0 = process.hrtime.bigint();
    for (const datagram of datagrams) server.receive(NOW, at, datagram);
    const t1 = process.hrtime.bigint();
    for (let n = 0; n < rounds; n++) server.send(NOW, fromServer, answer);
    receiving = t1 - t0;
    sending = process.hrtime.bigint() - t1;
  }
  print('receive one record (26 bytes)', Number(receiving) / rounds);
  print('send one record (40 bytes)', Number(sending) / rounds);
}

function memory(): { rss: number; heap: number; external: number } {
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed, external };
}

const server = endpoint(true);
const certified = { identity: selfSigned('device') };
measureHandshakes(server, 'PSK', PSK, 0);
measureHandshakes(server, 'raw public key', { identity: rawKey() }, 10_000);
measureHandshakes(server, 'X.509', certified, 20_000);
const { session } = handshake(endpoint(false), server, pathOf(30_000), certified);
if (session !== null) measureHandshakes(server, 'resumed', { ...certified, resume: session }, 40_000);
const before = memory();
for (let n = 0; n < 10_000; n++) handshake(endpoint(false), server, pathOf(50_000 + n), PSK);
const after = memory();
for (const key of ['rss', 'heap', 'external'] as const) {
  print(`${key} per connection`, (after[key] - before[key]) / 10_000, 'bytes');
}
const client = endpoint(false);
measureRecords(server, client, handshake(client, server, pathOf(65_000), PSK).handles);
