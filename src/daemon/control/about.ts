/** What a change is about, in a few words for the operator's log: `device/lamp-1, user/ann -> user/bob, 12 more`. */
import type { ActorId, CredentialId, RelationshipId, TrustEvent, TrustSnapshot } from '../../trust/index.ts';

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
      if (shown.size < SHOWN)
        shown.add(typeof subject === 'string' ? name(subject) : subject.map(name).join(' -> '));
      else left++;
    }
  }
  return [...shown, ...(left > 0 ? [`${left} more`] : [])].join(', ');
}

/** One actor, or the two ends of a relationship. */
type Subject = ActorId | readonly ActorId[];

function subjectsOf(event: TrustEvent, { credentials, relationships }: TrustSnapshot): readonly Subject[] {
  const holder = (id: CredentialId): readonly Subject[] => {
    const actor = credentials.get(id)?.actor;
    return actor === undefined ? [] : [actor];
  };
  const ends = (id: RelationshipId): readonly Subject[] => {
    const one = relationships.get(id);
    return one === undefined ? [] : [[one.trustor, one.trustee]];
  };
  switch (event.kind) {
    case 'psk-established':
      return [event.actor];
    case 'credential-established':
      return [event.credential.actor];
    case 'credential-rotated':
    case 'credential-suspended':
    case 'credential-resumed':
    case 'credential-ended':
      return holder(event.id);
    case 'relationship-established':
      return [[event.relationship.trustor, event.relationship.trustee]];
    case 'support-added':
    case 'support-withdrawn':
    case 'relationship-suspended':
    case 'relationship-resumed':
      return ends(event.id);
    case 'relationships-ended':
      return [...event.revoked, ...event.fallen.map(({ id }) => id)].flatMap(ends);
    case 'relationships-forgotten':
    case 'claim-window-opened':
    case 'claim-window-closed':
      return [];
    default:
      return [event.id];
  }
}

const SHOWN = 3;
