/**
 * One complete handshake, written down: every datagram of both sides, taken apart, and the keys of both directions.
 * Endpoints with the same seeds say the same again, so a scripted peer can bring either of them to any state and knows
 * what belongs there.
 */
import { instant, type Instant, type Path, required } from '../../src/base/index.ts';
import { type CryptoProvider, type Entropy, nodeProvider, nodeEntropy } from '../../src/crypto/index.ts';
import {
  type ConnectionHandle,
  DtlsEndpoint,
  type DtlsLimits,
  type DtlsSettings,
  type Effect,
  type Effects,
  type LookupId,
} from '../../src/dtls/index.ts';
import { type Protection, RecordProtection } from '../../src/dtls/record/protection.ts';
import { CLIENT_PATH, DEVICE, seededEntropy, SERVER_PATH, SETTINGS } from './dtls-pair.ts';
import { recordsOf, sent } from './dtls-wire.ts';

export interface ScriptOptions {
  readonly seed?: number;
  readonly crypto?: CryptoProvider;
  /** Of the server, instead of the seeded one. */
  readonly entropy?: Entropy;
  readonly settings?: Partial<DtlsSettings>;
  readonly limits?: Partial<DtlsLimits>;
}

/** Datagrams of the client. */
export interface Script {
  readonly hello: Uint8Array;
  readonly cookieHello: Uint8Array;
  readonly keyExchange: Uint8Array;
  readonly clientChange: Uint8Array;
  readonly clientFinished: Uint8Array;
  readonly clientWrite: Protection;
  /** Datagrams of the server. */
  readonly verifyRequest: Uint8Array;
  readonly serverHello: Uint8Array;
  readonly serverHelloDone: Uint8Array;
  readonly serverChange: Uint8Array;
  readonly serverFinished: Uint8Array;
  readonly serverWrite: Protection;
  /** What the two Finished messages say behind their protection. */
  readonly clientFinishedBody: Uint8Array;
  readonly serverFinishedBody: Uint8Array;
}

export const START: Instant = instant(1_000);

export function newServer(options: ScriptOptions = {}): DtlsEndpoint {
  return new DtlsEndpoint({
    settings: { ...SETTINGS, ...options.settings },
    crypto: options.crypto ?? nodeProvider,
    entropy: options.entropy ?? seededEntropy(options.seed ?? 1),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
}

export function newClient(options: ScriptOptions = {}): DtlsEndpoint {
  return new DtlsEndpoint({
    settings: { ...SETTINGS, ...options.settings },
    crypto: options.crypto ?? nodeProvider,
    entropy: seededEntropy((options.seed ?? 1) + 7),
    server: false,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
}

/** Runs a handshake and writes it down. */
export function writeScript(options: ScriptOptions = {}): Script {
  const server = newServer(options);
  const client = newClient(options);
  const begun = client.connect(START, SERVER_PATH, { psk: DEVICE });
  const [hello] = sent(begun.effects) as [Uint8Array];
  const [verifyRequest] = sent(feed(server, hello)) as [Uint8Array];
  const [cookieHello] = sent(client.receive(START, SERVER_PATH, verifyRequest.slice())) as [Uint8Array];
  const [flight4] = sent(feed(server, cookieHello)) as [Uint8Array];
  const [flight5] = sent(client.receive(START, SERVER_PATH, flight4.slice())) as [Uint8Array];
  const clientWrite = required(client.inspect(begun.connection)?.write, 'keys after flight 5');
  const caused = feed(server, flight5);
  const answered = answerLookup(server, caused);
  const [flight6] = sent(answered) as [Uint8Array];
  const serverWrite = required(server.inspect(handleIn(answered))?.write, 'keys after flight 6');
  const [serverHello, serverHelloDone] = wholes(flight4);
  const [keyExchange, clientChange, clientFinished] = wholes(flight5);
  const [serverChange, serverFinished] = wholes(flight6);
  return {
    hello,
    verifyRequest,
    cookieHello,
    serverHello: serverHello as Uint8Array,
    serverHelloDone: serverHelloDone as Uint8Array,
    keyExchange: keyExchange as Uint8Array,
    clientChange: clientChange as Uint8Array,
    clientFinished: clientFinished as Uint8Array,
    serverChange: serverChange as Uint8Array,
    serverFinished: serverFinished as Uint8Array,
    clientWrite,
    serverWrite,
    clientFinishedBody: openedBody(clientFinished as Uint8Array, clientWrite, options),
    serverFinishedBody: openedBody(serverFinished as Uint8Array, serverWrite, options),
  };
}

/** Hands a copy to the server and overwrites it afterwards: a kept view would be found out. */
export function feed(
  endpoint: DtlsEndpoint,
  datagram: Uint8Array,
  at: { now?: Instant; path?: Path } = {},
): Effects {
  const copy = datagram.slice();
  const effects = endpoint.receive(at.now ?? START, at.path ?? CLIENT_PATH, copy);
  copy.fill(0xee);
  return effects;
}

/** The same for the client. */
export function feedClient(endpoint: DtlsEndpoint, datagram: Uint8Array, now: Instant = START): Effects {
  return feed(endpoint, datagram, { now, path: SERVER_PATH });
}

/** Answers the lookup among the effects with the device's key. */
export function answerLookup(
  server: DtlsEndpoint,
  effects: readonly Effect[],
  now: Instant = START,
): Effects {
  return server.resolve(now, lookupIn(effects), { kind: 'psk', key: DEVICE.key, credential: 'c-1' });
}

export function lookupIn(effects: readonly Effect[]): LookupId {
  for (const effect of effects) if (effect.kind === 'lookup') return effect.id;
  throw new RangeError('no lookup among the effects');
}

export function handleIn(effects: readonly Effect[]): ConnectionHandle {
  for (const effect of effects) if (effect.kind === 'established') return effect.connection;
  throw new RangeError('no connection was established');
}

/** The body of a protected handshake message. */
function openedBody(datagram: Uint8Array, keys: Protection, options: ScriptOptions): Uint8Array {
  const [record] = recordsOf(datagram);
  const records = new RecordProtection(options.crypto ?? nodeProvider, nodeEntropy());
  const plaintext = records.open(datagram, required(record, 'one record'), keys);
  return required(plaintext, 'the keys fit').slice(12);
}

function wholes(datagram: Uint8Array): Uint8Array[] {
  return recordsOf(datagram).map((record) => record.whole);
}
