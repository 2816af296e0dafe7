/** The fold of what happens to relationships. */
import { assert, required, unreachable } from '../base/index.ts';
import type { Draft } from './draft.ts';
import type { TrustEvent } from './events.ts';
import { idsOf } from './falls.ts';
import type { Relationship, RelationshipId, RelationshipState, Support } from './relationship.ts';

type RelationshipEvent = Extract<TrustEvent, { kind: `relationship${string}` | `support-${string}` }>;

export function applyRelationship(draft: Draft, event: RelationshipEvent): void {
  switch (event.kind) {
    case 'relationship-established': {
      const { relationship } = event;
      assert(draft.relationships.get(relationship.id) === undefined, 'a relationship is established once');
      const { revision } = draft;
      draft.relationships.set(relationship.id, { ...relationship, state: { kind: 'active' }, revision });
      return;
    }
    case 'support-added':
      return changeSupports(draft, event.id, (supports) => [...supports, event.support]);
    case 'support-withdrawn':
      return changeSupports(draft, event.id, (supports) =>
        supports.filter(({ introducer }) => introducer !== event.introducer),
      );
    case 'relationship-suspended':
      return changeState(draft, event.id, {
        kind: 'suspended',
        ...(event.by === undefined ? {} : { by: event.by }),
      });
    case 'relationship-resumed':
      return changeState(draft, event.id, { kind: 'active' });
    case 'relationships-ended':
      for (const id of event.revoked) changeState(draft, id, { kind: 'ended', because: null });
      for (const fall of event.fallen) {
        const state = { kind: 'ended', because: fall.because } as const;
        for (const id of idsOf(fall)) changeState(draft, id, state);
      }
      return;
    case 'relationships-forgotten':
      for (const id of event.ids) {
        const { state } = existing(draft, id);
        assert(state.kind === 'ended', 'only what has ended is forgotten');
        draft.relationships.delete(id);
      }
      return;
    default:
      unreachable(event);
  }
}

function changeState(draft: Draft, id: RelationshipId, state: RelationshipState): void {
  const relationship = existing(draft, id);
  assert(relationship.state.kind !== 'ended', 'what has ended stays so');
  draft.relationships.replace(id, { ...relationship, state, revision: draft.revision });
}

function changeSupports(
  draft: Draft,
  id: RelationshipId,
  changed: (supports: readonly Support[]) => readonly Support[],
): void {
  const relationship = existing(draft, id);
  assert(relationship.origin.kind === 'introduced', 'only what was introduced has supports');
  const origin = { kind: 'introduced', supports: changed(relationship.origin.supports) } as const;
  draft.relationships.replace(id, { ...relationship, origin, revision: draft.revision });
}

const existing = (draft: Draft, id: RelationshipId): Relationship =>
  required(draft.relationships.get(id), 'only an existing relationship changes');
