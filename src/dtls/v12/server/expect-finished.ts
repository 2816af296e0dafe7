/** The client's Finished -> verified peer; in a full handshake our ChangeCipherSpec and Finished follow. */
import { assert } from '../../../base/index.ts';
import { wipeMaster } from '../key-schedule.ts';
import { lastFlight, NO_FLIGHT } from '../last-flight.ts';
import type { MessageInput, Outcome, StepContext } from '../machine.ts';
import type { TlsSession } from '../resumption.ts';
import { verifyFinished } from '../verify-finished.ts';
import type { ExpectFinished, ServerState } from './states.ts';

export function onFinished(
  context: StepContext,
  state: ExpectFinished,
  { message }: MessageInput,
): Outcome<ServerState> {
  const { suite, transcript, claim, credential, keys, extendedMasterSecret, finishedSeq } = state;
  const peer = verifyFinished(
    context,
    message,
    { side: 'client', keys, transcript, suite },
    { claim, credential: credential ?? '', extendedMasterSecret, resumed: finishedSeq === null },
  );
  // Keys nobody knows cannot have made this Finished; were it so, the answer is not a session.
  assert(credential !== null, 'an unknown identity never verifies');
  const session =
    state.sessionId.length === 0 || finishedSeq === null ? undefined : sessionOf(state, credential);
  const heard = [...transcript, message.raw];
  const flight = finishedSeq === null ? NO_FLIGHT : lastFlight(context, 'server', keys, heard, finishedSeq);
  wipeMaster(context.crypto, keys);
  return {
    next: { kind: 'established' },
    flight,
    write: keys.serverWrite,
    established: peer,
    ...(session === undefined ? {} : { remember: session }),
    ...(finishedSeq === null ? { resumed: state.sessionId } : {}),
  };
}

function sessionOf(state: ExpectFinished, credential: string): TlsSession {
  const { sessionId, suite, claim, keys } = state;
  return { id: sessionId, suite: suite.id, master: keys.master.slice(), claim, credential };
}
