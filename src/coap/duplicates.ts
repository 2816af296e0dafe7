/** Is this message the first with its Message ID (RFC 7252 4.5)? For requests and for CON responses alike. */
import type { Instant } from '../base/index.ts';
import { isBeyond, isDoubtful } from './answer-log.ts';
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
  peers: Peers,
  peer: Peer,
  message: Message,
  effects: CoapEffects,
): 'new' | 'doubtful' | 'duplicate' {
  const { messageId } = message;
  if (isBeyond(peer, messageId)) return isDoubtful(now, peer, messageId) ? 'doubtful' : 'new';
  for (let open = peer.open; open !== undefined; open = open.nextOfPeer) {
    if (open.messageId !== messageId) continue;
    const acknowledged = open.confirmable && open.phase === 'acknowledged' && message.type === 'CON';
    if (acknowledged) effects.push({ kind: 'send', peer: peer.id, bytes: encodeEmpty('ACK', messageId) });
    effects.push({ kind: 'dropped', peer: peer.id, reason: 'duplicate' });
    return 'duplicate';
  }
  const answer = peers.answers.recall(now, peer, messageId);
  if (typeof answer === 'string') return answer;
  if (answer.length > 0 && message.type === 'CON') {
    effects.push({ kind: 'send', peer: peer.id, bytes: answer });
  }
  effects.push({ kind: 'dropped', peer: peer.id, reason: 'duplicate' });
  return 'duplicate';
}

/** Notes that `messageId` has been accepted from `peer`. */
export function noteAccepted(now: Instant, peers: Peers, peer: Peer, messageId: MessageId): void {
  if (!peers.answers.note(now, peer, messageId)) return;
  const ids: MessageId[] = [];
  for (let open = peer.open; open !== undefined; open = open.nextOfPeer) ids.push(open.messageId);
  peers.answers.narrow(peer, messageId, ids);
}
