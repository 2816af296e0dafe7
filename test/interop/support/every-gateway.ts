/**
 * A gateway with one port for every kind of credential, and devices of each kind that it knows. Behind it is the DTLS
 * endpoint of this process; nothing that the tests see of it says so.
 */
import { createHash } from 'node:crypto';
import { Secret, seconds, hours } from '../../../src/base/index.ts';
import {
  type Claim,
  connectionIdShape,
  type CredentialAnswer,
  type CredentialKind,
  type CredentialQuestion,
  type DtlsSettings,
  type Effect,
  type FailureReason,
} from '../../../src/dtls/index.ts';
import { answerTo } from './backend.ts';
import { driveEndpoint } from './driven-endpoint.ts';
import { type CertifiedFiles, type KeyFiles, type KeyShop, openKeyShop } from './key-files.ts';
import { DEVICE, type Device, type Gateway, HELLO, LARGE } from './scene.ts';

export type EveryGateway = Pick<Gateway, 'coapsPort' | 'backendRequests' | 'stop'> & {
  /** What the gateway proves itself with; devices trust `keys.authority`, or pin the raw key. */
  readonly own: CertifiedFiles;
  readonly keys: KeyShop;
  /** What became of each handshake since the start, in order, as the operator sees it. */
  handshakes(): readonly HandshakeEnd[];
  /** How many connections have moved to another address. */
  moves(): number;
  readonly known: Known;
};

/** Devices that are let in. */
export type Known = {
  readonly psk: Device;
  readonly lock: KeyFiles;
  readonly meter: CertifiedFiles;
  /** With an RSA key. */
  readonly oldMeter: CertifiedFiles;
  /** With a P-384 key. */
  readonly newMeter: CertifiedFiles;
};

export type HandshakeEnd =
  | {
      readonly end: 'established';
      readonly by: Claim['kind'];
      readonly credential: string;
      readonly suite: string;
      readonly resumed: boolean;
    }
  | { readonly end: FailureReason };

export type EveryOptions = {
  /** Preferred first. */
  readonly credentials?: readonly CredentialKind[];
  readonly settings?: Partial<DtlsSettings>;
  /** What answers a plaintext; CoAP paths `/hello` and `/large` when absent. */
  readonly answer?: (plaintext: Buffer) => Buffer | undefined;
};

/** Starts it on a free port with keys of its own. */
export async function startEveryGateway(options: EveryOptions = {}): Promise<EveryGateway> {
  const keys = openKeyShop();
  const own = keys.certified('gateway');
  const known: Known = {
    psk: DEVICE,
    lock: keys.raw('lock'),
    meter: keys.certified('meter'),
    oldMeter: keys.certified('old-meter', 'rsa'),
    newMeter: keys.certified('new-meter', 'P-384'),
  };
  const handshakes: HandshakeEnd[] = [];
  let [requests, moves] = [0, 0];
  const driven = await driveEndpoint({
    settings: {
      ...SETTINGS,
      identity: own.identity(),
      credentials: CREDENTIALS,
      ...options.settings,
      ...given(options),
    },
    credential: (ask) => judge(known, ask),
    answer: (plaintext) => {
      requests += 1;
      return options.answer === undefined ? answerTo(plaintext, RESOURCES) : options.answer(plaintext);
    },
    watch: (effect) => {
      if (effect.kind === 'rebound') moves += 1;
      handshakes.push(...endOf(effect));
    },
  });
  return {
    coapsPort: driven.port(),
    own,
    keys,
    known,
    backendRequests: () => requests,
    handshakes: () => handshakes,
    moves: () => moves,
    stop: async () => {
      keys.close();
      await driven.stop();
    },
  };
}

/** What was done, and before it the handshakes that ended meanwhile. */
export async function endsDuring<T>(
  gateway: EveryGateway,
  work: () => Promise<T>,
): Promise<readonly [readonly HandshakeEnd[], T]> {
  const before = gateway.handshakes().length;
  const result = await work();
  return [gateway.handshakes().slice(before), result];
}

function given({ credentials }: EveryOptions): Partial<DtlsSettings> {
  return credentials === undefined ? {} : { credentials };
}

/** The table of who is known, by what each of them shows. */
function judge(known: Known, ask: CredentialQuestion): CredentialAnswer {
  const { psk, lock, meter, oldMeter, newMeter } = known;
  switch (ask.kind) {
    case 'psk':
      return psk.identity.equals(ask.identity)
        ? { kind: 'psk', key: new Secret(psk.key), credential: 'psk' }
        : { kind: 'unknown' };
    case 'rpk': {
      const pinned = createHash('sha256').update(lock.spki).digest();
      return pinned.equals(ask.fingerprint) ? { kind: 'accepted', credential: 'lock' } : { kind: 'unknown' };
    }
    case 'x509':
      for (const [credential, { chain }] of Object.entries({ meter, oldMeter, newMeter }))
        if (Buffer.from(chain[0]).equals(ask.chain[0] ?? Buffer.alloc(0)))
          return { kind: 'accepted', credential };
      return { kind: 'unknown' };
    case 'resume':
      return { kind: 'accepted', credential: ask.credential };
  }
}

function endOf(effect: Effect): HandshakeEnd[] {
  if (effect.kind === 'failed') return [{ end: effect.reason }];
  if (effect.kind !== 'established') return [];
  const { claim, credential, suite, resumed } = effect.peer;
  return [{ end: 'established', by: claim.kind, credential, suite, resumed }];
}

const CREDENTIALS: readonly CredentialKind[] = ['psk', 'ecdhe-psk', 'rpk', 'x509'];
const SETTINGS: Partial<DtlsSettings> = {
  connectionId: connectionIdShape(0, 0),
  mtu: 1_232,
  idleTimeout: seconds(600),
  handshakeTimeout: seconds(60),
  resumption: hours(1),
};
const RESOURCES = { '/hello': HELLO, '/large': LARGE };
