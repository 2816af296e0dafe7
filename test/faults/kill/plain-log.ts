/** What a log means, read without any code of src: into the naive twin of trust. */
import assert from 'node:assert/strict';
import type { StoredEntry } from '../../../src/daemon/ports/index.ts';
import type { TrustEvent } from '../../../src/trust/index.ts';
import { type PlainRelationship, PlainTrust } from '../../model/trust.spec.ts';
import { CHAIN_MAX } from './town.ts';

export function plainFold(entries: readonly StoredEntry[]): PlainTrust {
  const plain = new PlainTrust(CHAIN_MAX);
  for (const { events } of entries) for (const event of events) step(plain, event);
  return plain;
}

function step(plain: PlainTrust, event: TrustEvent): void {
  const found = (id: string): PlainRelationship => {
    const relationship = plain.relationships.get(id);
    assert.ok(relationship !== undefined && relationship.state !== 'ended', id);
    return relationship;
  };
  switch (event.kind) {
    case 'actor-added':
      plain.actors.set(event.id, { kind: event.actor, owner: event.owner, active: true });
      return;
    case 'relationship-established': {
      const { id, trustor, trustee, terms, origin } = event.relationship;
      const { introduce } = terms;
      plain.relationships.set(id, {
        id,
        trustor,
        trustee,
        terms: { scope: new Set(['read /*']), level: 0, introduce, from: 0, until: Infinity },
        ground: origin.kind === 'direct' ? 'operator' : null,
        supports: origin.kind === 'direct' ? [] : [...origin.supports],
        state: 'active',
      });
      return;
    }
    case 'relationship-suspended':
      found(event.id).state = 'suspended';
      return;
    case 'relationship-resumed':
      found(event.id).state = 'active';
      return;
    case 'relationships-ended':
      for (const id of event.revoked) found(id).state = 'ended';
      for (const fall of event.fallen)
        for (const id of 'ids' in fall ? fall.ids : [fall.id]) found(id).state = 'ended';
      return;
    default:
      assert.fail(`nobody wrote ${event.kind}`);
  }
}
