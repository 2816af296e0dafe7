/** The client's Finished -> verified peer, ChangeCipherSpec and our Finished. */
import { assert, concat } from '../../../base/index.ts';
import { rawMessage } from '../../message/handshake.ts';
import { finishedData } from '../key-schedule.ts';
import type { MessageInput, Outcome, StepContext } from '../machine.ts';
import { verifyFinished } from '../verify-finished.ts';
import type { ExpectFinished, ServerState } from './states.ts';

export function onFinished(
  context: StepContext,
  state: ExpectFinished,
  { message }: MessageInput,
): Outcome<ServerState> {
  const { hello, transcript, identity, credential, keys } = state;
  const { agreement } = hello;
  const peer = verifyFinished(
    context,
    message,
    { side: 'client', keys, transcript, agreement },
    { identity, credential: credential ?? '' },
  );
  // Keys nobody knows cannot have made this Finished; were it so, the answer is not a session.
  assert(credential !== null, 'an unknown identity never verifies');
  const heard = concat(transcript, message.raw);
  const data = finishedData(context.crypto, agreement.suite.hash, keys.master, 'server', heard);
  const finished = rawMessage('finished', hello.sendSeq, data);
  keys.master.fill(0);
  return {
    next: { kind: 'established' },
    flight: {
      items: [{ kind: 'change_cipher_spec' }, { kind: 'handshake', epoch: 1, raw: finished }],
      // The client has nothing more to say: only a repeated Finished brings this flight again.
      answered: false,
    },
    write: keys.serverWrite,
    established: peer,
  };
}
