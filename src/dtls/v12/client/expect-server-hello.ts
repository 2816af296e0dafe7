/** HelloVerifyRequest -> the hello again with its cookie; ServerHello -> agreement. */
import { concat } from '../../../base/index.ts';
import { encodeClientHello } from '../../message/client-hello.ts';
import { bodyOf, rawMessage } from '../../message/handshake.ts';
import { decodeHelloVerifyRequest } from '../../message/hello-verify-request.ts';
import { decodeServerHello } from '../../message/server-hello.ts';
import type { MessageInput, Outcome, StepContext } from '../machine.ts';
import { acceptChoice } from '../negotiate.ts';
import type { ClientState, ExpectServerHello } from './states.ts';

/** Everything but the cookie stays as it was (RFC 6347 4.2.1); neither message enters the transcript (4.2.6). */
export function onHelloVerifyRequest(
  state: ExpectServerHello,
  { message }: MessageInput,
): Outcome<ClientState> {
  const { cookie } = decodeHelloVerifyRequest(bodyOf(message.raw));
  const offer = { ...state.offer, cookie: cookie.slice() };
  const raw = rawMessage('client_hello', state.sendSeq, encodeClientHello(offer));
  return {
    next: { ...state, offer, transcript: raw, sendSeq: state.sendSeq + 1 },
    flight: { items: [{ kind: 'handshake', epoch: 0, raw }], answered: true },
  };
}

export function onServerHello(
  context: StepContext,
  state: ExpectServerHello,
  { message }: MessageInput,
): Outcome<ClientState> {
  const chosen = decodeServerHello(bodyOf(message.raw));
  const agreement = acceptChoice(state.offer, chosen, context.settings);
  return {
    next: {
      kind: 'expect-server-hello-done',
      client: state.client,
      agreement,
      randoms: { client: state.offer.random, server: chosen.random },
      transcript: concat(state.transcript, message.raw),
      sendSeq: state.sendSeq,
      hinted: false,
    },
    sendLimit: agreement.sendLimit,
  };
}
