/**
 * The shape of a handshake as a state machine: states are data, each step is a function from (state, input) to an
 * outcome, and one table per role says which inputs a state accepts. connection.ts drives it and knows no message.
 */
import type { CryptoProvider, Entropy } from '../../crypto/index.ts';
import type { Claim, CredentialAnswer, CredentialQuestion, VerifiedPeer } from '../effect.ts';
import type { HandshakeMessage, HandshakeTypeName } from '../message/handshake.ts';
import type { DtlsLimits } from '../limits.ts';
import type { Protection } from '../record/protection.ts';
import type { DtlsSettings } from '../settings.ts';
import type { TlsSession } from './resumption.ts';

/** What a step may use. */
export interface StepContext {
  readonly settings: DtlsSettings;
  readonly limits: DtlsLimits;
  readonly crypto: CryptoProvider;
  readonly entropy: Entropy;
  /** A session that this server may resume. */
  readonly findSession: (id: Uint8Array) => TlsSession | undefined;
  /** A connection ID that nobody else has; empty when the endpoint uses none. */
  readonly newConnectionId: () => Uint8Array;
}

export type InputName = HandshakeTypeName | 'change_cipher_spec' | 'credential';

export type Input =
  | { readonly name: HandshakeTypeName; readonly message: HandshakeMessage }
  | { readonly name: 'change_cipher_spec' }
  | { readonly name: 'credential'; readonly answer: CredentialAnswer };

export type MessageInput = Extract<Input, { message: HandshakeMessage }>;

/** What comes of one step. Absent members change nothing. */
export interface Outcome<State> {
  readonly next: State;
  /** A new flight to send and keep. An empty one ends the retransmission of the last. */
  readonly flight?: Flight;
  /** Keys of epoch 1, ready for the other side's ChangeCipherSpec. */
  readonly read?: Protection;
  /** Keys of epoch 1 for our own messages. */
  readonly write?: Protection;
  readonly sendLimit?: number;
  /** The CID that the peer will address us by. */
  readonly ownCid?: Uint8Array;
  /** A session to keep for resumption. */
  readonly remember?: TlsSession;
  /** The id of the session that was taken up again. */
  readonly resumed?: Uint8Array;
  readonly lookup?: CredentialQuestion;
  readonly established?: VerifiedPeer;
}

/** Messages that are sent, and retransmitted, together (RFC 6347 4.2.4). */
export interface Flight {
  readonly items: readonly FlightItem[];
  /** Whether an answer is expected: only then does time retransmit it. */
  readonly answered: boolean;
}

export type FlightItem =
  | { readonly kind: 'handshake'; readonly epoch: 0 | 1; readonly raw: Uint8Array }
  | { readonly kind: 'change_cipher_spec' };

/** One role's machine. */
export interface Machine<State extends { readonly kind: string }> {
  /** Also the oracle of the test matrix. */
  readonly accepts: { readonly [K in State['kind']]: readonly InputName[] };
  /** States in which what belongs behind the peer's ChangeCipherSpec, or that itself, may have overtaken its flight. */
  readonly keepsEarly: readonly State['kind'][];
  readonly step: (context: StepContext, state: State, input: Input) => Outcome<State>;
  /** What a record that does not authenticate means while this state waits for the peer's Finished. */
  readonly onBadFinished: (state: State) => 'wrong-key' | 'unknown-identity';
  /** Who the peer has said it is, so far. */
  readonly claimed: (state: State) => Claim | null;
}

/** Everything either side has said, message by message, as signatures, Finished and extended master secret cover it. */
export type Transcript = readonly Uint8Array[];
