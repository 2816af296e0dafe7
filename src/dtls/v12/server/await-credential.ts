/**
 * The driver's answer -> keys. An unknown PSK identity goes on with a random key: only Finished may tell (RFC 4279
 * 2).
 */
import { EMPTY } from '../../../base/index.ts';
import type { Claim, CredentialAnswer } from '../../effect.ts';
import { violation } from '../../violation.ts';
import { deriveMaster, expandKeys, pskPremaster } from '../key-schedule.ts';
import type { Outcome, StepContext } from '../machine.ts';
import type { AwaitCredential, ServerState } from './states.ts';

export function onCredential(
  context: StepContext,
  state: AwaitCredential,
  answer: CredentialAnswer,
): Outcome<ServerState> {
  const { secret, claim } = state;
  const known = secret.kind === 'psk' ? knownKey(answer) : null;
  const credential =
    secret.kind === 'psk' ? (known?.credential ?? null) : acceptedCertificate(answer, claim.kind);
  const master = secret.kind === 'psk' ? masterFromPsk(context, state, secret.agreed, known) : secret.master;
  return keyed(context, state, credential, master);
}

/** The master secret -> the keys of the connection; what is left is the client's Finished. */
export function keyed(
  context: StepContext,
  state: Pick<AwaitCredential, 'hello' | 'transcript' | 'claim'>,
  credential: string | null,
  master: Uint8Array,
): Outcome<ServerState> {
  const { hello, transcript, claim } = state;
  const { suite, extendedMasterSecret, peerCid } = hello.agreement;
  const cids = { toServer: hello.ownCid, toClient: peerCid ?? EMPTY };
  const keys = expandKeys(context.crypto, suite, master, hello.randoms, cids);
  return {
    next: {
      kind: 'expect-change-cipher-spec',
      suite,
      extendedMasterSecret,
      transcript,
      claim,
      credential,
      keys,
      sessionId: hello.sessionId,
      finishedSeq: hello.sendSeq,
    },
    read: keys.clientWrite,
  };
}

type KnownKey = Extract<CredentialAnswer, { kind: 'psk' }>;

/** A key without bytes, such as one disposed of meanwhile, is nobody's: anyone could guess it. */
function knownKey(answer: CredentialAnswer): KnownKey | null {
  return answer.kind === 'psk' && answer.key.length > 0 ? answer : null;
}

function acceptedCertificate(answer: CredentialAnswer, kind: Claim['kind']): string {
  if (answer.kind === 'accepted') return answer.credential;
  if (answer.kind === 'refused') return violation(answer.reason);
  return violation(kind === 'rpk' ? 'unknown-key' : 'unknown-authority');
}

function masterFromPsk(
  context: StepContext,
  state: AwaitCredential,
  agreed: Uint8Array | null,
  known: KnownKey | null,
): Uint8Array {
  const { agreement, randoms } = state.hello;
  // Drawn in both cases, so that both cases do the same work.
  const nobody = context.entropy(UNKNOWN_KEY_BYTES);
  const psk = known?.key.reveal() ?? nobody;
  const premaster = agreed === null ? pskPremaster(psk) : pskPremaster(psk, agreed);
  nobody.fill(0);
  const { suite, extendedMasterSecret } = agreement;
  return deriveMaster(context.crypto, suite.hash, premaster, {
    randoms,
    transcript: state.transcript,
    extendedMasterSecret,
  });
}

const UNKNOWN_KEY_BYTES = 16;
