/** The one place where a peer becomes a verified one: its Finished matches what we have heard and derived. */
import type { Claim, VerifiedPeer } from '../effect.ts';
import { bodyOf, type HandshakeMessage } from '../message/handshake.ts';
import type { CipherSuite } from '../suite/registry.ts';
import { violation } from '../violation.ts';
import { finishedData, type Keys } from './key-schedule.ts';
import type { StepContext, Transcript } from './machine.ts';

/**
 * Compares `verify_data` in constant time (RFC 5246 7.4.9); a mismatch violates 'verify-failed'. The result is the
 * proof that everything behind this line may rely on.
 */
export function verifyFinished(
  context: StepContext,
  finished: HandshakeMessage,
  expected: { side: 'client' | 'server'; keys: Keys; transcript: Transcript; suite: CipherSuite },
  peer: { claim: Claim; credential: string; extendedMasterSecret: boolean; resumed: boolean },
): VerifiedPeer {
  const { side, keys, transcript, suite } = expected;
  const verifyData = finishedData(context.crypto, keys.masterKey, side, transcript);
  if (!context.crypto.equal(verifyData, bodyOf(finished.raw))) violation('verify-failed');
  return { ...peer, suite: suite.name } as VerifiedPeer;
}
