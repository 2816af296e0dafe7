/** The client role of our endpoint behind a socket: one connection, one request at a time. */
import { path, Secret, seconds } from '../../../src/base/index.ts';
import type {
  ClientSettings,
  CredentialAnswer,
  CredentialQuestion,
  DtlsSettings,
  TlsSession,
} from '../../../src/dtls/index.ts';
import { driveEndpoint } from './driven-endpoint.ts';
import type { Device } from './scene.ts';

export type OwnClient = {
  /** IANA name of the agreed suite, or why there is no connection. */
  readonly outcome: { readonly suite: string } | { readonly failed: string };
  readonly session: TlsSession | null;
  readonly resumed: boolean;
  /** Sends application data and waits for the next that comes back. */
  ask(plaintext: Buffer): Promise<Buffer>;
  /** Goes on from another port. */
  move(): Promise<void>;
  close(): void;
};

export type OwnClientOptions = {
  readonly port: number;
  readonly client: ClientSettings;
  readonly settings?: Partial<DtlsSettings>;
  /** What to make of the server's key or certificate; accepted when absent. */
  readonly judge?: (ask: CredentialQuestion) => CredentialAnswer;
};

/** Handshakes with a server on 127.0.0.1; gives up after four seconds. */
export async function connect({ port, client, settings, judge }: OwnClientOptions): Promise<OwnClient> {
  const settled = Promise.withResolvers<Pick<OwnClient, 'outcome' | 'session' | 'resumed'>>();
  let heard = Promise.withResolvers<Buffer>();
  const driven = await driveEndpoint({
    settings: { ...SETTINGS, ...settings },
    server: false,
    credential: judge ?? (() => ({ kind: 'accepted', credential: 'server' })),
    watch: (effect) => {
      if (effect.kind === 'established')
        settled.resolve({
          outcome: { suite: effect.peer.suite },
          session: effect.session,
          resumed: effect.peer.resumed,
        });
      else if (effect.kind === 'failed')
        settled.resolve({ outcome: { failed: effect.reason }, session: null, resumed: false });
      else if (effect.kind === 'deliver') heard.resolve(Buffer.from(effect.plaintext));
    },
  });
  const begun = Promise.withResolvers<Parameters<typeof driven.send>[0]>();
  driven.drive((endpoint, now) => {
    const { connection, effects } = endpoint.connect(now, path(0, '127.0.0.1', port), client);
    begun.resolve(connection);
    return effects;
  });
  const connection = await begun.promise;

  return {
    ...(await settled.promise),
    ask: (plaintext) => {
      heard = Promise.withResolvers();
      driven.send(connection, plaintext);
      return heard.promise;
    },
    move: () => driven.move(),
    close: () => {
      driven.drive((endpoint, now) => endpoint.close(now, connection, 'requested'));
      void driven.stop();
    },
  };
}

export function pskOf({ identity, key }: Device): ClientSettings {
  return { psk: { identity, key: new Secret(key) } };
}

const SETTINGS = { mtu: 1_232, idleTimeout: seconds(60), handshakeTimeout: seconds(4) } as const;
