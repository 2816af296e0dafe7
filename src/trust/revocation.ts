/** Commands that end relationships for good, with everything that falls with them. */
import type { WallTime } from '../base/index.ts';
import type { ActorId, Revision } from './actor.ts';
import { type Cascade, cascadeOf, heldWithout } from './cascade.ts';
import { type Agent, entitled, firmRefusal } from './entitlement.ts';
import type { TrustEvent } from './events.ts';
import { gatherFalls } from './falls.ts';
import type { Node } from './graph.ts';
import type { Relationship, RelationshipId } from './relationship.ts';
import type { Trust } from './trust.ts';
import { type Accepted, accept, refuse, type Refused } from './verdict.ts';

export interface Revoke {
  readonly id: RelationshipId;
  readonly by: Agent;
  /** What a preview said: then exactly what it showed happens, or nothing. */
  readonly shown: Shown | null;
}

/** The state that a preview was worked out for. */
export interface Shown {
  readonly revision: Revision;
  readonly asOf: WallTime | null;
}

/** Accepted, with what falls and what survives; or refused. */
export type Revocation = (Accepted & { readonly cascade: Cascade }) | Refused;

/**
 * Ends a relationship. What has ended already is left alone, and that is no error. An introducer takes back his word:
 * the relationship ends unless another introducer holds it up.
 *
 * The same call is the preview: the verdict names everything, and nothing has changed until its events are appended.
 */
export function revoke(trust: Trust, { id, by, shown }: Revoke): Revocation {
  const relationship = trust.snapshot.relationships.get(id);
  if (relationship === undefined) {
    return refuse('relationship-unknown', 'there is no such relationship', undefined, { relationship: id });
  }
  const refusal = entitled(trust, relationship, by) ?? firmRefusal(relationship, by);
  const introducer = refusal === undefined ? undefined : voucherOf(trust, relationship, by);
  if (refusal !== undefined && introducer === undefined) return refusal;
  const stale = shown === null ? undefined : staleRefusal(trust, shown);
  if (stale !== undefined) return stale;
  const node = trust.graph.get(id);
  if (node === undefined) return { ...accept(), cascade: cascadeOf(trust, []) };
  return introducer === undefined ? ending(trust, [node]) : withdrawal(trust, node, introducer);
}

/** Ends several at once, as one act. */
export function ending(trust: Trust, nodes: readonly Node[]): Accepted & { readonly cascade: Cascade } {
  const cascade = cascadeOf(trust, nodes);
  const { revoked, fallen } = cascade;
  const events: readonly TrustEvent[] =
    revoked.length === 0 ? [] : [{ kind: 'relationships-ended', revoked, fallen: gatherFalls(fallen) }];
  return { kind: 'accepted', events, cascade };
}

/** The agent, if he is one of those who vouched for the relationship. */
function voucherOf(trust: Trust, { origin }: Relationship, by: Agent): ActorId | undefined {
  if (by.kind !== 'actor' || origin.kind === 'direct' || !trust.isActive(by.id)) return undefined;
  return origin.supports.some(({ introducer }) => introducer === by.id) ? by.id : undefined;
}

/** Takes an introducer's word back. When it was what the relationship stood on, that is a revocation. */
function withdrawal(trust: Trust, node: Node, introducer: ActorId): Revocation {
  const { origin } = node.relationship;
  const others =
    origin.kind === 'introduced' && origin.supports.some((each) => each.introducer !== introducer);
  const heldBy = heldWithout(trust, node, introducer);
  if (!others || (heldBy === undefined && trust.isValid(node.id))) return ending(trust, [node]);
  const survivors = heldBy === undefined ? [] : [{ id: node.id, heldBy }];
  const cascade = { ...cascadeOf(trust, []), survivors };
  return { ...accept({ kind: 'support-withdrawn', id: node.id, introducer }), cascade };
}

function staleRefusal(trust: Trust, { revision, asOf }: Shown): Refused | undefined {
  if (revision !== trust.snapshot.revision) {
    const detail = `revision ${trust.snapshot.revision} has come since ${revision}: look again at what would fall`;
    return refuse('revision-stale', detail, undefined, { revision: trust.snapshot.revision });
  }
  if (asOf === null || trust.turned <= asOf) return undefined;
  return refuse(
    'revision-stale',
    'something has begun or run out since: look again at what would fall',
    undefined,
    {
      revision: trust.snapshot.revision,
    },
  );
}
