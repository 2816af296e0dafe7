/**
 * The server's handshake (RFC 6347 4.2.4, flights 3 to 6). Which messages there are depends on the exchange:
 *
 *   ExpectClientHello --session known--> AwaitResumption --still good--> flight: ServerHello, CCS, Finished
 *        |                                    | not any more                       |
 *        +---- full handshake <---------------+                                    |
 *        | flight 4: ServerHello, [Certificate], [ServerKeyExchange], [CertificateRequest], ServerHelloDone
 *        |                                                                         |
 *        +-- raw key, X.509 --> ExpectCertificate --+                              |
 *        +-- PSK, ECDHE_PSK ----------------> ExpectClientKeyExchange              |
 *                raw key, X.509: ExpectCertificateVerify  |  PSK: identity         |
 *                          | possession proved            v  (not asked: keys)     |
 *                          +----------------------> AwaitCredential                |
 *                                                         | answer                 |
 *                                              ExpectChangeCipherSpec <------------+
 *                                                         |
 *                                                  ExpectFinished --> flight 6 (full) --> Established
 */
import type { EphemeralKey, VerifyKey } from '../../../crypto/index.ts';
import type { Claim, CredentialKind } from '../../effect.ts';
import type { ClientHello } from '../../message/client-hello.ts';
import type { HandshakeMessage } from '../../message/handshake.ts';
import type { Keys, Randoms } from '../key-schedule.ts';
import type { Transcript } from '../machine.ts';
import type { Agreement, Terms } from '../negotiate.ts';
import type { TlsSession } from '../resumption.ts';
import type { CipherSuite } from '../../suite/registry.ts';

export type ServerState =
  | ExpectClientHello
  | AwaitResumption
  | ExpectCertificate
  | ExpectClientKeyExchange
  | ExpectCertificateVerify
  | AwaitCredential
  | ExpectChangeCipherSpec
  | ExpectFinished
  | Established;

/** The second hello, with its cookie proven, is being assembled. */
export interface ExpectClientHello {
  readonly kind: 'expect-client-hello';
  /** The kind of credential that failed for this client a moment ago. */
  readonly avoid: CredentialKind | null;
}

/** The driver has been asked whether the credential behind a session is still good. */
export interface AwaitResumption {
  readonly kind: 'await-resumption';
  readonly avoid: CredentialKind | null;
  readonly offer: ClientHello;
  readonly terms: Terms;
  readonly message: HandshakeMessage;
  readonly session: TlsSession;
  /** The session's. */
  readonly suite: CipherSuite;
}

export interface ExpectCertificate extends AfterHello {
  readonly kind: 'expect-certificate';
  readonly ephemeral: EphemeralKey;
}

export interface ExpectClientKeyExchange extends AfterHello {
  readonly kind: 'expect-client-key-exchange';
  /** Null in plain PSK. */
  readonly ephemeral: EphemeralKey | null;
  /** Null in PSK exchanges, and where clients are not asked. */
  readonly certified: Certified | null;
}

export interface ExpectCertificateVerify extends AfterHello {
  readonly kind: 'expect-certificate-verify';
  readonly certified: Certified;
  readonly master: Uint8Array;
}

/** The driver has been asked about the claim; later records wait. */
export interface AwaitCredential extends AfterHello {
  readonly kind: 'await-credential';
  readonly claim: Claim;
  readonly secret: PendingSecret;
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

/** What the hellos settled. */
export interface Hello {
  readonly agreement: Agreement;
  readonly randoms: Randoms;
  /** What the session will be resumable by; empty: it will not. */
  readonly sessionId: Uint8Array;
  readonly ownCid: Uint8Array;
  /** message_seq of our next message. */
  readonly sendSeq: number;
}

/** A key that the client says is its own. */
export interface Certified {
  readonly claim: Extract<Claim, { kind: 'rpk' | 'x509' }>;
  readonly key: VerifyKey;
}

/** What the keys still lack: the PSK beside the agreed secret, or nothing. */
export type PendingSecret =
  | { readonly kind: 'psk'; readonly agreed: Uint8Array | null }
  | { readonly kind: 'master'; readonly master: Uint8Array };

interface AfterHello {
  readonly hello: Hello;
  readonly transcript: Transcript;
}

interface Keyed {
  readonly suite: CipherSuite;
  readonly extendedMasterSecret: boolean;
  readonly transcript: Transcript;
  readonly claim: Claim;
  /** Null for an identity nobody has: its keys are random, so that only Finished fails. */
  readonly credential: string | null;
  readonly keys: Keys;
  readonly sessionId: Uint8Array;
  /** message_seq of our Finished; null in an abbreviated handshake, where it went first. */
  readonly finishedSeq: number | null;
}
