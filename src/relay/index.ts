/**
 * relay: from a device's request to a backend and back. Pure; between the CoAP endpoint and the backends.
 *
 *   request --takeApart--> path, options --matchRoute--> resource --decide--> permit --> job --> backend
 *   response <--passBack-- backend's answer <--complete-- job                   \--> refusal (closed table)
 *
 * Claims: RFC 7252 5.7 (reverse proxy), RFC 8768, RFC 8516.
 * Invariants: the object that was authorised is the one that is forwarded; no path, option or host of a request can
 * name a backend, only a route can; every job ends once; jobs are bounded in all, by backend and by connection.
 * Not here: `/claim`, which the shard answers before any route is asked; forward proxying, caching, observation,
 * block-wise assembly (blocks travel through one by one).
 */
export {
  type BackendAnswer,
  type BackendFailure,
  type Caller,
  type Job,
  type JobId,
  type RelayedRequest,
} from './job.ts';
export type { RateLimits } from './rate.ts';
export { OUTCOMES, type Outcome, REFUSAL_CODES, REFUSALS, type Refusal, refusalResponse } from './refusal.ts';
export {
  type Asked,
  type Completed,
  type Forward,
  type Own,
  Relay,
  type RelayLimits,
  type RelayOptions,
  type Refused,
  type Ungrounded,
} from './relay.ts';
export {
  compileRoutes,
  type Match,
  matchRoute,
  parseTemplate,
  type Route,
  type RouteProblem,
  type RouteRule,
  type RouteTable,
  type Template,
} from './route.ts';
