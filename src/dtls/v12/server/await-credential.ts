/** The driver's answer -> keys. An unknown identity goes on with a random key: only Finished may tell (RFC 4279 2). */
import type { CredentialAnswer } from '../../effect.ts';
import { deriveKeys } from '../key-schedule.ts';
import type { Outcome, StepContext } from '../machine.ts';
import type { AwaitCredential, ServerState } from './states.ts';

export function onCredential(
  context: StepContext,
  state: AwaitCredential,
  answer: CredentialAnswer,
): Outcome<ServerState> {
  const { agreement, randoms } = state.hello;
  // Drawn in both cases, so that both cases do the same work.
  const nobody = context.entropy(UNKNOWN_KEY_BYTES);
  // A key without bytes, such as one disposed of meanwhile, is nobody's: anyone could guess it.
  const known = answer.kind === 'psk' && answer.key.length > 0 ? answer : null;
  const psk = known?.key.reveal() ?? nobody;
  const { transcript } = state;
  const { extendedMasterSecret } = agreement;
  const keys = deriveKeys(context.crypto, agreement.suite, psk, {
    randoms,
    transcript,
    extendedMasterSecret,
  });
  nobody.fill(0);
  return {
    next: {
      kind: 'expect-change-cipher-spec',
      hello: state.hello,
      transcript,
      identity: state.identity,
      credential: known?.credential ?? null,
      keys,
    },
    read: keys.clientWrite,
  };
}

const UNKNOWN_KEY_BYTES = 16;
