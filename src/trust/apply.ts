/**
 * The fold: a snapshot and what happened next make the next snapshot. Control and every shard run this same code, so
 * that they agree by construction. Events are facts: one that contradicts the snapshot means that the log is damaged.
 */
import { assert, required, unreachable } from '../base/index.ts';
import type { Actor, ActorId, Revision } from './actor.ts';
import { applyClaim } from './apply-claim.ts';
import { applyCredential } from './apply-credential.ts';
import { applyRelationship } from './apply-relationship.ts';
import { type Draft, editSnapshot, finishDraft } from './draft.ts';
import type { TrustEvent } from './events.ts';
import { nameKey, type TrustSnapshot } from './snapshot.ts';

/** What was appended to the log as one transaction. */
export interface TrustBatch {
  readonly revision: Revision;
  readonly events: readonly TrustEvent[];
}

/** The snapshot after `events`, which became `revision`. The given snapshot stays as it is. */
export function apply(
  snapshot: TrustSnapshot,
  revision: Revision,
  events: readonly TrustEvent[],
): TrustSnapshot {
  return replay(snapshot, [{ revision, events }]);
}

/** The snapshot after all `batches`, in order of revision. Throws an assertion when they do not follow each other. */
export function replay(snapshot: TrustSnapshot, batches: Iterable<TrustBatch>): TrustSnapshot {
  const draft = editSnapshot(snapshot);
  for (const { revision, events } of batches) {
    assert(revision === draft.revision + 1, 'revisions follow each other');
    draft.revision = revision;
    for (const event of events) step(draft, event);
  }
  return finishDraft(draft);
}

function step(draft: Draft, event: TrustEvent): void {
  switch (event.kind) {
    case 'actor-added':
      return addActor(draft, event);
    case 'actor-removed':
      return removeActor(draft, event.id);
    case 'actor-suspended':
      return changeActor(draft, event.id, { state: 'suspended' });
    case 'actor-resumed':
      return changeActor(draft, event.id, { state: 'active' });
    case 'owner-set':
      return setOwner(draft, event.id, event.owner);
    case 'psk-established':
    case 'credential-established':
    case 'credential-rotated':
    case 'credential-suspended':
    case 'credential-resumed':
    case 'credential-ended':
      return applyCredential(draft, event);
    case 'relationship-established':
    case 'support-added':
    case 'support-withdrawn':
    case 'relationship-suspended':
    case 'relationship-resumed':
    case 'relationships-ended':
    case 'relationships-forgotten':
      return applyRelationship(draft, event);
    case 'claim-window-opened':
    case 'claim-window-closed':
    case 'device-admitted':
    case 'claim-code-issued':
    case 'reset-proof-set':
    case 'claim-failed':
    case 'reset-failed':
      return applyClaim(draft, event);
    default:
      unreachable(event);
  }
}

function addActor(draft: Draft, event: TrustEvent & { kind: 'actor-added' }): void {
  const { id, actor: kind, name, owner } = event;
  const key = nameKey(kind, name);
  assert(draft.actors.get(id) === undefined, 'an actor is added once');
  assert(draft.names.get(key) === undefined, 'names are unique within a kind');
  draft.actors.set(id, { id, kind, name, owner, state: 'active', revision: draft.revision });
  draft.names.set(key, id);
  draft.unclaimed += unclaimed({ kind, owner });
}

function removeActor(draft: Draft, id: ActorId): void {
  const actor = required(draft.actors.get(id), 'only an existing actor is removed');
  assert(draft.held.get(actor.id) === undefined, 'the credentials of a removed actor ended before');
  draft.actors.delete(actor.id);
  draft.names.delete(nameKey(actor.kind, actor.name));
  draft.claims.delete(actor.id);
  draft.unclaimed -= unclaimed(actor);
}

function setOwner(draft: Draft, id: ActorId, owner: ActorId | null): void {
  assert(owner === null || draft.actors.get(owner)?.kind === 'user', 'an owner is a user');
  changeActor(draft, id, { owner });
  const claim = draft.claims.get(id);
  if (claim === undefined) return;
  if (claim.reset === null) draft.claims.delete(id);
  else draft.claims.set(id, { ...claim, code: null });
}

function changeActor(draft: Draft, id: ActorId, change: Partial<Actor>): void {
  const actor = required(draft.actors.get(id), 'only an existing actor changes');
  const changed = { ...actor, ...change, revision: draft.revision };
  draft.actors.set(id, changed);
  draft.unclaimed += unclaimed(changed) - unclaimed(actor);
}

const unclaimed = ({ kind, owner }: Pick<Actor, 'kind' | 'owner'>): number =>
  kind === 'device' && owner === null ? 1 : 0;
