/** The server's Finished -> verified peer. */
import type { MessageInput, Outcome, StepContext } from '../machine.ts';
import { verifyFinished } from '../verify-finished.ts';
import type { ClientState, ExpectFinished } from './states.ts';

export function onFinished(
  context: StepContext,
  state: ExpectFinished,
  { message }: MessageInput,
): Outcome<ClientState> {
  const { identity, agreement, transcript, keys } = state;
  const established = verifyFinished(
    context,
    message,
    { side: 'server', keys, transcript, agreement },
    { identity, credential: '' },
  );
  keys.master.fill(0);
  return { next: { kind: 'established' }, flight: { items: [], answered: false }, established };
}
