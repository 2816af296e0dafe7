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
import type { Credentials, Ended } from './credentials.ts';
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
  readonly close: (now: Instant, session: Session) => void;
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
    this.#applied(now, { any: true, credentials: [] });
  }

  apply(now: Instant, { revision, events, keys }: ControlMessage & { kind: 'apply' }): void {
    const { ground, credentials } = this.#parts;
    const lost = ground.apply({ revision, events });
    const ended = credentials.apply(ground.trust.snapshot, events, keys);
    this.#applied(now, { ...ended, any: ended.any || lost });
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

  /** Control's revision is in force: whoever lost his ground is cut off before control is told so. */
  #applied(now: Instant, ended: Ended): void {
    const { ground, credentials, requests, forget, applied } = this.#parts;
    forget(new Set(ended.credentials));
    if (ended.any) {
      this.#cutOff(now);
      requests.dropUngrounded(now, ground.trust);
    }
    ground.heard(now, credentials.revision);
    this.passTime(now);
    applied(credentials.revision);
  }

  /** Closes every session whose principal is gone, and none can be taken up again; how many there were. */
  #cutOff(now: Instant): number {
    const { sessions, credentials, forget, close } = this.#parts;
    const lost = sessions.lost(credentials);
    forget(new Set(lost.map(({ credential }) => credential)));
    for (const session of lost) close(now, session);
    return lost.length;
  }
}
