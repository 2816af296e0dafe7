/**
 * The vocabulary of RFC 7252: messages as they travel, requests and responses as the layers above see them.
 * Everything here is plain data in memory of its own: nothing refers to a received datagram. A payload of more than
 * 64 bytes may be a piece of a larger block (base/slab.ts), which whoever keeps it for minutes should not keep alive.
 */
import type { Brand } from '../base/index.ts';

export type MessageType = 'CON' | 'NON' | 'ACK' | 'RST';

/** 16 bits that match an ACK or RST to its message and find duplicates (RFC 7252 4.4, 4.5). */
export type MessageId = Brand<number, 'MessageId'>;

/** Method or response code as its byte on the wire: 0x45 is 2.05 (RFC 7252 3). */
export type Code = Brand<number, 'Code'>;

export interface CoapOption {
  /** 0..65535; what it means is in codec/option-registry.ts. */
  readonly number: number;
  readonly value: Uint8Array;
}

/** One datagram, decoded. */
export interface Message {
  readonly type: MessageType;
  readonly code: Code;
  readonly messageId: MessageId;
  /** 0..8 bytes, opaque. */
  readonly token: Uint8Array;
  /** In ascending order of number; among equal numbers, in the order of the datagram. */
  readonly options: readonly CoapOption[];
  readonly payload: Uint8Array;
}

/** A request without what belongs to its message: type, Message ID, token. */
export interface Request {
  readonly code: Code;
  readonly options: readonly CoapOption[];
  readonly payload: Uint8Array;
  /** Sent (or to be sent) as a CON rather than as a NON. */
  readonly confirmable: boolean;
}

/** A response without what belongs to its message. */
export interface Response {
  readonly code: Code;
  readonly options: readonly CoapOption[];
  readonly payload: Uint8Array;
}

export const messageId = (value: number): MessageId => (value & 0xffff) as MessageId;
