/** An optional hint, then ServerHelloDone -> ClientKeyExchange, ChangeCipherSpec, Finished. */
import { concat } from '../../../base/index.ts';
import { bodyOf, rawMessage } from '../../message/handshake.ts';
import { decodePskLabel, encodePskLabel } from '../../message/key-exchange.ts';
import { violation } from '../../violation.ts';
import { deriveKeys, finishedData } from '../key-schedule.ts';
import type { MessageInput, Outcome, StepContext } from '../machine.ts';
import type { ClientState, ExpectServerHelloDone } from './states.ts';

/** The hint is read and not followed: this client has one identity (RFC 4279 5.2). */
export function onServerKeyExchange(
  state: ExpectServerHelloDone,
  { message }: MessageInput,
): Outcome<ClientState> {
  if (state.hinted) violation('unexpected-message');
  decodePskLabel(bodyOf(message.raw));
  return { next: { ...state, hinted: true, transcript: concat(state.transcript, message.raw) } };
}

export function onServerHelloDone(
  context: StepContext,
  state: ExpectServerHelloDone,
  { message }: MessageInput,
): Outcome<ClientState> {
  if (bodyOf(message.raw).length > 0) violation('malformed-message');
  const { agreement, randoms, sendSeq } = state;
  const { suite, extendedMasterSecret } = agreement;
  const { identity, key } = state.client.psk;
  const keyExchange = rawMessage('client_key_exchange', sendSeq, encodePskLabel(identity));
  const transcript = concat(state.transcript, message.raw, keyExchange);
  const keys = deriveKeys(context.crypto, suite, key.reveal(), { randoms, transcript, extendedMasterSecret });
  const data = finishedData(context.crypto, suite.hash, keys.master, 'client', transcript);
  const finished = rawMessage('finished', sendSeq + 1, data);
  return {
    next: {
      kind: 'expect-change-cipher-spec',
      identity,
      agreement,
      transcript: concat(transcript, finished),
      keys,
    },
    flight: {
      items: [
        { kind: 'handshake', epoch: 0, raw: keyExchange },
        { kind: 'change_cipher_spec' },
        { kind: 'handshake', epoch: 1, raw: finished },
      ],
      answered: true,
    },
    read: keys.serverWrite,
    write: keys.clientWrite,
  };
}
