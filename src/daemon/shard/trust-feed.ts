/**
 * The feed of trust, and what follows from it in this shard: control's changes and the passing of time take the ground
 * from under sessions and jobs, and silence of control from under everybody.
 *
 *   load, apply, authorities --+--> sessions without a principal are closed, jobs without a permit answered
 *   time of day ---------------+
 */
import { earliest, type Instant } from '../../base/index.ts';
import type { CredentialId, Revision } from '../../trust/index.ts';
import type { AuthoritySettings, Clock, ControlMessage } from '../ports/index.ts';
import type { Credentials, Touched } from './credentials.ts';
import { type Ground, whenWall } from './ground.ts';
import type { Requests } from './requests.ts';
import type { Session, Sessions } from './sessions.ts';

export interface TrustFeedParts {
  readonly ground: Ground;
  readonly credentials: Credentials;
  readonly sessions: Sessions;
  readonly requests: Requests;
  readonly clock: Clock;
  /** Nothing is resumed by these credentials any more. */
  readonly forget: (credentials: ReadonlySet<CredentialId>) => void;
  /** Ends it at once; its peer is told with that, or soon. */
  readonly close: (now: Instant, session: Session, told: 'now' | 'soon') => void;
  /** Control has been silent for too long, or is heard again. */
  readonly setStale: (now: Instant, stale: boolean) => void;
  readonly applied: (revision: Revision) => void;
}

export class TrustFeed {
  readonly #parts: TrustFeedParts;
  #stale = false;

  constructor(parts: TrustFeedParts) {
    this.#parts = parts;
  }

  load(now: Instant, { snapshot, keys }: ControlMessage & { kind: 'load' }): void {
    const { ground, credentials, sessions, clock } = this.#parts;
    ground.load(snapshot, clock.wall());
    credentials.load(snapshot, keys);
    sessions.forgetChecked();
    this.#cutOff(now);
    this.#parts.requests.dropUngrounded(now, ground.trust);
    this.#applied(now);
  }

  apply(now: Instant, { revision, events, keys }: ControlMessage & { kind: 'apply' }): void {
    const { ground, credentials, requests, forget } = this.#parts;
    const rightsLost = ground.apply({ revision, events });
    const ended = credentials.apply(ground.trust.snapshot, events, keys);
    forget(ended.credentials);
    const { touched } = ended;
    const sessionsTouched = touched.actors.size + touched.credentials.size > 0;
    if (sessionsTouched) this.#cutOff(now, touched);
    if (sessionsTouched || rightsLost) requests.dropUngrounded(now, ground.trust);
    this.#applied(now);
  }

  /** Control is there, and has nothing newer. */
  heard(now: Instant, revision: Revision): void {
    this.#parts.ground.heard(now, revision);
    this.passTime(now);
  }

  /** Other authorities are believed from here on; how many sessions ended by that. */
  believe(now: Instant, authorities: AuthoritySettings): number {
    this.#parts.credentials.believe(authorities);
    return this.#cutOff(now);
  }

  /** What runs out by itself: credentials and certificates, relationships, and the word of control. */
  passTime(now: Instant): void {
    const { ground, sessions, requests, clock } = this.#parts;
    const wall = clock.wall();
    const { nextEnd } = sessions;
    if (nextEnd !== null && nextEnd <= wall) this.#cutOff(now);
    if (ground.advance(wall)) requests.dropUngrounded(now, ground.trust);
    const stale = ground.isStale(now);
    if (stale === this.#stale) return;
    this.#stale = stale;
    this.#parts.setStale(now, stale);
  }

  /** When `passTime` is worth calling next. */
  nextDeadline(now: Instant): Instant | undefined {
    const { ground, sessions, clock } = this.#parts;
    const wall = clock.wall();
    const { nextEnd } = sessions;
    let next = ground.nextChange(now, wall);
    if (nextEnd !== null) next = earliest(next, whenWall(nextEnd, now, wall));
    return this.#stale ? next : earliest(next, ground.staleAt);
  }

  /** Control's revision is in force, and whoever lost his ground is cut off: now control is told so. */
  #applied(now: Instant): void {
    const { ground, credentials, applied } = this.#parts;
    ground.heard(now, credentials.revision);
    this.passTime(now);
    applied(credentials.revision);
  }

  /** Closes every session, or every one touched, whose principal is gone; none can be taken up again. How many. */
  #cutOff(now: Instant, touched?: Touched): number {
    const { sessions, credentials, requests, forget, close } = this.#parts;
    const lost = sessions.lost(credentials, touched);
    forget(new Set(lost.map(({ credential }) => credential)));
    requests.dropCallers(now, new Set(lost));
    // All are over by now. Where there are very many, control does not wait until the last has been told.
    for (const [index, session] of lost.entries()) close(now, session, index < TOLD_AT_ONCE ? 'now' : 'soon');
    return lost.length;
  }
}

/** Alerts that leave before control hears that a revision is in force. */
const TOLD_AT_ONCE = 64;
