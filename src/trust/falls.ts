/** Falls: the same list, told one by one or with those together that follow each other for the same reason. */
import type { Fall, Fallen } from './events.ts';
import type { RelationshipId } from './relationship.ts';

/** In the same order. */
export function gatherFalls(fallen: readonly Fallen[]): readonly Fall[] {
  const falls: { readonly ids: RelationshipId[]; readonly because: RelationshipId }[] = [];
  let last: (typeof falls)[number] | undefined;
  for (const { id, because } of fallen) {
    if (last?.because === because) last.ids.push(id);
    else falls.push((last = { ids: [id], because }));
  }
  return falls;
}

/** Those of one fall. */
export const idsOf = (fall: Fall | Fallen): readonly RelationshipId[] =>
  'ids' in fall ? fall.ids : [fall.id];
