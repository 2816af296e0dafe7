/** Every state of both machines, and how a scripted peer brings an endpoint there. */
import { instant, type Instant, required } from '../../src/base/index.ts';
import type { ConnectionHandle, DtlsEndpoint } from '../../src/dtls/index.ts';
import type { Connection } from '../../src/dtls/connection-state.ts';
import { DEVICE, SERVER_PATH } from './dtls-pair.ts';
import {
  answerLookup,
  feed,
  feedClient,
  newClient,
  newServer,
  type Script,
  type ScriptOptions,
  START,
} from './dtls-script.ts';
import { cut, plainRecord, protectedRecord, recordsOf } from './dtls-wire.ts';

/** An endpoint in a state, with its one connection. */
export interface Scene {
  readonly role: 'server' | 'client';
  readonly endpoint: DtlsEndpoint;
  readonly script: Script;
  readonly handle: ConnectionHandle | undefined;
  /** Later than what brought it here, so that a repetition of the last flight is not too soon. */
  readonly now: Instant;
}

/** Server states by name; `established` still keeps its last flight, `settled` has heard data behind it. */
export const SERVER_STATES = [
  'nobody',
  'expect-client-hello',
  'expect-client-key-exchange',
  'await-credential',
  'expect-change-cipher-spec',
  'expect-finished',
  'established',
  'settled',
] as const;
export type ServerStateName = (typeof SERVER_STATES)[number];

export const CLIENT_STATES = [
  'expect-server-hello',
  'expect-server-hello/cookie',
  'expect-server-flight',
  'expect-change-cipher-spec',
  'expect-finished',
  'established',
] as const;
export type ClientStateName = (typeof CLIENT_STATES)[number];

export function serverIn(state: ServerStateName, script: Script, options: ScriptOptions = {}): Scene {
  const endpoint = newServer(options);
  const steps = SERVER_STATES.indexOf(state);
  feed(endpoint, script.hello);
  if (steps === 1) feed(endpoint, firstPiece(script.cookieHello));
  if (steps >= 2) feed(endpoint, script.cookieHello);
  if (steps >= 3) {
    const asked = feed(endpoint, script.keyExchange);
    if (steps >= 4) answerLookup(endpoint, asked);
  }
  if (steps >= 5) feed(endpoint, script.clientChange);
  if (steps >= 6) feed(endpoint, script.clientFinished);
  if (steps >= 7) feed(endpoint, dataRecord(script, 'client', 1, Uint8Array.of(1), options));
  const handle = steps === 0 ? undefined : (1 as ConnectionHandle);
  return { role: 'server', endpoint, script, handle, now: instant(START + 300) };
}

export function clientIn(state: ClientStateName, script: Script, options: ScriptOptions = {}): Scene {
  const endpoint = newClient(options);
  const { connection } = endpoint.connect(START, SERVER_PATH, { psk: DEVICE });
  const steps = CLIENT_STATES.indexOf(state);
  if (steps >= 1) feedClient(endpoint, script.verifyRequest);
  if (steps >= 2) feedClient(endpoint, script.serverHello);
  if (steps >= 3) feedClient(endpoint, script.serverHelloDone);
  if (steps >= 4) feedClient(endpoint, script.serverChange);
  if (steps >= 5) feedClient(endpoint, script.serverFinished);
  return { role: 'client', endpoint, script, handle: connection, now: instant(START + 300) };
}

export function connectionOf(scene: Scene): Connection | undefined {
  return scene.handle === undefined ? undefined : scene.endpoint.inspect(scene.handle);
}

/** The connection of a scene that has one. */
export function theConnection(scene: Scene): Connection {
  return required(connectionOf(scene), 'the scene has a connection');
}

/** Application data of one side. */
export function dataRecord(
  script: Script,
  from: 'client' | 'server',
  sequence: number,
  plaintext: Uint8Array,
  options: ScriptOptions = {},
): Uint8Array {
  const keys = from === 'client' ? script.clientWrite : script.serverWrite;
  return protectedRecord(keys, { type: 23, sequence }, plaintext, options.crypto);
}

/** The first half of a hello that was cut in two: enough for the cookie. */
export function firstPiece(hello: Uint8Array): Uint8Array {
  return plainRecord({ sequence: 1 }, pieces(hello)[0] as Uint8Array);
}

/** The other half. */
export function secondPiece(hello: Uint8Array): Uint8Array {
  return plainRecord({ sequence: 2 }, pieces(hello)[1] as Uint8Array);
}

function pieces(hello: Uint8Array): Uint8Array[] {
  const [record] = recordsOf(hello);
  const raw = required(record, 'a hello is one record').fragment;
  return cut(1, (raw[4] as number) * 256 + (raw[5] as number), raw.subarray(12), 80);
}
