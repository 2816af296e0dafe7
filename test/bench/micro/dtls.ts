/**
 * What one DTLS record and one PSK handshake cost, in nanoseconds, on one core, and how much memory an established
 * connection takes: `node --expose-gc test/bench/micro/dtls.ts`. For comparing before with after on one machine.
 */
import { instant, type Path, path, Secret, seconds, utf8 } from '../../../src/base/index.ts';
import { nodeEntropy, nodeProvider } from '../../../src/crypto/index.ts';
import {
  type ConnectionHandle,
  DtlsEndpoint,
  type DtlsSettings,
  type Effects,
  SUITE_NAMES,
} from '../../../src/dtls/index.ts';
import { print } from './print.ts';

const KEY = new Secret(new Uint8Array(16).fill(0x2a));
const SETTINGS: Partial<DtlsSettings> = {
  suites: SUITE_NAMES,
  extendedMasterSecret: 'wanted',
  mtu: 1_232,
  idleTimeout: seconds(3_600),
  handshakeTimeout: seconds(60),
  retransmit: seconds(1),
};
const NOW = instant(0);

const endpoint = (server: boolean): DtlsEndpoint =>
  new DtlsEndpoint({ settings: SETTINGS, crypto: nodeProvider, entropy: nodeEntropy(), server });

/** Time spent inside each role's calls. */
const spent = { client: 0n, server: 0n };

/** One handshake between two endpoints, timed by role. */
function handshake(client: DtlsEndpoint, server: DtlsEndpoint, at: Path): ConnectionHandle[] {
  const handles: ConnectionHandle[] = [];
  const turn = (role: 'client' | 'server', act: () => Effects): void => {
    const started = process.hrtime.bigint();
    const effects = act();
    spent[role] += process.hrtime.bigint() - started;
    for (const effect of effects) {
      if (effect.kind === 'established') handles[role === 'client' ? 0 : 1] = effect.connection;
      if (effect.kind === 'transmit') {
        const { datagram } = effect;
        if (role === 'client') turn('server', () => server.receive(NOW, at, datagram));
        else turn('client', () => client.receive(NOW, at, datagram));
      }
      if (effect.kind === 'lookup')
        turn('server', () =>
          server.resolve(NOW, effect.id, { kind: 'psk', key: KEY, credential: 'credential-1' }),
        );
    }
  };
  const psk = { identity: utf8('dev-000001'), key: KEY };
  turn('client', () => client.connect(NOW, at, { psk }).effects);
  return handles;
}

const pathOf = (n: number): Path => path(0, `127.1.${n >> 8}.${n & 0xff}`, 40_000);

function measureHandshakes(server: DtlsEndpoint, name: string, from: number, count: number): void {
  spent.client = 0n;
  spent.server = 0n;
  for (let n = 0; n < count; n++) handshake(endpoint(false), server, pathOf(from + n));
  print(`PSK handshake, server, ${name}`, Number(spent.server) / count);
  print(`PSK handshake, client, ${name}`, Number(spent.client) / count);
}

function measureRecords(server: DtlsEndpoint, client: DtlsEndpoint, handles: ConnectionHandle[]): void {
  const request = new Uint8Array(26).fill(0x40);
  const answer = new Uint8Array(40).fill(0x60);
  const [fromClient, fromServer] = handles as [ConnectionHandle, ConnectionHandle];
  const rounds = 20_000;
  let receiving = 0n;
  let sending = 0n;
  const at = pathOf(60_000);
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
measureHandshakes(server, 'first 1,000', 0, 1_000);
const before = memory();
measureHandshakes(server, 'next 10,000', 1_000, 10_000);
const after = memory();
for (const key of ['rss', 'heap', 'external'] as const) {
  print(`${key} per connection`, (after[key] - before[key]) / 10_000, 'bytes');
}
const client = endpoint(false);
measureRecords(server, client, handshake(client, server, pathOf(60_000)));
