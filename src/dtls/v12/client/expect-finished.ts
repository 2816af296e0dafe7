/** The server's Finished -> verified peer; where a session was resumed, ours follows. */
import { concat } from '../../../base/index.ts';
import { rawMessage } from '../../message/handshake.ts';
import { finishedData } from '../key-schedule.ts';
import type { Flight, MessageInput, Outcome, StepContext } from '../machine.ts';
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
  const heard = concat(transcript, message.raw);
  const flight = finishedSeq === null ? NOTHING : lastFlight(context, state, heard, finishedSeq);
  const remember =
    sessionId.length === 0
      ? {}
      : { remember: { id: sessionId, suite: suite.id, master: keys.master.slice(), claim, credential } };
  keys.master.fill(0);
  return { next: { kind: 'established' }, flight, write: keys.clientWrite, established, ...remember };
}

/** The server waits for it: only a repeated Finished of the server brings it again. */
function lastFlight(
  context: StepContext,
  state: ExpectFinished,
  heard: Uint8Array,
  messageSeq: number,
): Flight {
  const verifyData = finishedData(context.crypto, state.suite.hash, state.keys.master, 'client', heard);
  const raw = rawMessage('finished', messageSeq, verifyData);
  return { items: [{ kind: 'change_cipher_spec' }, { kind: 'handshake', epoch: 1, raw }], answered: false };
}

const NOTHING: Flight = { items: [], answered: false };
