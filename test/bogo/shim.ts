/**
 * The shim: between BoringSSL's test runner and our endpoint. Exit codes: 0 as the runner wished, 1 not (and why, on
 * stderr), 89 the runner asks for something that we do not do.
 *
 *   runner --TCP, framing.ts--> Exchange --datagrams, virtual time--> DtlsEndpoint
 */
import { connect, type Socket } from 'node:net';
import { hours, milliseconds, seconds } from '../../src/base/index.ts';
import { nodeEntropy } from '../../src/crypto/index.ts';
import { DtlsEndpoint, type OwnIdentity, type TlsSession } from '../../src/dtls/index.ts';
import { Exchange, type Failure } from './exchange.ts';
import { ExportingProvider } from './exporter.ts';
import { type Flags, parseFlags, type Wishes } from './flags.ts';
import { ownIdentity } from './identity.ts';

const UNIMPLEMENTED = 89;
/** The runner loses a flight up to thirteen times, shows 51 certificates, and cuts messages into single bytes. */
const LIMITS = {
  flightRepeatsMax: 12,
  finalFlightMs: 3_600_000,
  chainMax: 60,
  messageBytesMax: 65_536,
  reassemblyBytesMax: 131_072,
  earlyRecordsMax: 32,
};

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  if (words.includes('-is-handshaker-supported')) {
    process.stdout.write('No\n');
    return 0;
  }
  const flags = parseFlags(words);
  if ('unknown' in flags) {
    process.stderr.write(`unimplemented: ${flags.unknown}\n`);
    return UNIMPLEMENTED;
  }
  const identity = ownIdentity(flags.initial.values) ?? (flags.initial.values.has('psk') ? null : undefined);
  if (identity === undefined) {
    process.stderr.write('unimplemented: an identity of this kind of key\n');
    return UNIMPLEMENTED;
  }
  return converse(flags, identity);
}

async function converse(flags: Flags, identity: OwnIdentity | null): Promise<number> {
  const exporting = new ExportingProvider();
  const endpoint = new DtlsEndpoint({
    settings: settingsFor(flags.initial, identity),
    crypto: exporting.provider,
    entropy: nodeEntropy(),
    limits: LIMITS,
    server: flags.server,
  });
  let session: TlsSession | null = null;
  for (let number = 0; number <= flags.resumptions; number++) {
    const wishes = number === 0 ? flags.initial : flags.resumed;
    const socket = await connected(flags.port);
    if (socket === undefined) {
      process.stderr.write('the runner does not listen any more\n');
      return 1;
    }
    const exchange = new Exchange({ endpoint, exporting, socket, number, wishes, server: flags.server });
    const failure: Failure | undefined = await exchange.run(identity, session);
    if (failure !== undefined) {
      process.stderr.write(`${failure.lines.join('\n')}\n`);
      return 1;
    }
    session = exchange.session ?? session;
  }
  return 0;
}

function settingsFor(wishes: Wishes, identity: OwnIdentity | null) {
  const asks = wishes.on.has('require-any-client-certificate') || wishes.on.has('verify-peer');
  const retransmit = wishes.values.get('initial-timeout-duration-ms');
  const mtu = wishes.values.get('mtu');
  return {
    identity,
    clientAuthentication: asks ? ('required' as const) : ('none' as const),
    resumption: hours(2),
    handshakeTimeout: hours(1),
    retransmit: retransmit === undefined ? seconds(1) : milliseconds(Number(retransmit)),
    ...(mtu === undefined ? {} : { mtu: Number(mtu) }),
  };
}

/** The runner listens on the loopback of IPv6 where there is one, else of IPv4. */
async function connected(port: number): Promise<Socket | undefined> {
  for (const host of ['::1', '127.0.0.1']) {
    const socket = connect({ host, port, noDelay: true });
    const open = await new Promise<boolean>((settle) => {
      socket.once('connect', () => settle(true));
      socket.once('error', () => settle(false));
    });
    if (open) return socket;
  }
  return undefined;
}
