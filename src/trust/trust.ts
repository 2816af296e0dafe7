/**
 * Trust: the live fold. It holds the facts at one revision and knows what they mean at one time: which relationships
 * are valid, and how long their chains are. Both only move forwards.
 *
 *   apply(batch)  -->  facts (TrustSnapshot)  --+
 *                                               +--> settle --> Shift {gained, lost}
 *   advance(time) -->  agenda  -----------------+
 */
import type { WallTime } from '../base/index.ts';
import type { ActorId } from './actor.ts';
import { Agenda } from './agenda.ts';
import { replay, type TrustBatch } from './apply.ts';
import { type Credential, type CredentialId, isCurrent } from './credential.ts';
import type { TrustEvent } from './events.ts';
import { idsOf } from './falls.ts';
import { Graph, type Node, NOT_VALID } from './graph.ts';
import { TRUST_LIMITS } from './limits.ts';
import type { Ground, Relationship, RelationshipId } from './relationship.ts';
import { type Journal, settle } from './settle.ts';
import type { TrustSnapshot } from './snapshot.ts';
import { isDuring } from './terms.ts';

/** Whose validity has changed. */
export interface Shift {
  readonly gained: readonly RelationshipId[];
  readonly lost: readonly RelationshipId[];
  /** Lines of which a credential has begun or run out by the passing of time: ask again who stands behind them. */
  readonly lines: readonly CredentialId[];
}

/** What an operator can set. */
export interface TrustSettings {
  /** An introduction that would make a longer chain is refused. */
  readonly chainMax: number;
}

type Due =
  | { readonly kind: 'relationship'; readonly id: RelationshipId }
  | { readonly kind: 'line'; readonly id: CredentialId };

export class Trust {
  readonly settings: TrustSettings;
  /** For this folder only: the relationships as they lean on each other. */
  readonly graph: Graph = new Graph();
  readonly #agenda = new Agenda<Due>();
  #snapshot: TrustSnapshot;
  #now: WallTime;
  #turned: WallTime;

  constructor(
    snapshot: TrustSnapshot,
    now: WallTime,
    settings: TrustSettings = { chainMax: TRUST_LIMITS.chainMax },
  ) {
    this.settings = settings;
    this.#snapshot = snapshot;
    this.#now = now;
    this.#turned = now;
    const standing = [...snapshot.relationships.values()].filter(({ state }) => state.kind !== 'ended');
    this.graph.load(standing);
    for (const relationship of standing)
      this.#schedule({ kind: 'relationship', id: relationship.id }, relationship.terms);
    for (const id of snapshot.credentials.keys()) this.#scheduleCredential(id);
    this.#settle(new Set(this.graph.nodes()));
  }

  /** The facts. */
  get snapshot(): TrustSnapshot {
    return this.#snapshot;
  }

  /** The time as of which relationships are valid or not. */
  get now(): WallTime {
    return this.#now;
  }

  /** When the passing of time last changed whether something is valid. */
  get turned(): WallTime {
    return this.#turned;
  }

  /** How many relationships have ended and are not forgotten. */
  get ended(): number {
    return this.#snapshot.relationships.size - this.graph.size;
  }

  /** When `advance` is worth calling next; `undefined` when time changes nothing any more. */
  nextChange(): WallTime | undefined {
    return this.#agenda.next();
  }

  /** Whether the relationship is valid, here and now. */
  isValid(id: RelationshipId): boolean {
    return this.lengthOf(id) !== undefined;
  }

  /** The length of its chain: 0 when it is direct; `undefined` when it is not valid. */
  lengthOf(id: RelationshipId): number | undefined {
    const length = this.graph.get(id)?.length ?? NOT_VALID;
    return length === NOT_VALID ? undefined : length;
  }

  /** Moves on by one revision. Throws an assertion when the batch contradicts the facts. */
  apply(batch: TrustBatch): Shift {
    this.graph.tidy(batch.events.length);
    const before = this.#snapshot;
    this.#snapshot = replay(before, [batch]);
    const touched = new Set<Node>();
    for (const event of batch.events) this.#touch(event, before, touched);
    return shiftOf(this.#settle(touched), []);
  }

  /**
   * Moves on in time. A clock that goes backwards is not followed: what has run out stays so until the clock is past
   * that moment again.
   */
  advance(to: WallTime): Shift {
    if (to <= this.#now) return NO_SHIFT;
    this.#now = to;
    const touched = new Set<Node>();
    const lines = new Set<CredentialId>();
    for (let due = this.#agenda.takeDue(to); due !== undefined; due = this.#agenda.takeDue(to)) {
      if (due.kind === 'line') {
        lines.add(due.id);
        for (const node of this.graph.on(due.id)) touched.add(node);
        continue;
      }
      const node = this.graph.get(due.id);
      if (node !== undefined) touched.add(node);
    }
    const journal = this.#settle(touched);
    if (journal.size > 0 || lines.size > 0) this.#turned = to;
    return shiftOf(journal, [...lines]);
  }

  /** Whether a relationship meets its own conditions: state, time, actors, and the credential under a direct one. */
  isInForce({ state, terms, trustor, trustee, origin }: Relationship): boolean {
    return (
      state.kind === 'active' &&
      isDuring(terms, this.#now) &&
      this.isActive(trustor) &&
      this.isActive(trustee) &&
      (origin.kind === 'introduced' || this.isGrounded(origin.ground))
    );
  }

  isActive(id: ActorId): boolean {
    return this.#snapshot.actors.get(id)?.state === 'active';
  }

  /** Whether what a direct relationship stands on is valid: for a credential, any of its line. */
  isGrounded(ground: Ground): boolean {
    if (ground.kind !== 'credential') return true;
    const { credentials, held } = this.#snapshot;
    if (!this.isActive(ground.holder)) return false;
    for (const id of held.get(ground.holder) ?? []) {
      const credential = credentials.get(id);
      if (credential?.line === ground.line && isCurrent(credential, this.#now)) return true;
    }
    return false;
  }

  #settle(touched: ReadonlySet<Node>): Journal {
    return settle(touched, (node) => this.isInForce(node.relationship));
  }

  /** Adds the nodes whose own conditions or supports an event has changed. */
  #touch(event: TrustEvent, before: TrustSnapshot, touched: Set<Node>): void {
    switch (event.kind) {
      case 'actor-suspended':
      case 'actor-resumed':
      case 'actor-removed':
        for (const node of this.graph.of(event.id)) touched.add(node);
        // What stands on a credential of this actor may lie between others.
        for (const id of before.held.get(event.id) ?? [])
          this.#touchLine(before.credentials.get(id), touched);
        return;
      case 'credential-rotated':
        // Its end may have moved, and its successor, established before it in the batch, has joined its line.
        this.#scheduleCredential(event.id);
        this.#scheduleCredential(event.successor);
        return this.#touchLine(this.#snapshot.credentials.get(event.id), touched);
      case 'credential-established':
        return this.#scheduleCredential(event.credential.id);
      case 'credential-suspended':
      case 'credential-resumed':
      case 'credential-ended':
        return this.#touchLine(
          this.#snapshot.credentials.get(event.id) ?? before.credentials.get(event.id),
          touched,
        );
      case 'relationship-established':
        return this.#touchRelationship(event.relationship.id, touched);
      case 'support-added':
      case 'support-withdrawn':
      case 'relationship-suspended':
      case 'relationship-resumed':
        return this.#touchRelationship(event.id, touched);
      case 'relationships-ended':
        for (const id of event.revoked) this.#touchRelationship(id, touched);
        for (const fall of event.fallen) for (const id of idsOf(fall)) this.#touchRelationship(id, touched);
        return;
      default:
        return;
    }
  }

  #touchLine(credential: Credential | undefined, touched: Set<Node>): void {
    if (credential === undefined) return;
    for (const node of this.graph.on(credential.line)) touched.add(node);
  }

  #touchRelationship(id: RelationshipId, touched: Set<Node>): void {
    const relationship = this.#snapshot.relationships.get(id);
    if (relationship === undefined) return;
    const known = this.graph.get(id);
    if (known !== undefined) this.graph.change(known, relationship);
    else if (relationship.state.kind === 'ended') return;
    else this.#schedule({ kind: 'relationship', id }, relationship.terms);
    touched.add(known ?? this.graph.add(relationship));
  }

  #scheduleCredential(id: CredentialId): void {
    const credential = this.#snapshot.credentials.get(id);
    if (credential !== undefined) this.#schedule({ kind: 'line', id: credential.line }, credential);
  }

  #schedule(due: Due, { notBefore, notAfter }: Span): void {
    if (notBefore !== null && notBefore > this.#now) this.#agenda.enter(notBefore, due);
    if (notAfter !== null && notAfter > this.#now) this.#agenda.enter(notAfter, due);
  }
}

interface Span {
  readonly notBefore: WallTime | null;
  readonly notAfter: WallTime | null;
}

function shiftOf(journal: Journal, lines: readonly CredentialId[]): Shift {
  const gained: RelationshipId[] = [];
  const lost: RelationshipId[] = [];
  for (const [node, before] of journal) {
    if (node.length === NOT_VALID) lost.push(node.id);
    else if (before === NOT_VALID) gained.push(node.id);
  }
  return { gained, lost, lines };
}

const NO_SHIFT: Shift = { gained: [], lost: [], lines: [] };
