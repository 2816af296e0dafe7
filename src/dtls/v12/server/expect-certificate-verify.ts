/** CertificateVerify -> possession of the key is proved; only now is anybody asked whose it is. */
import { concat } from '../../../base/index.ts';
import { bodyOf } from '../../message/handshake.ts';
import { decodeCertificateVerify } from '../../message/signature.ts';
import { fitsKey, signatureById } from '../../suite/signatures.ts';
import { violation } from '../../violation.ts';
import type { MessageInput, Outcome, StepContext } from '../machine.ts';
import type { ExpectCertificateVerify, ServerState } from './states.ts';

export function onCertificateVerify(
  context: StepContext,
  state: ExpectCertificateVerify,
  { message }: MessageInput,
): Outcome<ServerState> {
  const { hello, certified, master } = state;
  const { algorithm, signature } = decodeCertificateVerify(bodyOf(message.raw));
  const scheme = signatureById(algorithm);
  if (scheme === undefined || !fitsKey(scheme, certified.key.kind)) violation('illegal-parameter');
  const signed = concat(...state.transcript);
  if (scheme === undefined || !context.crypto.verify(scheme.name, certified.key, signed, signature)) {
    violation('verify-failed');
  }
  return {
    next: {
      kind: 'await-credential',
      hello,
      transcript: [...state.transcript, message.raw],
      claim: certified.claim,
      secret: { kind: 'master', master },
    },
    lookup: certified.claim,
  };
}
