/** Every bound and every time of the CoAP endpoint. */
import { type Duration, seconds } from '../base/index.ts';

export interface CoapLimits {
  /** ACK_TIMEOUT (RFC 7252 4.8): the first wait for an ACK lies between this and `ackRandomFactor` times this. */
  readonly ackTimeout: Duration;
  /** ACK_RANDOM_FACTOR. */
  readonly ackRandomFactor: number;
  /** MAX_RETRANSMIT: how often an unacknowledged CON is sent again. */
  readonly retransmitMax: number;
  /** NSTART: our requests to one peer that have neither an ACK nor a response. Relays raise it upstream. */
  readonly nstart: number;
  /** EXCHANGE_LIFETIME: how long a Message ID of a CON is remembered, and how long one of ours is not used again. */
  readonly exchangeLifetime: Duration;
  /** NON_LIFETIME: how long the Message ID of a NON is remembered. */
  readonly nonLifetime: Duration;
  /** How long an answer may take to be piggybacked; after that the CON gets an empty ACK. Less than ACK_TIMEOUT. */
  readonly processingDelay: Duration;
  /** Peers with any state. A peer has none before its first request and some minutes after its last. */
  readonly peersMax: number;
  /** Requests of one peer that wait for our answer. */
  readonly serverExchangesPerPeerMax: number;
  /** Requests of all peers that wait for our answer. */
  readonly serverExchangesMax: number;
  /** Our requests to one peer that wait for its response, queued ones included. */
  readonly clientExchangesPerPeerMax: number;
  /** Our requests to all peers that wait for a response. */
  readonly clientExchangesMax: number;
  /** Our requests to one peer that wait for NSTART to allow them. */
  readonly queuedPerPeerMax: number;
  /** Answers remembered for one peer, to recognise duplicates and answer them again (see answer-log.ts). */
  readonly answersPerPeerMax: number;
  /** Memory for them, in cells of 64 bytes (an answer takes its length and 13 bytes); at most 65,536. */
  readonly answerBytesPerPeerMax: number;
  /** Memory for the answers to all peers. */
  readonly answerBytesMax: number;
  /** Pings and rejected messages of one peer that get an RST, per second. */
  readonly resetsPerSecondMax: number;
  /** Options of one message. */
  readonly optionsMax: number;
  /** Bytes of all option values of one message. */
  readonly optionBytesMax: number;
  /** Payload of one message. */
  readonly payloadBytesMax: number;
}

/** RFC 7252 4.8 and, where it leaves the choice to us, room for a busy device. */
export const COAP_LIMITS: CoapLimits = {
  ackTimeout: seconds(2),
  ackRandomFactor: 1.5,
  retransmitMax: 4,
  nstart: 1,
  exchangeLifetime: seconds(247),
  nonLifetime: seconds(145),
  processingDelay: seconds(1),
  peersMax: 200_000,
  serverExchangesPerPeerMax: 256,
  serverExchangesMax: 65_536,
  clientExchangesPerPeerMax: 4_096,
  clientExchangesMax: 65_536,
  queuedPerPeerMax: 64,
  answersPerPeerMax: 64,
  answerBytesPerPeerMax: 4_096,
  answerBytesMax: 0x1000_0000,
  resetsPerSecondMax: 20,
  optionsMax: 64,
  optionBytesMax: 2_048,
  payloadBytesMax: 8_192,
};
