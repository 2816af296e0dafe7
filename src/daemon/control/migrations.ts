/**
 * What older logs lack, made good at the start: entries of the log like any other, in the name of the gateway, each
 * once in the life of a store.
 */
import type { Entropy } from '../../crypto/index.ts';
import { utf8 } from '../../base/index.ts';
import { type ActorId, ownerTerms, replay, type TrustEvent, type TrustSnapshot } from '../../trust/index.ts';
import { type Clock, type OperatorLog, report, type Store } from '../ports/index.ts';
import { drawRelationshipId } from './commands/index.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: OperatorLog;
}

/** The snapshot with everything made good; what is written is in the log before this resolves. */
export async function migrate(parts: Parts, snapshot: TrustSnapshot): Promise<TrustSnapshot> {
  if ((await parts.store.getBlob(OWNERS_TRUSTED)) !== undefined) return snapshot;
  const migrated = await trustOwners(parts, snapshot);
  await parts.store.putBlob(OWNERS_TRUSTED, utf8(String(migrated.revision)));
  return migrated;
}

/**
 * Ownership is a relationship: in the first logs a device with an owner had only the name of him. One that has had a
 * relationship to him, be it that it ended, is left alone: what was revoked does not return.
 */
async function trustOwners(parts: Parts, before: TrustSnapshot): Promise<TrustSnapshot> {
  const { store, clock, entropy, log } = parts;
  const trusted = new Set<string>();
  for (const { trustor, trustee } of before.relationships.values()) trusted.add(pair(trustor, trustee));
  const lacking = [...before.actors.values()].flatMap(({ id, name, owner }) =>
    owner === null || trusted.has(pair(id, owner)) ? [] : [{ id, name, owner }],
  );
  let snapshot = before;
  for (let from = 0; from < lacking.length; from += DEVICES_PER_ENTRY) {
    const events = lacking.slice(from, from + DEVICES_PER_ENTRY).map(
      ({ id, owner, name }): TrustEvent => ({
        kind: 'relationship-established',
        relationship: {
          id: drawRelationshipId(entropy),
          trustor: id,
          trustee: owner,
          terms: ownerTerms(name),
          origin: { kind: 'direct', ground: { kind: 'operator' } },
        },
      }),
    );
    const revision = await store.append(snapshot.revision, { at: clock.wall(), by: 'gateway', events });
    snapshot = replay(snapshot, [{ revision, events }]);
    report(log, 'trust migrated', { revision, relationships: events.length });
  }
  return snapshot;
}

const pair = (trustor: ActorId, trustee: ActorId): string => `${trustor} ${trustee}`;

/** The blob whose presence says that devices trust their owners, and since which revision. */
const OWNERS_TRUSTED = 'owners-trusted';
const DEVICES_PER_ENTRY = 10_000;
