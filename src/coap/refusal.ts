/** Answers that the endpoint gives by itself. They follow from the request alone, so a duplicate needs no memory. */
import { EMPTY, type Instant } from '../base/index.ts';
import { encodeParts, OPTION, optionsOf } from './codec/index.ts';
import type { CoapEffects, PeerId } from './effect.ts';
import type { Code, CoapOption, Message } from './message.ts';
import type { Peers } from './peer.ts';

export interface Refusal {
  readonly code: Code;
  readonly options: readonly CoapOption[];
  /** A diagnostic for the author of the client (RFC 7252 5.5.2). */
  readonly payload: Uint8Array;
}

/** A refusal that says nothing beyond its code. */
export const plainRefusal = (code: Code): Refusal => ({ code, options: [], payload: EMPTY });

/** A refusal that bids the client to wait (RFC 7252 5.9.3.4, RFC 8516). */
export const busyRefusal = (code: Code): Refusal => ({
  code,
  options: optionsOf([OPTION.MAX_AGE, RETRY_AFTER_SECONDS]),
  payload: EMPTY,
});

/** Answers the CON or NON request `asked`: piggybacked, or as a NON when a Message ID is free for it. */
export function refuse(
  now: Instant,
  peers: Peers,
  id: PeerId,
  asked: Pick<Message, 'type' | 'messageId' | 'token'>,
  refusal: Refusal,
  effects: CoapEffects,
): void {
  let messageId: Message['messageId'] | undefined = asked.messageId;
  if (asked.type !== 'CON') {
    const peer = peers.open(now, id);
    messageId = peer === undefined ? undefined : peers.allocateMessageId(now, peer);
    if (messageId === undefined) return;
  }
  const type = asked.type === 'CON' ? 'ACK' : 'NON';
  const bytes = encodeParts(type, refusal.code, messageId, asked.token, refusal.options, refusal.payload);
  effects.push({ kind: 'send', peer: id, bytes });
}

const RETRY_AFTER_SECONDS = 5;
