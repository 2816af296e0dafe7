/** Is this message the first with its Message ID (RFC 7252 4.5)? For requests and for CON responses alike. */
import type { Instant } from '../base/index.ts';
import { encodeEmpty } from './codec/index.ts';
import type { CoapEffects } from './effect.ts';
import type { Message, MessageId } from './message.ts';
import type { Peer, Peers } from './peer.ts';

/**
 * `duplicate`: seen before, and the reaction is in `effects`: the stored answer, an empty ACK if one was sent and the
 * answer is still to come, or silence. `doubtful`: see answer-log.ts.
 */
export function recollect(
  now: Instant,
  peer: Peer,
  message: Message,
  effects: CoapEffects,
): 'new' | 'doubtful' | 'duplicate' {
  const { answers } = peer;
  if (answers === undefined) return 'new';
  const { messageId } = message;
  if (answers.isBeyond(messageId)) return answers.isDoubtful(now, messageId) ? 'doubtful' : 'new';
  for (let open = peer.open; open !== undefined; open = open.nextOfPeer) {
    if (open.messageId !== messageId) continue;
    const acknowledged = open.confirmable && open.phase === 'acknowledged' && message.type === 'CON';
    if (acknowledged) effects.push({ kind: 'send', peer: peer.id, bytes: encodeEmpty('ACK', messageId) });
    effects.push({ kind: 'dropped', peer: peer.id, reason: 'duplicate' });
    return 'duplicate';
  }
  const known = answers.recall(now, messageId);
  if (typeof known !== 'number') return known;
  const answer = answers.answerAt(known);
  if (answer.length > 0 && message.type === 'CON') {
    effects.push({ kind: 'send', peer: peer.id, bytes: answer });
  }
  effects.push({ kind: 'dropped', peer: peer.id, reason: 'duplicate' });
  return 'duplicate';
}

/** Notes that `messageId` has been accepted from `peer`. */
export function noteAccepted(now: Instant, peers: Peers, peer: Peer, messageId: MessageId): void {
  const answers = peers.answersOf(peer);
  answers.note(now, messageId);
  if (!answers.isWide) return;
  answers.rebase(messageId);
  for (let open = peer.open; open !== undefined; open = open.nextOfPeer) answers.note(now, open.messageId);
}
