/**
 * What this shard knows of trust: the snapshot at one revision and the keys that belong to it. It answers the
 * handshake's questions and says who stands behind a credential, now.
 */
import { assert, Secret, toHex, type WallTime, wallTime } from '../../base/index.ts';
import type { CredentialAnswer, CredentialQuestion } from '../../dtls/index.ts';
import type { Principal } from '../../policy/index.ts';
import {
  type ActorId,
  type Credential,
  type CredentialId,
  emptySnapshot,
  isCurrent,
  replacedBy,
  type Revision,
  subjectByName,
  type TrustEvent,
  type TrustSnapshot,
} from '../../trust/index.ts';
import type { AuthoritySettings, PskMaterial } from '../ports/index.ts';
import type { Authorities, Certified } from './authorities.ts';
import { Door, NEWCOMER } from './door.ts';

/** An answer, and for the operator why it is not the wished one. */
export interface Judgement {
  readonly answer: CredentialAnswer;
  readonly why?: string;
}

/** What is made of a certificate. */
interface CertificateJudgement extends Judgement {
  /** When its path, or a list that speaks for it, runs out; absent where it is refused. */
  readonly until?: WallTime;
}

/** Who stands behind a credential, and when that has to be asked again; `null`: when the revision changes. */
export interface Standing {
  readonly principal: Principal;
  readonly until: WallTime | null;
}

/** What a change took away. */
export interface Ended {
  readonly credentials: ReadonlySet<CredentialId>;
  /** Whose sessions may have lost their ground, or are somebody else's now. */
  readonly touched: Touched;
}

/** Sessions of these actors, in their name, or on these credentials. */
export interface Touched {
  readonly actors: ReadonlySet<ActorId>;
  readonly credentials: ReadonlySet<CredentialId>;
}

export class Credentials {
  #snapshot: TrustSnapshot = emptySnapshot();
  /** As many as the snapshot has credentials; peers cannot add to it. */
  readonly #keys = new Map<CredentialId, Secret>();
  readonly #authorities: Authorities;
  readonly #door = new Door();
  readonly #wall: () => WallTime;
  #latest: WallTime = wallTime(0);
  #loaded = false;

  /** `wall` is the time of day, which may go back; what is judged here never does (threat G13). */
  constructor(authorities: Authorities, wall: () => WallTime) {
    this.#authorities = authorities;
    this.#wall = wall;
  }

  /** Whether a snapshot has arrived: before, nobody is known and nobody is turned away. */
  get loaded(): boolean {
    return this.#loaded;
  }

  get revision(): Revision {
    return this.#snapshot.revision;
  }

  /** The time of day, or the latest that there has been. */
  get now(): WallTime {
    const wall = this.#wall();
    if (wall > this.#latest) this.#latest = wall;
    return this.#latest;
  }

  /** Replaces everything. */
  load(snapshot: TrustSnapshot, keys: readonly PskMaterial[]): void {
    for (const key of this.#keys.values()) key.dispose();
    this.#keys.clear();
    this.#snapshot = snapshot;
    this.#loaded = true;
    this.#keep(keys);
  }

  /** Moves on to the snapshot after `events`. */
  apply(snapshot: TrustSnapshot, events: readonly TrustEvent[], keys: readonly PskMaterial[]): Ended {
    this.#snapshot = snapshot;
    const ended = new Set<CredentialId>();
    const touched = { actors: new Set<ActorId>(), credentials: new Set<CredentialId>() };
    for (const event of events) {
      if (event.kind === 'credential-ended') {
        ended.add(event.id);
        this.#keys.get(event.id)?.dispose();
        this.#keys.delete(event.id);
      }
      touch(touched, event);
    }
    this.#keep(keys);
    return { credentials: ended, touched };
  }

  /** The answer to a handshake's question. */
  answer(question: CredentialQuestion): Judgement {
    switch (question.kind) {
      case 'psk':
        return { answer: this.#psk(toHex(question.identity)) };
      case 'rpk':
        return this.#keyed(toHex(question.fingerprint));
      case 'x509':
        return this.#certified(question.chain);
      case 'resume': {
        const { credential, claim } = question;
        const known = this.standing(credential as CredentialId) !== undefined;
        if (!known) return { answer: UNKNOWN };
        // A certificate may have expired or been revoked while its credential stayed.
        const judged = claim.kind === 'x509' ? this.#certified(claim.chain).answer : null;
        const same = judged === null || (judged.kind === 'accepted' && judged.credential === credential);
        return { answer: same ? { kind: 'accepted', credential } : UNKNOWN };
      }
    }
  }

  /** Counts the authorities that have been believed: what was judged by others is judged anew. */
  get believed(): number {
    return this.#authorities.generation;
  }

  /** Other authorities, or other lists of theirs, count from here on. */
  believe(authorities: AuthoritySettings): void {
    this.#authorities.replace(authorities);
  }

  /** Until when a chain that was accepted for a credential stays so; `undefined`: it is not, or not any more. */
  certifiedUntil(chain: readonly Uint8Array[], credential: CredentialId): WallTime | undefined {
    const { answer, until } = this.#certified(chain);
    return answer.kind === 'accepted' && answer.credential === credential ? until : undefined;
  }

  /** Who stands behind a credential now; `undefined` when it is not valid, or its actor or its user may not act. */
  standing(credential: CredentialId): Standing | undefined {
    const { credentials, actors } = this.#snapshot;
    const found = credentials.get(credential);
    const actor = found && actors.get(found.actor);
    if (found === undefined || actor?.state !== 'active' || !isCurrent(found, this.now)) return undefined;
    const user = this.#active(found.user ?? actor.owner);
    if (found.user !== null && user === null) return undefined;
    const principal = { actor: actor.id, kind: actor.kind, name: actor.name, credential, user };
    return { principal, until: found.notAfter };
  }

  /** The credential of a raw public key, if it is good now. */
  ofKey(fingerprintHex: string): CredentialId | undefined {
    return this.#find(`rpk:${fingerprintHex}`)?.id;
  }

  /** Whether others end because this one is used. */
  endsOthers(id: CredentialId): boolean {
    const credential = this.#snapshot.credentials.get(id);
    return credential !== undefined && replacedBy(this.#snapshot, credential).length > 0;
  }

  /** A key that nobody knows may be a newcomer's, while a claim window is open; one that somebody has is not. */
  #keyed(fingerprintHex: string): Judgement {
    const judged = this.#accepted(`rpk:${fingerprintHex}`, 'no device has this key');
    if (judged.answer !== UNKNOWN || this.#snapshot.identities.has(`rpk:${fingerprintHex}`)) return judged;
    const door = this.#door.judge(this.#snapshot, this.now, fingerprintHex);
    if (door?.admitted === true) return { answer: { kind: 'accepted', credential: NEWCOMER } };
    return door?.why === undefined ? judged : { answer: UNKNOWN, why: door.why };
  }

  #psk(identityHex: string): CredentialAnswer {
    const credential = this.#find(identityHex);
    const key = credential === undefined ? undefined : this.#keys.get(credential.id);
    if (credential === undefined || key === undefined) return UNKNOWN;
    return { kind: 'psk', key, credential: credential.id };
  }

  #certified(chain: readonly Uint8Array[]): CertificateJudgement {
    const judged = this.#authorities.judge(chain, this.now);
    return judged.kind === 'refused'
      ? { answer: { kind: 'refused', reason: judged.reason }, why: judged.detail }
      : { ...this.#registered(judged), until: judged.until };
  }

  /**
   * A certificate is whoever its subject is registered as, whatever has become of that registration; only one that is
   * not registered is looked up by the name that its authority's rules derive.
   */
  #registered({ anchorHex, subject, named }: Certified): Judgement {
    const why = `no device is registered as ${subject ?? '(no subject)'} under the authority ${anchorHex}`;
    const exact = `x509:${anchorHex}:${subject ?? ''}`;
    if (subject !== undefined && this.#snapshot.identities.has(exact)) return this.#accepted(exact, why);
    if (named.kind !== 'name') return { answer: UNKNOWN, why: `${why}; ${named.why}` };
    const { name } = named;
    const byName = `x509:${anchorHex}:${subjectByName(name)}`;
    const answer = this.#accepted(byName, `${why}, and no device ${name} was added by name`);
    if (answer.answer.kind !== 'accepted') return answer;
    const holder = this.standing(answer.answer.credential as CredentialId)?.principal;
    // What is registered so was checked to be of that device; that nobody else is meant is worth a second look.
    return holder?.kind === 'device' && holder.name === name ? answer : { answer: UNKNOWN, why };
  }

  #accepted(proofKey: string, why: string): Judgement {
    const credential = this.#find(proofKey);
    return credential === undefined
      ? { answer: UNKNOWN, why }
      : { answer: { kind: 'accepted', credential: credential.id } };
  }

  /** The credential with that proof, if it is good now: one that is suspended is nobody's. */
  #find(proofKey: string): Credential | undefined {
    const id = this.#snapshot.identities.get(proofKey);
    if (id === undefined || this.standing(id) === undefined) return undefined;
    return this.#snapshot.credentials.get(id);
  }

  #active(user: ActorId | null): ActorId | null {
    return user !== null && this.#snapshot.actors.get(user)?.state === 'active' ? user : null;
  }

  #keep(keys: readonly PskMaterial[]): void {
    for (const { credential, identityHex, key } of keys) {
      assert(this.#snapshot.identities.get(identityHex) === credential, 'a key belongs to a credential');
      this.#keys.set(credential, new Secret(key));
      key.fill(0);
    }
  }
}

const UNKNOWN: CredentialAnswer = { kind: 'unknown' };

/** What may take the ground from under a session. */
function touch(touched: { actors: Set<ActorId>; credentials: Set<CredentialId> }, event: TrustEvent): void {
  switch (event.kind) {
    case 'actor-removed':
    case 'actor-suspended':
    case 'owner-set':
      touched.actors.add(event.id);
      return;
    case 'credential-ended':
    case 'credential-suspended':
    case 'credential-rotated':
      touched.credentials.add(event.id);
      return;
    default:
      return;
  }
}
