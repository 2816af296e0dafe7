/** Job: the life of one relayed request, from the permit to the answer. Plain data. */
import type { Brand, Instant } from '../base/index.ts';
import { type Code, type CoapOption, type ExchangeId, type Response } from '../coap/index.ts';
import type { CanonicalRequest, Permit, Principal } from '../policy/index.ts';
import type { Route } from './route.ts';

/** One job of this relay, never given out twice: towards backends it is the key that tells a repetition. */
export type JobId = Brand<number, 'JobId'>;

/** What is authorised and what is forwarded: one object. */
export interface RelayedRequest extends CanonicalRequest {
  readonly method: Code;
  /** All options that travel on but the path (which is `resource.segments`), in ascending order. */
  readonly options: readonly CoapOption[];
  readonly payload: Uint8Array;
  /** The connection it came from: backends that keep state for a client must not mix two of them. */
  readonly connection: number;
}

/** A connection, as the relay sees it. The driver owns it and keeps `principal` true to the current snapshot. */
export interface Caller {
  readonly connection: number;
  /** null once its credential is not valid any more. */
  principal: Principal | null;
  /** Jobs under way; the relay counts. */
  jobs: number;
}

export interface Job {
  readonly id: JobId;
  readonly exchange: ExchangeId;
  readonly caller: Caller;
  readonly request: RelayedRequest;
  readonly route: Route;
  readonly permit: Permit;
  readonly begun: Instant;
}

/** How a backend ends a job. */
export type BackendAnswer =
  | { readonly kind: 'response'; readonly response: Response }
  | { readonly kind: 'failed'; readonly reason: BackendFailure };

export type BackendFailure = 'unreachable' | 'timeout' | 'overloaded' | 'bad-answer';
