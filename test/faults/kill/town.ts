/**
 * A log with much to lose in it: towns that trust providers, who know people, who know others, all of whom have been
 * introduced. Revoking a town's trust in its provider takes everything with it, wide or deep, but for what somebody
 * else holds up as well.
 */
import { openSqliteStore } from '../../../src/adapters/store/index.ts';
import { wallTime } from '../../../src/base/index.ts';
import type {
  ActorId,
  Origin,
  RelationshipId,
  Revision,
  Support,
  Terms,
  TrustEvent,
} from '../../../src/trust/index.ts';

/** Longer than the default, so that chains can be deep. */
export const CHAIN_MAX = 16;
export const TOWNS = 24;

/** So many people around a provider, and how far the word of each is passed on. */
const SHAPES = [
  { wide: 40, deep: 1 },
  { wide: 2, deep: 12 },
  { wide: 8, deep: 3 },
] as const;

/** Writes the log of {@link TOWNS} towns into a new store. */
export async function buildTowns(file: string): Promise<void> {
  const store = openSqliteStore(file);
  let revision = 0 as Revision;
  for (let town = 0; town < TOWNS; town++) {
    const events = [...townOf(town)];
    revision = await store.append(revision, { at: wallTime(0), by: 'operator', events });
  }
  await store.close();
}

function* townOf(town: number): Generator<TrustEvent> {
  const { wide, deep } = SHAPES[town % SHAPES.length] ?? SHAPES[0];
  const name = (who: string): ActorId => `${who}-${town}` as ActorId;
  const here = name('town');
  for (const each of ['town', 'provider', 'friend'])
    yield { kind: 'actor-added', id: name(each), actor: 'user', name: name(each), owner: null };
  yield direct(here, name('provider'), CHAIN_MAX);
  yield direct(here, name('friend'), CHAIN_MAX);
  for (let person = 0; person < wide; person++) {
    let introducer = name('provider');
    for (let depth = 1; depth <= deep; depth++) {
      const id = name(`person-${person}.${depth}`);
      yield { kind: 'actor-added', id, actor: 'user', name: id, owner: null };
      yield direct(introducer, id, CHAIN_MAX);
      const supports = [supportOf(here, introducer, id)];
      // One in seven of the first circle is a friend's friend too.
      if (depth === 1 && person % 7 === 3) {
        yield direct(name('friend'), id, CHAIN_MAX);
        supports.push(supportOf(here, name('friend'), id));
      }
      yield established(here, id, CHAIN_MAX - depth, { kind: 'introduced', supports });
      introducer = id;
    }
  }
}

const idOf = (trustor: ActorId, trustee: ActorId): RelationshipId =>
  `${trustor}>${trustee}` as RelationshipId;

const supportOf = (town: ActorId, introducer: ActorId, person: ActorId): Support => ({
  introducer,
  through: idOf(town, introducer),
  knows: idOf(introducer, person),
});

const direct = (trustor: ActorId, trustee: ActorId, introduce: number): TrustEvent =>
  established(trustor, trustee, introduce, { kind: 'direct', ground: { kind: 'operator' } });

function established(trustor: ActorId, trustee: ActorId, introduce: number, origin: Origin): TrustEvent {
  const terms: Terms = {
    scope: [{ actions: ['read'], resources: ['/*' as Terms['scope'][number]['resources'][number]] }],
    level: 'view',
    introduce,
    notBefore: null,
    notAfter: null,
  };
  const relationship = { id: idOf(trustor, trustee), trustor, trustee, terms, origin };
  return { kind: 'relationship-established', relationship };
}
