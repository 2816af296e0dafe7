/** What the shards of the simulation begin with: devices with no rights but what a platform trusts each of them to. */
import {
  type ActorId,
  apply,
  ownerTerms,
  type RelationshipId,
  restoreSnapshot,
  type Revision,
  type Terms,
  type TrustEvent,
  type TrustSnapshot,
} from '../../src/trust/index.ts';
import { credentialOf } from '../fakes/world.ts';

/** The platform is `plt`, the devices are `d0`, `d1`, ..., and `r-d0` is the platform's trust in the first of them. */
export function townOf(devices: number): TrustSnapshot {
  const revision = 1 as Revision;
  const names = Array.from({ length: devices }, (_, n) => `d${n}`);
  const alice = { id: 'alice' as ActorId, kind: 'user', name: 'alice', owner: null, revision } as const;
  const platform = { id: 'plt' as ActorId, kind: 'platform', name: 'demo', owner: null, revision } as const;
  const actors = names.map((name) => {
    return { id: name as ActorId, kind: 'device', name, owner: alice.id, revision } as const;
  });
  const credentials = names.map((name) => {
    const identityHex = Buffer.from(name).toString('hex');
    const actor = name as ActorId;
    const proof = { kind: 'psk', identityHex, sealedKey: '', established: 'file' } as const;
    return { id: credentialOf(name), actor, ...proof, revision };
  });
  const town = restoreSnapshot({ revision, actors: [alice, platform, ...actors], credentials });
  return apply(town, 2 as Revision, names.map(trusted));
}

function trusted(name: string): TrustEvent {
  const scope = [{ actions: ['read'], resources: ['/*' as Terms['scope'][number]['resources'][number]] }];
  const terms = { ...ownerTerms(''), scope } as Terms;
  const origin = { kind: 'direct', ground: { kind: 'operator' } } as const;
  const ends = { trustor: 'plt' as ActorId, trustee: name as ActorId };
  const relationship = { id: `r-${name}` as RelationshipId, ...ends, terms, origin };
  return { kind: 'relationship-established', relationship };
}
