/**
 * The client's handshake (RFC 6347 4.2.4):
 *
 *   flight 1: ClientHello --> ExpectServerHello --HelloVerifyRequest--> flight 3: ClientHello with cookie
 *        ExpectServerHello --new session--> ExpectServerFlight: [Certificate], [ServerKeyExchange], [CertificateRequest]
 *             |                                  | ServerHelloDone
 *             |                                  +-- certificate --> AwaitCredential --accepted--+
 *             |                                  +-- PSK ----------------------------------------+
 *             |                       flight 5: [Certificate], ClientKeyExchange, [CertificateVerify], CCS, Finished
 *             +--session resumed--> ExpectChangeCipherSpec <-------------------------------------+
 *                                        |
 *                                  ExpectFinished --[resumed: CCS, Finished]--> Established
 */
import type { EcdhParams } from '../../message/key-exchange.ts';
import type { CertificateRequest } from '../../message/certificate-request.ts';
import type { ClientHello } from '../../message/client-hello.ts';
import type { Claim } from '../../effect.ts';
import type { ClientSettings } from '../../settings.ts';
import type { CipherSuite } from '../../suite/registry.ts';
import type { VerifyKey } from '../../../crypto/index.ts';
import type { Accepted } from '../accept-choice.ts';
import type { Keys, Randoms } from '../key-schedule.ts';
import type { Transcript } from '../machine.ts';

export type ClientState =
  | ExpectServerHello
  | ExpectServerFlight
  | AwaitCredential
  | ExpectChangeCipherSpec
  | ExpectFinished
  | Established;

export interface ExpectServerHello {
  readonly kind: 'expect-server-hello';
  readonly client: ClientSettings;
  readonly offer: ClientHello;
  readonly transcript: Transcript;
  /** message_seq of our next message. */
  readonly sendSeq: number;
}

export interface ExpectServerFlight extends ServerSaid {
  readonly kind: 'expect-server-flight';
}

/** The driver has been asked whether the server is who it should be. */
export interface AwaitCredential extends ServerSaid {
  readonly kind: 'await-credential';
}

export interface ExpectChangeCipherSpec extends Keyed {
  readonly kind: 'expect-change-cipher-spec';
}

export interface ExpectFinished extends Keyed {
  readonly kind: 'expect-finished';
}

export interface Established {
  readonly kind: 'established';
}

/** The server's flight as far as it has been heard; its messages come in this order, each at most once. */
export interface ServerSaid {
  readonly client: ClientSettings;
  readonly accepted: Accepted;
  readonly randoms: Randoms;
  readonly ownCid: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly transcript: Transcript;
  readonly sendSeq: number;
  readonly certified: {
    readonly claim: Extract<Claim, { kind: 'rpk' | 'x509' }>;
    readonly key: VerifyKey;
  } | null;
  readonly keyExchange: KeyExchangeHeard | null;
  readonly request: CertificateRequest | null;
}

/** In plain PSK the message is a hint and nothing else. */
export type KeyExchangeHeard = { readonly kind: 'hint' } | ({ readonly kind: 'ecdh' } & EcdhParams);

interface Keyed {
  readonly suite: CipherSuite;
  readonly extendedMasterSecret: boolean;
  readonly transcript: Transcript;
  readonly claim: Claim;
  readonly credential: string;
  readonly keys: Keys;
  readonly sessionId: Uint8Array;
  /** message_seq of our Finished where it comes last; null where it has been said. */
  readonly finishedSeq: number | null;
}
