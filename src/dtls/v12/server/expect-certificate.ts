/** The client's Certificate -> the key it says is its own. Whose it is, is asked when possession is proved. */
import { decodeCertificate } from '../../message/certificate.ts';
import { bodyOf } from '../../message/handshake.ts';
import { certifiedKey } from '../certified-key.ts';
import { violation } from '../../violation.ts';
import type { MessageInput, Outcome, StepContext } from '../machine.ts';
import type { ExpectCertificate, ServerState } from './states.ts';

export function onCertificate(
  context: StepContext,
  state: ExpectCertificate,
  { message }: MessageInput,
): Outcome<ServerState> {
  const { hello, ephemeral } = state;
  const { exchange } = hello.agreement;
  const type = exchange.kind === 'ecdhe_ecdsa' ? exchange.clientType : 'x509';
  const content = decodeCertificate(bodyOf(message.raw), type, context.limits.chainMax);
  // RFC 5246 7.4.6 lets the server go on without; here nobody becomes a principal by having nothing (threat K09).
  if (content.length === 0) violation('no-certificate');
  return {
    next: {
      kind: 'expect-client-key-exchange',
      hello,
      transcript: [...state.transcript, message.raw],
      ephemeral,
      certified: certifiedKey(context.crypto, type, content),
    },
  };
}
