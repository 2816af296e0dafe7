/** What a change is about, in a few words for the operator's log: `device/lamp-1, user/ann -> user/bob, 12 more`. */
import {
  type ActorId,
  type CredentialId,
  idsOf,
  type RelationshipId,
  type TrustEvent,
  type TrustSnapshot,
} from '../../trust/index.ts';

/** `before`: the snapshot that the events change; what they end is still in it. Empty when it is about no actor. */
export function aboutOf(events: readonly TrustEvent[], before: TrustSnapshot): string {
  const name = (id: ActorId): string => {
    const added = events.find((event) => event.kind === 'actor-added' && event.id === id);
    const one =
      added?.kind === 'actor-added' ? { kind: added.actor, name: added.name } : before.actors.get(id);
    return one === undefined ? id : `${one.kind}/${one.name}`;
  };
  const shown = new Set<string>();
  let left = 0;
  for (const event of events) {
    for (const subject of subjectsOf(event, before)) {
      if (shown.size === SHOWN) left++;
      else for (const ids of subject()) shown.add(ids.map(name).join(' -> '));
    }
  }
  return [...shown, ...(left > 0 ? [`${left} more`] : [])].join(', ');
}

/** One actor, or the two ends of a relationship, or nobody who is known: looked up only where it is shown. */
type Subject = () => readonly (readonly ActorId[])[];

function subjectsOf(event: TrustEvent, { credentials, relationships }: TrustSnapshot): readonly Subject[] {
  const actor =
    (id: ActorId): Subject =>
    () => [[id]];
  const holder =
    (id: CredentialId): Subject =>
    () => {
      const one = credentials.get(id);
      return one === undefined ? [] : [[one.actor]];
    };
  const ends =
    (id: RelationshipId): Subject =>
    () => {
      const one = relationships.get(id);
      return one === undefined ? [] : [[one.trustor, one.trustee]];
    };
  switch (event.kind) {
    case 'psk-established':
      return [actor(event.actor)];
    case 'credential-established':
      return [actor(event.credential.actor)];
    case 'credential-rotated':
    case 'credential-suspended':
    case 'credential-resumed':
    case 'credential-ended':
      return [holder(event.id)];
    case 'relationship-established':
      return [() => [[event.relationship.trustor, event.relationship.trustee]]];
    case 'support-added':
    case 'support-withdrawn':
    case 'relationship-suspended':
    case 'relationship-resumed':
      return [ends(event.id)];
    case 'relationships-ended':
      return [...event.revoked, ...event.fallen.flatMap(idsOf)].map(ends);
    case 'relationships-forgotten':
    case 'claim-window-opened':
    case 'claim-window-closed':
      return [];
    default:
      return [actor(event.id)];
  }
}

const SHOWN = 3;
