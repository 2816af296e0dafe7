/** HelloVerifyRequest -> the hello again with its cookie; ServerHello -> agreement, or a session taken up again. */
import { EMPTY, equalBytes } from '../../../base/index.ts';
import { encodeClientHello } from '../../message/client-hello.ts';
import { bodyOf, rawMessage } from '../../message/handshake.ts';
import { decodeHelloVerifyRequest } from '../../message/hello-verify-request.ts';
import { decodeServerHello, type ServerHello } from '../../message/server-hello.ts';
import { violation } from '../../violation.ts';
import { type Accepted, acceptChoice } from '../accept-choice.ts';
import { expandKeys } from '../key-schedule.ts';
import type { MessageInput, Outcome, StepContext, Transcript } from '../machine.ts';
import type { TlsSession } from '../resumption.ts';
import type { ClientState, ExpectServerHello } from './states.ts';

/** Everything but the cookie stays as it was (RFC 6347 4.2.1); neither message enters the transcript (4.2.6). */
export function onHelloVerifyRequest(
  state: ExpectServerHello,
  { message }: MessageInput,
): Outcome<ClientState> {
  // A cookie may have aged on the way, once; a server that is never content is none.
  if (state.sendSeq > CHALLENGES_MAX) violation('unexpected-message');
  const { cookie } = decodeHelloVerifyRequest(bodyOf(message.raw));
  const offer = { ...state.offer, cookie: cookie.slice() };
  const raw = rawMessage('client_hello', state.sendSeq, encodeClientHello(offer));
  return {
    next: { ...state, offer, transcript: [raw], sendSeq: state.sendSeq + 1 },
    flight: { items: [{ kind: 'handshake', epoch: 0, raw }], answered: true },
  };
}

export function onServerHello(
  context: StepContext,
  state: ExpectServerHello,
  { message }: MessageInput,
): Outcome<ClientState> {
  const chosen = decodeServerHello(bodyOf(message.raw));
  const accepted = acceptChoice(state.offer, chosen, context.settings);
  const transcript = [...state.transcript, message.raw];
  const { resume } = state.client;
  const ownCid = accepted.cidAgreed ? (state.offer.extensions.connectionId ?? EMPTY) : EMPTY;
  if (resume !== undefined && equalBytes(resume.id, chosen.sessionId)) {
    return resumed(context, state, { chosen, accepted, transcript, ownCid }, resume);
  }
  return {
    next: {
      kind: 'expect-server-flight',
      client: state.client,
      accepted,
      randoms: { client: state.offer.random, server: chosen.random },
      ownCid,
      sessionId: chosen.sessionId,
      transcript,
      sendSeq: state.sendSeq,
      certified: null,
      keyExchange: null,
      request: null,
    },
    sendLimit: accepted.sendLimit,
    ownCid,
  };
}

/** RFC 5246 7.3, figure 2; suite and extended master secret must be the session's (RFC 7627 5.3). */
function resumed(
  context: StepContext,
  state: ExpectServerHello,
  heard: { chosen: ServerHello; accepted: Accepted; transcript: Transcript; ownCid: Uint8Array },
  session: TlsSession,
): Outcome<ClientState> {
  const { chosen, accepted, transcript, ownCid } = heard;
  if (accepted.suite.id !== session.suite || !accepted.extendedMasterSecret) violation('illegal-parameter');
  const randoms = { client: state.offer.random, server: chosen.random };
  const cids = { toServer: accepted.serverCid, toClient: ownCid };
  const keys = expandKeys(context.crypto, accepted.suite, session.master.slice(), randoms, cids);
  return {
    next: {
      kind: 'expect-change-cipher-spec',
      suite: accepted.suite,
      extendedMasterSecret: true,
      transcript,
      claim: session.claim,
      credential: session.credential,
      keys,
      sessionId: session.id,
      finishedSeq: state.sendSeq,
    },
    read: keys.serverWrite,
    sendLimit: accepted.sendLimit,
    ownCid,
  };
}

/** As many hellos of ours are answered with a question. */
const CHALLENGES_MAX = 4;
