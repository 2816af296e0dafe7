/** ChangeCipherSpec and Finished where they end a handshake: the server's in a full one, the client's when resuming. */
import { rawMessage } from '../message/handshake.ts';
import { finishedData, type Keys } from './key-schedule.ts';
import type { Flight, StepContext, Transcript } from './machine.ts';

/** The peer has nothing more to say behind it: only its repeated Finished brings this flight again. */
export function lastFlight(
  context: StepContext,
  side: 'client' | 'server',
  { masterKey }: Keys,
  heard: Transcript,
  messageSeq: number,
): Flight {
  const verifyData = finishedData(context.crypto, masterKey, side, heard);
  const raw = rawMessage('finished', messageSeq, verifyData);
  return { items: [{ kind: 'change_cipher_spec' }, { kind: 'handshake', epoch: 1, raw }], answered: false };
}

/** Nothing to send, and nothing to send again. */
export const NO_FLIGHT: Flight = { items: [], answered: false };
