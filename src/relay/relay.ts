/**
 * Relay: the pipeline of one request. It decides, counts what is under way and forgets nothing that it forwarded.
 *
 *   ask:       identify -> admit -> take apart -> route -> authorise -> forward
 *   complete:  the backend's answer, translated back; nothing for a job that was dropped meanwhile
 */
import { assert, BoundedMap, BoundedTable, type Instant } from '../base/index.ts';
import type { ExchangeId, Request, Response } from '../coap/index.ts';
import {
  type Action,
  actionOf,
  type Decision,
  type Denial,
  decide,
  type Gate,
  type Principal,
  unownedDenial,
} from '../policy/index.ts';
import type { ActorId, Trust } from '../trust/index.ts';
import type { BackendAnswer, Caller, Job, JobId, RelayedRequest } from './job.ts';
import { RateLimiter, type RateLimits } from './rate.ts';
import { type Outcome, type Refusal, refusalResponse } from './refusal.ts';
import { isOwn, type Match, matchRoute, type Route, type RouteTable } from './route.ts';
import { type Inbound, passBack, takeApart } from './translate.ts';

export interface RelayOptions {
  readonly routes: RouteTable;
  readonly gate: Gate;
  readonly backends: readonly { readonly name: string; readonly inflightMax: number }[];
  readonly limits: RelayLimits;
  /** Makes decision ids of this relay different from those of others. */
  readonly idPrefix: string;
}

export interface RelayLimits extends RateLimits {
  /** Jobs under way in all. */
  readonly jobsMax: number;
  /** Jobs under way of one connection. */
  readonly jobsPerCallerMax: number;
}

/** What became of a request: it is to be forwarded, it is the gateway's own to answer, or it is refused. */
export type Asked = Forward | Own | Refused;

export interface Forward {
  readonly kind: 'forward';
  readonly job: Job;
}

/** A request for a resource of the gateway itself. */
export interface Own {
  readonly kind: 'own';
  readonly action: Action;
  /** The id that a refusal carries. */
  readonly id: string;
}

export interface Refused {
  readonly kind: 'refused';
  readonly refusal: Refusal;
  readonly response: Response;
  /** The id that the response carries. */
  readonly id: string;
  /** What the request does, as far as that is known. */
  readonly action: Action | undefined;
  /** Where there was something to decide. */
  readonly decision: Decision | undefined;
}

export interface Completed {
  readonly job: Job;
  readonly outcome: Outcome;
  readonly response: Response;
}

/** A job that lost the ground it was permitted on. */
export interface Ungrounded {
  readonly job: Job;
  readonly decision: Denial;
  readonly response: Response;
}

export class Relay {
  readonly #routes: RouteTable;
  readonly #gate: Gate;
  readonly #limits: RelayLimits;
  readonly #idPrefix: string;
  readonly #jobs: BoundedTable<JobId, Job>;
  readonly #rate: RateLimiter<ActorId>;
  /** Jobs under way and their limit, by backend. */
  readonly #loads: BoundedMap<string, { jobs: number; readonly jobsMax: number }>;
  #draining = false;
  #stale = false;

  constructor(options: RelayOptions) {
    this.#routes = options.routes;
    this.#gate = options.gate;
    this.#limits = options.limits;
    this.#idPrefix = options.idPrefix;
    this.#jobs = new BoundedTable(options.limits.jobsMax);
    this.#rate = new RateLimiter(options.limits);
    this.#loads = new BoundedMap(options.backends.length + 1);
    for (const { name, inflightMax } of options.backends) {
      this.#loads.set(name, { jobs: 0, jobsMax: inflightMax });
    }
  }

  get jobs(): number {
    return this.#jobs.size;
  }

  /** From here on every request is answered 5.03. */
  drain(): void {
    this.#draining = true;
  }

  /** While trust is stale every request is answered 5.03, and whatever backends answer too. */
  setStale(stale: boolean): void {
    this.#stale = stale;
  }

  /** One request of `caller`, decided by `trust` as it is. `exchange` is never asked about twice. */
  ask(now: Instant, caller: Caller, exchange: ExchangeId, request: Request, trust: Trust): Asked {
    const { principal } = caller;
    if (principal === null) return this.#refuse(exchange, 'unauthenticated');
    const wait = this.#rate.take(now, principal.actor);
    if (wait > 0) return this.#refuse(exchange, 'rate-limited', undefined, wait);
    if (this.#draining) return this.#refuse(exchange, 'draining');
    if (this.#stale) return this.#refuse(exchange, 'stale');
    const inbound = takeApart(request);
    if (typeof inbound === 'string') return this.#refuse(exchange, inbound);
    const action = actionOf(request.code, inbound.observing);
    if (action === undefined) return this.#refuse(exchange, 'unknown-method');
    if (isOwn(inbound.segments)) return { kind: 'own', action, id: this.decisionId(exchange) };
    const unowned = unownedDenial(principal, trust);
    if (unowned !== undefined) return this.#refuse(exchange, 'denied', action, undefined, unowned);
    const match = matchRoute(this.#routes, inbound.segments);
    if (match === undefined) return this.#refuse(exchange, 'no-route', action);
    const relayed = canonicalRequest(principal, action, match, inbound, request, caller.connection);
    const decision = decide(relayed, this.#gate, trust);
    if (decision.outcome === 'deny') return this.#refuse(exchange, 'denied', action, undefined, decision);
    if (!this.#hasRoom(caller, match.route)) {
      return this.#refuse(exchange, 'overloaded', action, undefined, decision);
    }
    const id = exchange as number as JobId;
    const job = { id, exchange, caller, request: relayed, route: match.route, permit: decision, begun: now };
    this.#begin(job);
    return { kind: 'forward', job };
  }

  /** The backend's answer to a job; nothing comes of it when the job was dropped meanwhile. */
  complete(id: JobId, answer: BackendAnswer): Completed | undefined {
    const job = this.#jobs.get(id);
    if (job === undefined) return undefined;
    this.#end(job);
    if (this.#stale) return this.#failed(job, 'stale');
    if (answer.kind === 'failed') return this.#failed(job, answer.reason);
    const response = passBack(answer.response, job.route);
    if (response === undefined) return this.#failed(job, 'bad-answer');
    return { job, outcome: 'answered', response };
  }

  /** Nobody waits for this exchange's answer any more. The job that was dropped, if there was one. */
  abandon(exchange: ExchangeId): Job | undefined {
    const job = this.#jobs.get(exchange as number as JobId);
    if (job !== undefined) this.#end(job);
    return job;
  }

  /** The id under which an operator finds what was decided about this exchange. */
  decisionId(exchange: ExchangeId): string {
    return `${this.#idPrefix}${exchange.toString(36)}`;
  }

  /**
   * Trust has changed: the jobs that it would not permit any more, all dropped, with what their callers are told. Their
   * backends' answers come to nothing.
   */
  dropUngrounded(trust: Trust): Ungrounded[] {
    const dropped: Ungrounded[] = [];
    for (const job of this.#jobs.values()) {
      const { caller, request, exchange } = job;
      const { principal } = caller;
      if (principal === null) continue; // its connection is being closed: dropCaller
      const decision = decide({ ...request, principal }, this.#gate, trust);
      if (decision.outcome === 'permit') continue;
      const response = refusalResponse('denied', this.decisionId(exchange));
      dropped.push({ job, decision, response });
    }
    for (const { job } of dropped) this.#end(job);
    return dropped;
  }

  /** The caller's connection ended, or its principal lost its ground: its jobs, all dropped. */
  dropCaller(caller: Caller): Job[] {
    const dropped = caller.jobs === 0 ? [] : this.dropCallers(new Set([caller]));
    assert(caller.jobs === 0, 'a caller counts its jobs');
    return dropped;
  }

  /** The same for many at once: jobs are looked through once, however many callers there are. */
  dropCallers(callers: ReadonlySet<Caller>): Job[] {
    const dropped: Job[] = [];
    for (const job of this.#jobs.values()) if (callers.has(job.caller)) dropped.push(job);
    for (const job of dropped) this.#end(job);
    return dropped;
  }

  #hasRoom(caller: Caller, route: Route): boolean {
    const load = this.#loads.get(route.backend);
    if (load === undefined || load.jobs >= load.jobsMax) return false;
    return !this.#jobs.full && caller.jobs < this.#limits.jobsPerCallerMax;
  }

  #begin(job: Job): void {
    assert(!this.#jobs.has(job.id), 'an exchange is asked about once');
    this.#jobs.set(job.id, job);
    job.caller.jobs++;
    this.#count(job, 1);
  }

  #end(job: Job): void {
    this.#jobs.delete(job.id);
    job.caller.jobs--;
    this.#count(job, -1);
  }

  #count(job: Job, change: number): void {
    const load = this.#loads.get(job.route.backend);
    if (load !== undefined) load.jobs += change;
  }

  #failed(job: Job, refusal: Refusal): Completed {
    return { job, outcome: refusal, response: refusalResponse(refusal, this.decisionId(job.exchange)) };
  }

  #refuse(
    exchange: ExchangeId,
    refusal: Refusal,
    action?: Action,
    waitSeconds?: number,
    decision?: Decision,
  ): Refused {
    const id = this.decisionId(exchange);
    const response = refusalResponse(refusal, id, waitSeconds);
    return { kind: 'refused', refusal, response, id, action, decision };
  }
}

function canonicalRequest(
  principal: Principal,
  action: Action,
  match: Match,
  inbound: Inbound,
  request: Request,
  connection: number,
): RelayedRequest {
  return {
    principal,
    action,
    resource: match.resource,
    method: request.code,
    options: inbound.options,
    payload: request.payload,
    connection,
  };
}
