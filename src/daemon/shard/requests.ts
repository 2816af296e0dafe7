/**
 * Requests: from what a device asks to the answer it gets. The relay decides, backends do the work, everything is
 * counted; an answer is a response for the exchange that asked.
 */
import { BoundedMap, type Instant } from '../../base/index.ts';
import type { ExchangeId, Request, Response } from '../../coap/index.ts';
import {
  type BackendAnswer,
  type Job,
  type JobId,
  type Own,
  type Refused,
  type Relay,
  refusalResponse,
} from '../../relay/index.ts';
import type { Trust } from '../../trust/index.ts';
import type { Backend } from '../ports/index.ts';
import { messageBytesBound } from './message-bytes.ts';
import { sayDenied } from './remarks.ts';
import type { Report } from './report.ts';
import type { Session } from './sessions.ts';
import type { Tally } from './tally.ts';

export interface RequestsParts {
  readonly relay: Relay;
  readonly backends: readonly Backend[];
  readonly tally: Tally;
  readonly report: Report;
  /** A request for a resource of the gateway itself. */
  readonly own: (now: Instant, session: Session, exchange: ExchangeId, request: Request, own: Own) => void;
  readonly respond: (now: Instant, exchange: ExchangeId, response: Response) => void;
}

export class Requests {
  readonly #parts: RequestsParts;
  readonly #relay: Relay;
  readonly #tally: Tally;
  readonly #backends: BoundedMap<string, Backend>;

  constructor(parts: RequestsParts) {
    this.#parts = parts;
    this.#relay = parts.relay;
    this.#tally = parts.tally;
    this.#backends = new BoundedMap(parts.backends.length + 1);
    for (const backend of parts.backends) this.#backends.set(backend.name, backend);
  }

  /** One request of a session whose principal is current. */
  ask(now: Instant, session: Session, exchange: ExchangeId, request: Request, trust: Trust): void {
    const answer = this.#relay.ask(now, session, exchange, request, trust);
    if (answer.kind === 'refused') {
      this.#refused(now, session, exchange, answer);
      return;
    }
    if (answer.kind === 'own') {
      this.#parts.own(now, session, exchange, request, answer);
      return;
    }
    const { job } = answer;
    this.#tally.decisions.add(`permit,${job.permit.by}`);
    const backend = this.#backends.get(job.request.resource.backend);
    const failed = backend === undefined ? UNREACHABLE : backend.forward(now, job.id, job.request);
    if (failed !== undefined) this.complete(now, job.id, failed);
  }

  /** A backend's answer to a job. */
  complete(now: Instant, id: JobId, answer: BackendAnswer): void {
    const completed = this.#relay.complete(id, answer);
    if (completed === undefined) return;
    const { job, outcome, response } = completed;
    this.#tally.requests.add(job.request.action, outcome);
    this.#tally.requestSeconds.add(now - job.begun);
    this.#respond(now, job.caller as Session, job.exchange, response);
  }

  /** Nobody waits for this exchange's answer any more. */
  abandon(now: Instant, exchange: ExchangeId): void {
    const job = this.#relay.abandon(exchange);
    if (job !== undefined) this.#abandoned(now, job);
  }

  /** The same for many sessions, before they end one by one. */
  dropCallers(now: Instant, sessions: ReadonlySet<Session>): void {
    for (const job of this.#relay.dropCallers(sessions)) this.#abandoned(now, job);
  }

  /** The session has ended: nothing of it is under way any more. */
  dropCaller(now: Instant, session: Session): void {
    for (const job of this.#relay.dropCaller(session)) this.#abandoned(now, job);
  }

  /** Jobs under way that would not be permitted any more: their callers are told so, whatever backends may answer. */
  dropUngrounded(now: Instant, trust: Trust): void {
    for (const { job, decision, response } of this.#relay.dropUngrounded(trust)) {
      this.#tally.requests.add(job.request.action, 'denied');
      this.#tally.decisions.add(`deny,${decision.by}`);
      const id = this.#relay.decisionId(job.exchange);
      sayDenied(this.#parts.report, now, job.caller as Session, id, decision);
      this.#backends.get(job.request.resource.backend)?.abandon(now, job.id);
      this.#parts.respond(now, job.exchange, response);
    }
  }

  #refused(now: Instant, session: Session, exchange: ExchangeId, refused: Refused): void {
    const { refusal, action, decision, response, id } = refused;
    this.#tally.requests.add(action, refusal);
    if (decision !== undefined) this.#tally.decisions.add(`${decision.outcome},${decision.by}`);
    if (decision?.outcome === 'deny') sayDenied(this.#parts.report, now, session, id, decision);
    this.#parts.respond(now, exchange, response);
  }

  /** A response that no record of this peer can hold is replaced: it would get lost in silence otherwise. */
  #respond(now: Instant, session: Session, exchange: ExchangeId, response: Response): void {
    const fits = messageBytesBound(response) <= session.sendLimit;
    const sent = fits ? response : refusalResponse('bad-answer', this.#relay.decisionId(exchange));
    this.#parts.respond(now, exchange, sent);
  }

  #abandoned(now: Instant, job: Job): void {
    this.#tally.requests.add(job.request.action, 'abandoned');
    this.#backends.get(job.request.resource.backend)?.abandon(now, job.id);
  }
}

const UNREACHABLE: BackendAnswer = { kind: 'failed', reason: 'unreachable' };
