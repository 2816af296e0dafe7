/** ClientHello with a proven cookie -> the server's flight, or first the question whether a session may be resumed. */
import type { CredentialAnswer } from '../../effect.ts';
import { decodeClientHello } from '../../message/client-hello.ts';
import { bodyOf } from '../../message/handshake.ts';
import { suiteById } from '../../suite/registry.ts';
import { violation } from '../../violation.ts';
import type { MessageInput, Outcome, StepContext } from '../machine.ts';
import { negotiateTerms, offersSuite } from '../negotiate.ts';
import { abbreviatedFlight, fullFlight } from './server-flight.ts';
import type { AwaitResumption, ExpectClientHello, ServerState } from './states.ts';

export function onClientHello(
  context: StepContext,
  state: ExpectClientHello,
  { message }: MessageInput,
): Outcome<ServerState> {
  const offer = decodeClientHello(bodyOf(message.raw));
  const terms = negotiateTerms(offer, context.settings);
  const session = offer.sessionId.length > 0 ? context.findSession(offer.sessionId) : undefined;
  const suite = session && suiteById(session.suite);
  // The suite must be offered again (RFC 5246 7.4.1.2); the identity never changes: it is the session's (threat K15).
  if (session !== undefined && suite !== undefined && offersSuite(offer, suite)) {
    // A session with extended master secret is not resumed without it, and whoever asks for that is sent away (RFC
    // 7627 5.3): no client forgets an extension between two hellos.
    if (!terms.extendedMasterSecret) violation('extended-master-secret-required');
    return {
      next: { kind: 'await-resumption', avoid: state.avoid, offer, terms, message, session, suite },
      lookup: { kind: 'resume', credential: session.credential, claim: session.claim },
    };
  }
  return fullFlight(context, { offer, terms, message }, state.avoid);
}

/** A credential that is gone is a full handshake, which will fail on its own ground. */
export function onResumptionAnswer(
  context: StepContext,
  state: AwaitResumption,
  answer: CredentialAnswer,
): Outcome<ServerState> {
  return answer.kind === 'accepted'
    ? abbreviatedFlight(context, state)
    : fullFlight(context, state, state.avoid);
}
