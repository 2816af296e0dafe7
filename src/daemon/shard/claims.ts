/**
 * `/claim`: the one resource that a device has which nobody owns, and the place where devices that act for a user make
 * him the owner. Control decides; the answer follows when its word is there.
 *
 *   GET                         a device: what it is called, and whether somebody owns it
 *   POST {device, code}         a device that acts for a user: exactly one such POST makes its user the owner
 *   POST {device, proof, code?} a device that nobody owns: that it was `device` before it was reset
 */
import { type Instant, utf8 } from '../../base/index.ts';
import {
  CODE,
  type Code,
  codeName,
  type ExchangeId,
  getUintOption,
  isCritical,
  OPTION,
  option,
  type Request,
  type Response,
} from '../../coap/index.ts';
import { type Own, type Outcome, type Refusal, refusalResponse } from '../../relay/index.ts';
import type { TrustSnapshot } from '../../trust/index.ts';
import type { Petition } from '../ports/index.ts';
import {
  CLAIM_FORMATS,
  type ClaimBody,
  type ClaimFormat,
  claimFormat,
  type ClaimView,
  readClaim,
  type ResetBody,
  writeClaim,
} from './claim-body.ts';
import type { Petitions, Told } from './petitions.ts';
import type { Report } from './report.ts';
import type { Session, Sessions } from './sessions.ts';
import type { Tally } from './tally.ts';

export interface ClaimsParts {
  readonly petitions: Petitions;
  readonly sessions: Sessions;
  readonly tally: Tally;
  readonly report: Report;
  readonly snapshot: () => TrustSnapshot;
  readonly respond: (now: Instant, exchange: ExchangeId, response: Response) => void;
}

/** One request, and whose. */
interface Asked {
  readonly session: Session;
  readonly exchange: ExchangeId;
  readonly own: Own;
  /** In which the answer is written. */
  readonly format: ClaimFormat;
}

export class Claims {
  readonly #parts: ClaimsParts;

  constructor(parts: ClaimsParts) {
    this.#parts = parts;
  }

  /** A request to `/claim`, of a session whose principal is current. */
  ask(now: Instant, session: Session, exchange: ExchangeId, request: Request, own: Own): void {
    const sent = claimFormat(getUintOption(request.options, OPTION.CONTENT_FORMAT));
    const wanted = claimFormat(getUintOption(request.options, OPTION.ACCEPT));
    const asked = { session, exchange, own, format: wanted ?? sent ?? CLAIM_FORMATS.cbor };
    const fault = faultOf(request);
    if (fault !== undefined) this.#answer(now, asked, fault);
    else if (request.code === CODE.GET) this.#show(now, asked);
    else this.#take(now, asked, sent && readClaim(sent, request.payload));
  }

  #show(now: Instant, asked: Asked): void {
    const view = this.#viewOf(asked.session);
    if (view === undefined) this.#deny(now, asked, 'not-a-device');
    else this.#answer(now, asked, CODE.CONTENT, view);
  }

  #take(now: Instant, asked: Asked, body: ClaimBody | ResetBody | undefined): void {
    if (body === undefined) return this.#answer(now, asked, CODE.BAD_REQUEST);
    if (body.kind === 'reset') return this.#takeBack(now, asked, body);
    const { principal, credential } = asked.session;
    if (principal === null || principal.user === null) return this.#deny(now, asked, 'acts-for-nobody');
    if (principal.kind !== 'device') return this.#deny(now, asked, 'not-a-device');
    const { device, code } = body;
    this.#petition(now, asked, { kind: 'claim', credential, device, code }, (at) => {
      this.#answer(at, asked, CODE.CREATED, { device, state: 'claimed' });
    });
  }

  /** The session stays: when control has given its key back to what it was before, it goes on as that. */
  #takeBack(now: Instant, asked: Asked, { device, proof, code }: ResetBody): void {
    const { session } = asked;
    const { credential, rawKey } = session;
    const isNewcomer = this.#viewOf(session)?.state === 'unclaimed' && session.returningBy === null;
    if (rawKey === null || !isNewcomer) return this.#deny(now, asked, 'not-a-newcomer');
    const petition = { kind: 'reset', credential, device, proof, code } as const;
    const isAsked = this.#petition(now, asked, petition, (at, claimCode) => {
      const made = claimCode === null ? {} : { code: claimCode };
      this.#answer(at, asked, CODE.CHANGED, { device, state: 'unclaimed', ...made });
    });
    if (isAsked) session.returningBy = rawKey;
  }

  /** Asks control, and answers what it refuses. False when too much waits already. */
  #petition(
    now: Instant,
    asked: Asked,
    petition: Petition,
    done: (now: Instant, claimCode: string | null) => void,
  ): boolean {
    const { session } = asked;
    const told = (at: Instant, word: Told): void => {
      session.claims--;
      session.returningBy = null;
      if (this.#parts.sessions.get(session.connection) !== session) return; // nobody is there to be answered
      if (word.kind === 'done') done(at, word.claimCode);
      else if (word.kind === 'refused') this.#deny(at, asked, word.code);
      else this.#refuse(at, asked, word.kind === 'late' ? 'timeout' : 'overloaded');
    };
    const room = session.claims < CLAIMS_PER_SESSION_MAX && this.#parts.petitions.ask(now, petition, told);
    if (room) session.claims++;
    else this.#refuse(now, asked, 'overloaded');
    return room;
  }

  /** What the device behind a session is; `undefined` when there is none. */
  #viewOf({ principal }: Session): ClaimView | undefined {
    if (principal?.kind !== 'device') return undefined;
    const owner = this.#parts.snapshot().actors.get(principal.actor)?.owner ?? null;
    return { device: principal.name, state: owner === null ? 'unclaimed' : 'claimed' };
  }

  #answer(now: Instant, { exchange, own, format }: Asked, code: Code, view?: ClaimView): void {
    const options = view === undefined ? [] : [option(OPTION.CONTENT_FORMAT, format)];
    const payload = view === undefined ? utf8(own.id) : writeClaim(format, view);
    this.#end(now, exchange, own, 'answered', { code, options, payload });
  }

  /** Why, is for the operator. The device learns neither whether the other one exists, nor what was wrong. */
  #deny(now: Instant, asked: Asked, reason: string): void {
    const { own, session } = asked;
    this.#parts.report.log(now, 'claim refused', () => ({
      decision: own.id,
      principal: session.first.name,
      reason,
    }));
    this.#refuse(now, asked, 'denied', reason);
  }

  #refuse(now: Instant, { exchange, own }: Asked, refusal: Refusal, why: string = refusal): void {
    this.#end(now, exchange, own, refusal, refusalResponse(refusal, own.id), why);
  }

  #end(
    now: Instant,
    exchange: ExchangeId,
    { action }: Own,
    outcome: Outcome,
    response: Response,
    why: string = codeName(response.code),
  ): void {
    const { tally, respond } = this.#parts;
    tally.requests.add(action, outcome);
    tally.claims.add(why);
    respond(now, exchange, response);
  }
}

/** What is wrong with a request whatever is in its body. */
function faultOf({ code, options, payload }: Request): Code | undefined {
  if (code !== CODE.GET && code !== CODE.POST) return CODE.METHOD_NOT_ALLOWED;
  if (options.some(({ number }) => isCritical(number) && !UNDERSTOOD.has(number))) return CODE.BAD_OPTION;
  const accept = getUintOption(options, OPTION.ACCEPT);
  if (accept !== undefined && claimFormat(accept) === undefined) return CODE.NOT_ACCEPTABLE;
  if (code === CODE.GET) return undefined;
  if (payload.length > BODY_BYTES_MAX) return CODE.REQUEST_ENTITY_TOO_LARGE;
  const format = claimFormat(getUintOption(options, OPTION.CONTENT_FORMAT));
  return format === undefined ? CODE.UNSUPPORTED_CONTENT_FORMAT : undefined;
}

/** Critical options that mean nothing here, or that are taken care of. */
const UNDERSTOOD: ReadonlySet<number> = new Set([
  OPTION.URI_HOST,
  OPTION.URI_PORT,
  OPTION.URI_PATH,
  OPTION.ACCEPT,
]);
const BODY_BYTES_MAX = 1_024;
/** Claims of one session that control has not answered: more is an attempt at the others' share. */
const CLAIMS_PER_SESSION_MAX = 64;
