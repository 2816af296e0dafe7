/**
 * Shard: the data plane of one thread. Every input (a datagram, an answer of a backend, a message of control, the
 * alarm) is one step that runs to completion: cores return effects, effects are carried out, one alarm is set for
 * whatever is due next. No step waits.
 *
 *   datagram --> router --> dtls --deliver--> coap --request--> relay --forward--> backend
 *      ^                     |                 |                  |                   |
 *      +-----transmit--------+<----send--------+<----respond------+<----answered------+
 */
import { earliest as earlier, type Instant, milliseconds, type Path } from '../../base/index.ts';
import {
  type CoapEffects,
  type CoapEndpoint,
  type ExchangeId,
  peerId,
  type Request,
} from '../../coap/index.ts';
import type {
  CloseReason,
  ConnectionHandle,
  DtlsEndpoint,
  Effect,
  Effects,
  VerifiedPeer,
} from '../../dtls/index.ts';
import type { BackendAnswer, JobId, Relay } from '../../relay/index.ts';
import type { CredentialId, TrustSnapshot } from '../../trust/index.ts';
import type { ControlMessage, PeerMessage, ShardAnswer, ShardQuestion } from '../ports/index.ts';
import { Authorities } from './authorities.ts';
import { Claims, type ClaimsParts } from './claims.ts';
import { Credentials } from './credentials.ts';
import { NEWCOMER, NEWCOMERS } from './door.ts';
import { type Drain, isDue, startDrain } from './drain.ts';
import { FirstUses } from './first-uses.ts';
import { Ground } from './ground.ts';
import { inform } from './inquiries.ts';
import { Newcomers } from './newcomers.ts';
import type { ShardParts } from './parts.ts';
import { Petitions } from './petitions.ts';
import { Report } from './report.ts';
import { isReached, sayFailed } from './remarks.ts';
import { Requests } from './requests.ts';
import { Router } from './router.ts';
import {
  beginSession,
  currentPrincipal,
  lossOf,
  pathsOf,
  type Session,
  Sessions,
  sessionNamed,
} from './sessions.ts';
import { Tally } from './tally.ts';
import { TrustFeed } from './trust-feed.ts';

export class Shard {
  readonly #parts: ShardParts;
  readonly #number: number;
  readonly #dtls: DtlsEndpoint;
  readonly #coap: CoapEndpoint;
  readonly #relay: Relay;
  readonly #requests: Requests;
  readonly #petitions: Petitions;
  readonly #newcomers: Newcomers;
  readonly #firstUses: FirstUses;
  readonly #feed: TrustFeed;
  readonly #sessions: Sessions;
  readonly #credentials: Credentials;
  readonly #ground: Ground;
  readonly #router: Router;
  readonly #tally = new Tally();
  readonly #report: Report;
  #alarmAt: Instant | undefined;
  #drain: Drain | undefined;

  constructor(parts: ShardParts) {
    const { settings } = parts;
    this.#parts = parts;
    this.#number = settings.shard;
    this.#credentials = new Credentials(new Authorities(settings.authorities), () => parts.clock.wall());
    this.#dtls = parts.dtls;
    this.#coap = parts.coap;
    this.#relay = parts.relay;
    this.#sessions = new Sessions(settings.limits.connectionsMax + settings.limits.handshakesMax);
    const { chainMax, stalenessMaxMs } = settings.trust;
    this.#ground = new Ground({ chainMax, stalenessMax: milliseconds(stalenessMaxMs) });
    this.#router = new Router(parts.peers, settings.limits.connectionsMax * settings.shards, settings);
    this.#report = new Report(settings.shard, parts.tell);
    this.#petitions = new Petitions(settings.shard, parts.tell);
    this.#firstUses = new FirstUses(this.#petitions, this.#credentials);
    this.#newcomers = this.#hostNewcomers();
    this.#requests = this.#hostRequests();
    this.#feed = this.#hostFeed();
  }

  /** A datagram came in, on a listener or from another shard. It is borrowed. */
  datagram(now: Instant, path: Path, datagram: Uint8Array): void {
    if (!this.#credentials.loaded) {
      this.#tally.recordsDropped.add('hello-refused');
      return;
    }
    if (this.#router.passOn(path, datagram)) return;
    this.#feed.passTime(now);
    this.#carryOut(now, this.#dtls.receive(now, path, datagram));
    this.#rest(now);
  }

  /** Another shard passes a datagram on, or says what it owns. */
  fromPeer(now: Instant, from: number, message: PeerMessage): void {
    if (message.kind !== 'datagram') {
      this.#router.learn(from, message);
      return;
    }
    this.#feed.passTime(now);
    this.#carryOut(now, this.#dtls.receive(now, message.path, message.datagram));
    this.#rest(now);
  }

  /** Another shard has been started, perhaps in place of one that ended. */
  meet(shard: number): void {
    this.#router.meet(shard, pathsOf(this.#sessions, this.#dtls));
  }

  /** A backend's answer to a job. */
  answered(now: Instant, job: JobId, answer: BackendAnswer): void {
    this.#feed.passTime(now);
    this.#requests.complete(now, job, answer);
    this.#rest(now);
  }

  /** The alarm rang. */
  ring(now: Instant): void {
    this.#alarmAt = undefined;
    this.#feed.passTime(now);
    if (isReached(this.#dtls.nextDeadline(), now)) this.#carryOut(now, this.#dtls.timeout(now));
    if (isReached(this.#coap.nextDeadline(), now)) this.#converse(now, this.#coap.timeout(now));
    this.#petitions.timeout(now);
    for (const backend of this.#parts.backends) {
      if (isReached(backend.nextDeadline(), now)) backend.timeout(now);
    }
    this.#rest(now);
  }

  /** A message of control. */
  control(now: Instant, message: ControlMessage): void {
    switch (message.kind) {
      case 'load':
        this.#feed.load(now, message);
        break;
      case 'apply':
        this.#feed.apply(now, message);
        break;
      case 'pulse':
        this.#feed.heard(now, message.revision);
        break;
      case 'ask':
        this.#asked(now, message.request, message.question);
        break;
      case 'word':
        this.#petitions.word(now, message.request, message.word);
        break;
    }
    this.#rest(now);
  }

  #hostRequests(): Requests {
    const respond: ClaimsParts['respond'] = (now, exchange, response) =>
      this.#converse(now, this.#coap.respond(now, exchange, response));
    const shared = { tally: this.#tally, report: this.#report, respond };
    const snapshot = (): TrustSnapshot => this.#ground.trust.snapshot;
    const claims = new Claims({ ...shared, petitions: this.#petitions, sessions: this.#sessions, snapshot });
    const { relay, backends } = this.#parts;
    return new Requests({ ...shared, relay, backends, own: claims.ask.bind(claims) });
  }

  #hostFeed(): TrustFeed {
    const { clock, tell } = this.#parts;
    return new TrustFeed({
      ground: this.#ground,
      credentials: this.#credentials,
      sessions: this.#sessions,
      requests: this.#requests,
      clock,
      forget: (credentials) => this.#dtls.forgetSessions(credentials),
      close: (now, session, told) => this.#closeLost(now, session, told),
      setStale: (now, stale) => this.#setStale(now, stale),
      applied: (revision) => tell({ kind: 'applied', shard: this.#number, revision }),
    });
  }

  #hostNewcomers(): Newcomers {
    return new Newcomers({
      petitions: this.#petitions,
      credentials: this.#credentials,
      counts: this.#tally.newcomers,
      report: this.#report,
      begin: (now, connection, peer, credential) => this.#begin(now, connection, peer, credential),
      close: (now, connection, why) => this.#close(now, connection, why),
      ask: (now, connection, exchange, request) => this.#request(now, connection, exchange, request),
    });
  }

  /** What DTLS wants done. `why`: what was found out about a credential on the way here. */
  #carryOut(now: Instant, effects: Effects, why?: string): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'transmit':
          this.#parts.datagrams.transmit(effect.path, effect.datagram);
          break;
        case 'deliver':
          this.#converse(now, this.#coap.receive(now, peerId(effect.connection), effect.plaintext));
          break;
        case 'lookup': {
          const { answer, why: found } = this.#credentials.answer(effect.ask);
          this.#carryOut(now, this.#dtls.resolve(now, effect.id, answer), found);
          break;
        }
        case 'established':
          this.#established(now, effect);
          break;
        case 'closed':
          this.#closed(now, effect.connection, effect.reason);
          break;
        case 'failed':
          this.#handshakeFailed(now, effect, why);
          break;
        case 'rebound': // answers go to the new address by themselves
          break;
        case 'own':
        case 'disown':
          this.#router.announce(effect.kind, effect.route);
          break;
        case 'dropped':
          this.#tally.recordsDropped.add(effect.reason);
          break;
      }
    }
  }

  /** What CoAP wants done. */
  #converse(now: Instant, effects: CoapEffects): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'send':
          this.#carryOut(now, this.#dtls.send(now, connectionOf(effect.peer), effect.bytes));
          break;
        case 'request':
          this.#request(now, connectionOf(effect.peer), effect.exchange, effect.request);
          break;
        case 'abandoned':
          this.#requests.abandon(now, effect.exchange);
          break;
        case 'dropped':
          this.#tally.messagesDropped.add(effect.reason);
          break;
        case 'response': // we ask nothing of devices yet
        case 'failed':
          break;
      }
    }
  }

  #request(now: Instant, connection: ConnectionHandle, exchange: ExchangeId, request: Request): void {
    const session = this.#sessions.get(connection);
    if (session === undefined) {
      if (this.#newcomers.hold(connection, exchange, request)) return;
      this.#converse(now, this.#coap.cancel(now, exchange));
    } else if (currentPrincipal(session, this.#credentials) === null) this.#closeLost(now, session);
    else this.#requests.ask(now, session, exchange, request, this.#ground.trust);
  }

  #established(now: Instant, { connection, peer }: Extract<Effect, { kind: 'established' }>): void {
    this.#tally.handshakes.add(`established,none,${peer.claim.kind}`);
    if (peer.credential !== NEWCOMER) {
      this.#begin(now, connection, peer, peer.credential as CredentialId);
      return;
    }
    // What it is resumed by later is what control calls it.
    this.#dtls.forgetSessions(NEWCOMERS);
    this.#newcomers.arrived(now, connection, peer);
  }

  /** The session of a connection whose peer holds the credential begins. */
  #begin(now: Instant, connection: ConnectionHandle, peer: VerifiedPeer, credential: CredentialId): void {
    const standing = this.#credentials.standing(credential);
    if (standing === undefined) {
      this.#close(now, connection, 'revoked');
      return;
    }
    const sendLimit = this.#dtls.view(connection)?.sendLimit ?? 0;
    this.#sessions.add(
      beginSession(connection, peer, standing, { sendLimit, credentials: this.#credentials }),
    );
    this.#firstUses.used(now, credential);
  }

  /** A connection is over: nothing of it is under way any more, and nothing of it will be answered. */
  #closed(now: Instant, connection: ConnectionHandle, reason: CloseReason): void {
    this.#tally.sessionsClosed.add(reason);
    this.#newcomers.forget(connection);
    const session = this.#sessions.get(connection);
    if (session !== undefined) {
      this.#sessions.delete(session);
      this.#requests.dropCaller(now, session);
    }
    this.#converse(now, this.#coap.forget(peerId(connection)));
  }

  #handshakeFailed(now: Instant, effect: Extract<Effect, { kind: 'failed' }>, why?: string): void {
    this.#tally.handshakes.add(`failed,${effect.reason},${effect.claim?.kind ?? 'none'}`);
    sayFailed(this.#report, now, effect, why);
  }

  #closeLost(now: Instant, session: Session, told: 'now' | 'soon' = 'now'): void {
    const why = lossOf(session, this.#credentials.now);
    this.#carryOut(now, this.#dtls.close(now, session.connection, why, told));
  }

  /** Nobody is served while nobody knows what has been revoked. */
  #setStale(now: Instant, stale: boolean): void {
    this.#relay.setStale(stale);
    this.#dtls.admitHandshakes(!stale && this.#drain === undefined);
    const { revision } = this.#credentials;
    this.#report.log(now, stale ? 'trust stale' : 'trust fresh', () => ({ revision }));
  }

  #asked(now: Instant, request: number, question: ShardQuestion): void {
    switch (question.kind) {
      case 'sessions':
      case 'count-sessions':
      case 'counters': {
        const [sessions, tally, router, petitions] = [
          this.#sessions,
          this.#tally,
          this.#router,
          this.#petitions,
        ];
        const parts = { ...this.#parts, sessions, tally, router, petitions };
        this.#answer(request, inform(question, parts));
        break;
      }
      case 'close-session': {
        const found = sessionNamed(this.#sessions, this.#number, question.id);
        if (found !== undefined) this.#close(now, found, 'requested');
        this.#answer(request, { kind: 'closed', found: found !== undefined });
        break;
      }
      case 'believe':
        this.#answer(request, { kind: 'believed', closed: this.#feed.believe(now, question.authorities) });
        break;
      case 'drain':
        this.#dtls.admitHandshakes(false);
        this.#relay.drain();
        this.#drain = startDrain(now, request, milliseconds(question.graceMs));
        break;
    }
  }

  #answer(request: number, answer: ShardAnswer): void {
    this.#parts.tell({ kind: 'answer', request, answer });
  }

  #close(now: Instant, connection: ConnectionHandle, why: CloseReason): void {
    this.#carryOut(now, this.#dtls.close(now, connection, why));
  }

  /** The end of every step: finishes a drain that is due, and has the alarm ring early enough. */
  #rest(now: Instant): void {
    if (this.#drain !== undefined) this.#continueDrain(now, this.#drain);
    let next = earlier(this.#dtls.nextDeadline(), this.#coap.nextDeadline());
    next = earlier(next, this.#petitions.nextDeadline());
    for (const backend of this.#parts.backends) next = earlier(next, backend.nextDeadline());
    next = earlier(next, this.#feed.nextDeadline(now));
    if (this.#drain !== undefined && !this.#drain.done) next = earlier(next, this.#drain.deadline);
    if (next === undefined || (this.#alarmAt !== undefined && this.#alarmAt <= next)) return;
    this.#alarmAt = next;
    this.#parts.alarm.set(next);
  }

  #continueDrain(now: Instant, drain: Drain): void {
    if (!isDue(drain, now, this.#relay.jobs)) return;
    drain.done = true;
    for (const { connection } of this.#sessions.values()) this.#close(now, connection, 'requested');
    this.#answer(drain.request, { kind: 'drained' });
  }
}

const connectionOf = (peer: number): ConnectionHandle => peer as ConnectionHandle;
