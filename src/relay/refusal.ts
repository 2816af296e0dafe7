/** Every way in which a request ends without the backend's answer, and what the device sees of it: a closed table. */
import { CODE, type Code, type CoapOption, option, OPTION, type Response } from '../coap/index.ts';
import { utf8 } from '../base/index.ts';

export const REFUSALS = [
  'unauthenticated', // the principal's credential is not, or no longer, valid
  'denied',
  'no-route',
  'unknown-method',
  'malformed-path', // a path that means different things to different readers
  'unsafe-option', // an option that a proxy must know to forward, and we do not (RFC 7252 5.7.1)
  'proxying', // Proxy-Uri, Proxy-Scheme: this is a reverse proxy only
  'bad-hop-limit',
  'hop-limit-reached', // RFC 8768: most likely a loop
  'rate-limited',
  'overloaded', // jobs of all, of this connection or of this backend are at their limit
  'draining',
  'stale', // trust has not been heard of for too long: nobody knows what has been revoked
  'unreachable',
  'bad-answer', // the backend answered with what must not be forwarded
  'timeout',
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** How a request ended: with the backend's answer, refused, or without anybody left to answer. */
export const OUTCOMES = ['answered', 'abandoned', ...REFUSALS] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * The response of a refusal. Its payload is the decision's id and nothing more: reasons are for the operator.
 *
 * @param waitSeconds when trying again makes sense, for the refusals that say so; becomes Max-Age.
 */
export function refusalResponse(refusal: Refusal, decision: string, waitSeconds = WAIT_SECONDS): Response {
  const options: CoapOption[] = WAITING.has(refusal) ? [option(OPTION.MAX_AGE, waitSeconds)] : [];
  return { code: REFUSAL_CODES[refusal], options, payload: utf8(decision) };
}

/** Interfaces: codes on the wire. */
export const REFUSAL_CODES = {
  unauthenticated: CODE.UNAUTHORIZED,
  denied: CODE.FORBIDDEN,
  'no-route': CODE.NOT_FOUND,
  'unknown-method': CODE.METHOD_NOT_ALLOWED,
  'malformed-path': CODE.BAD_REQUEST,
  'unsafe-option': CODE.BAD_OPTION,
  proxying: CODE.PROXYING_NOT_SUPPORTED,
  'bad-hop-limit': CODE.BAD_REQUEST,
  'hop-limit-reached': CODE.HOP_LIMIT_REACHED,
  'rate-limited': CODE.TOO_MANY_REQUESTS,
  overloaded: CODE.SERVICE_UNAVAILABLE,
  draining: CODE.SERVICE_UNAVAILABLE,
  stale: CODE.SERVICE_UNAVAILABLE,
  unreachable: CODE.BAD_GATEWAY,
  'bad-answer': CODE.BAD_GATEWAY,
  timeout: CODE.GATEWAY_TIMEOUT,
} as const satisfies Record<Refusal, Code>;

/** Refusals that pass: their Max-Age says when to try again (RFC 7252 5.9.3.4, RFC 8516). */
const WAITING: ReadonlySet<Refusal> = new Set(['rate-limited', 'overloaded', 'draining', 'stale']);
const WAIT_SECONDS = 5;
