/**
 * Many sessions with one server: a socket each, because a server tells sessions apart by address and port, and one
 * DTLS endpoint in the client role for all of them (or none, where the server speaks plain UDP).
 */
import { createSocket, type Socket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { instant, type Path, path, required, Secret, seconds, utf8 } from '../../../src/base/index.ts';
import { nodeEntropy, nodeProvider, signingKey } from '../../../src/crypto/index.ts';
import {
  type ClientSettings,
  type ConnectionHandle,
  DtlsEndpoint,
  type Effects,
  type OwnIdentity,
  type TlsSession,
} from '../../../src/dtls/index.ts';
import { FLEET_IDENTITY, identityOf, keyOf } from '../devices.ts';
import type { Ended, Shown, Target } from './protocol.ts';

interface Session {
  readonly socket: Socket;
  readonly path: Path;
  connection: ConnectionHandle | undefined;
  messageId: number;
  /** Waits for the handshake; undefined once it is over. */
  opening: { resolve: () => void; reject: (why: Error) => void } | undefined;
}

export type Receiver = (session: number, plaintext: Uint8Array) => void;

export class Fleet {
  readonly #target: Target;
  readonly #endpoint: DtlsEndpoint | undefined;
  readonly #sessions = new Map<number, Session>();
  readonly #byConnection = new Map<ConnectionHandle, number>();
  readonly #timer: NodeJS.Timeout;
  #receiver: Receiver = () => {};
  readonly #identity: OwnIdentity | undefined;
  #ended: Ended = { sessions: 0, lastAtMs: 0 };
  /** The last one that a server agreed to resume. */
  #session: TlsSession | undefined;

  constructor(target: Target) {
    this.#target = target;
    this.#identity = target.shown === undefined ? undefined : identityOfShown(target.shown);
    if (target.protection !== 'none')
      this.#endpoint = new DtlsEndpoint({
        settings: SETTINGS,
        crypto: nodeProvider,
        entropy: nodeEntropy(),
        server: false,
      });
    this.#timer = setInterval(() => {
      const due = this.#endpoint?.nextDeadline();
      if (due !== undefined && due <= performance.now()) this.#carryOut(this.#endpoint?.timeout(now()) ?? []);
    }, TICK_MS);
  }

  /** Sessions that the server has ended by an alert. */
  get ended(): Ended {
    return this.#ended;
  }

  /** Who gets what servers send; one at a time. */
  receiveWith(receiver: Receiver): void {
    this.#receiver = receiver;
  }

  /** Resolves once session `index` is established; its address is 127.2.x.y, unlike that of any other. */
  async open(index: number): Promise<void> {
    const socket = createSocket({ type: 'udp4', lookup: literal });
    const address = `127.2.${(index >>> 8) & 0xff}.${index & 0xff}`;
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address, port: 0, exclusive: true }, () =>
        socket.connect(this.#target.port, '127.0.0.1', () => {
          socket.off('error', reject);
          resolve();
        }),
      );
    });
    const session: Session = {
      socket,
      path: path(index, '127.0.0.1', this.#target.port),
      connection: undefined,
      messageId: 0,
      opening: undefined,
    };
    this.#sessions.set(index, session);
    // A server that is going away refuses: what is under way then fails by itself.
    socket.on('error', () => {});
    const endpoint = this.#endpoint;
    if (endpoint === undefined) {
      socket.on('message', (datagram) => this.#receiver(index, datagram));
      return;
    }
    socket.on('message', (datagram) => this.#carryOut(endpoint.receive(now(), session.path, datagram)));
    await new Promise<void>((resolve, reject) => {
      session.opening = { resolve, reject };
      const { connection, effects } = endpoint.connect(now(), session.path, this.#credentials(index));
      session.connection = connection;
      this.#byConnection.set(connection, index);
      this.#carryOut(effects);
    });
  }

  send(index: number, plaintext: Uint8Array): void {
    const session = this.#sessions.get(index);
    if (session === undefined) return;
    if (this.#endpoint === undefined) session.socket.send(plaintext);
    else if (session.connection !== undefined)
      this.#carryOut(this.#endpoint.send(now(), session.connection, plaintext));
  }

  /** A Message ID that the session has not used for long. */
  nextMessageId(index: number): number {
    const session = this.#sessions.get(index);
    if (session === undefined) return 0;
    session.messageId = (session.messageId + 1) & 0xffff;
    return session.messageId;
  }

  /** Says goodbye and gives the address back. */
  close(index: number): void {
    const session = this.#sessions.get(index);
    if (session === undefined) return;
    if (this.#endpoint !== undefined && session.connection !== undefined) {
      this.#carryOut(this.#endpoint.close(now(), session.connection, 'requested'));
      this.#byConnection.delete(session.connection);
    }
    this.#sessions.delete(index);
    session.socket.close();
  }

  closeAll(): void {
    clearInterval(this.#timer);
    for (const index of Array.from(this.#sessions.keys())) this.close(index);
  }

  #credentials(index: number): ClientSettings {
    if (this.#identity === undefined) {
      const { protection } = this.#target;
      const identity = protection === 'one-identity' ? FLEET_IDENTITY : identityOf(index);
      const key = keyOf(protection === 'key-per-device' ? index : 0);
      return { psk: { identity: utf8(identity), key: new Secret(utf8(key)) } };
    }
    const { suites } = KEY_SETTINGS;
    const resume = this.#target.shown?.resume === true ? this.#session : undefined;
    return { identity: this.#identity, suites, ...(resume === undefined ? {} : { resume }) };
  }

  #carryOut(effects: Effects): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'transmit':
          this.#sessions.get(effect.path.local)?.socket.send(effect.datagram);
          break;
        case 'deliver': {
          const index = this.#byConnection.get(effect.connection);
          if (index !== undefined) this.#receiver(index, effect.plaintext);
          break;
        }
        case 'lookup': // whose key the server shows is not the question here
          this.#carryOut(
            this.#endpoint?.resolve(now(), effect.id, { kind: 'accepted', credential: '' }) ?? [],
          );
          break;
        case 'established':
          this.#session = effect.session ?? this.#session;
          this.#opened(effect.path.local);
          break;
        case 'failed':
          this.#opened(effect.path.local, new Error(`handshake failed: ${effect.reason}`));
          break;
        case 'closed':
          if (effect.reason === 'peer-alert') this.#noteEnd();
          break;
        default: // nothing to do: routes, drops
      }
    }
  }

  #noteEnd(): void {
    this.#ended = {
      sessions: this.#ended.sessions + 1,
      lastAtMs: performance.timeOrigin + performance.now(),
    };
  }

  #opened(index: number, failure?: Error): void {
    const session = this.#sessions.get(index);
    const opening = session?.opening;
    if (session === undefined || opening === undefined) return;
    session.opening = undefined;
    if (failure === undefined) opening.resolve();
    else opening.reject(failure);
  }
}

function identityOfShown({ keyFile, chainHex }: Shown): OwnIdentity {
  const key = required(signingKey(readFileSync(keyFile, 'utf8')), 'the bench makes keys that sign');
  return { key, chain: chainHex.map((hex) => new Uint8Array(Buffer.from(hex, 'hex'))) };
}

function now(): ReturnType<typeof instant> {
  return instant(performance.now());
}

/** Addresses are literals: nothing to look up, and nothing to wait for. */
function literal(
  host: string,
  _options: unknown,
  found: (error: Error | null, address: string, family: number) => void,
): void {
  found(null, host, 4);
}

const TICK_MS = 50;
const SETTINGS = {
  suites: ['TLS_PSK_WITH_AES_128_CCM_8'],
  extendedMasterSecret: 'wanted',
  mtu: 1_232,
  idleTimeout: seconds(86_400),
  handshakeTimeout: seconds(30),
  retransmit: seconds(1),
} as const;
/** What tiny stacks with keys speak. */
const KEY_SETTINGS = { suites: ['TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8'] } as const;
