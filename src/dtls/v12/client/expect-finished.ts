/** The server's Finished -> verified peer; where a session was resumed, ours follows. */
import { wipeMaster } from '../key-schedule.ts';
import { lastFlight, NO_FLIGHT } from '../last-flight.ts';
import type { MessageInput, Outcome, StepContext } from '../machine.ts';
import { verifyFinished } from '../verify-finished.ts';
import type { ClientState, ExpectFinished } from './states.ts';

export function onFinished(
  context: StepContext,
  state: ExpectFinished,
  { message }: MessageInput,
): Outcome<ClientState> {
  const { suite, extendedMasterSecret, transcript, claim, credential, keys, sessionId, finishedSeq } = state;
  const established = verifyFinished(
    context,
    message,
    { side: 'server', keys, transcript, suite },
    { claim, credential, extendedMasterSecret, resumed: finishedSeq !== null },
  );
  const heard = [...transcript, message.raw];
  const flight = finishedSeq === null ? NO_FLIGHT : lastFlight(context, 'client', keys, heard, finishedSeq);
  const remember =
    sessionId.length === 0
      ? {}
      : { remember: { id: sessionId, suite: suite.id, master: keys.master.slice(), claim, credential } };
  wipeMaster(context.crypto, keys);
  return { next: { kind: 'established' }, flight, write: keys.clientWrite, established, ...remember };
}
