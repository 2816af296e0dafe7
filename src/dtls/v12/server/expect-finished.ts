/** The client's Finished -> verified peer; in a full handshake our ChangeCipherSpec and Finished follow. */
import { assert, concat } from '../../../base/index.ts';
import { rawMessage } from '../../message/handshake.ts';
import { finishedData } from '../key-schedule.ts';
import type { Flight, MessageInput, Outcome, StepContext } from '../machine.ts';
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
  const heard = concat(transcript, message.raw);
  const flight = finishedSeq === null ? NOTHING : lastFlight(context, state, heard, finishedSeq);
  keys.master.fill(0);
  return {
    next: { kind: 'established' },
    flight,
    write: keys.serverWrite,
    established: peer,
    ...(session === undefined ? {} : { remember: session }),
  };
}

/** The client has nothing more to say: only a repeated Finished brings this flight again. */
function lastFlight(
  context: StepContext,
  state: ExpectFinished,
  heard: Uint8Array,
  messageSeq: number,
): Flight {
  const verifyData = finishedData(context.crypto, state.suite.hash, state.keys.master, 'server', heard);
  const finished = rawMessage('finished', messageSeq, verifyData);
  return {
    items: [{ kind: 'change_cipher_spec' }, { kind: 'handshake', epoch: 1, raw: finished }],
    answered: false,
  };
}

function sessionOf(state: ExpectFinished, credential: string): TlsSession {
  const { sessionId, suite, claim, keys } = state;
  return { id: sessionId, suite: suite.id, master: keys.master.slice(), claim, credential };
}

const NOTHING: Flight = { items: [], answered: false };
