/** ClientKeyExchange -> the identity goes to the driver as a question; the answer may take its time. */
import { concat } from '../../../base/index.ts';
import { bodyOf } from '../../message/handshake.ts';
import { decodePskLabel } from '../../message/key-exchange.ts';
import { violation } from '../../violation.ts';
import type { MessageInput, Outcome, StepContext } from '../machine.ts';
import type { ExpectClientKeyExchange, ServerState } from './states.ts';

export function onClientKeyExchange(
  context: StepContext,
  state: ExpectClientKeyExchange,
  { message }: MessageInput,
): Outcome<ServerState> {
  const identity = decodePskLabel(bodyOf(message.raw));
  if (identity.length > context.limits.identityBytesMax) violation('illegal-parameter');
  return {
    next: {
      kind: 'await-credential',
      hello: state.hello,
      transcript: concat(state.transcript, message.raw),
      identity,
    },
    lookup: { kind: 'psk', identity },
  };
}
