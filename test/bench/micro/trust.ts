/**
 * What trust costs at 100,000 relationships: `node test/bench/micro/trust.ts`. One revocation takes 10,000
 * introduced ones with it. Processor time of the thread, so that a busy machine gives the same figures. For
 * comparing before with after on one machine.
 */
import { wallTime } from '../../../src/base/index.ts';
import {
  type Actor,
  type ActorId,
  emptySnapshot,
  plainSnapshot,
  recordSnapshot,
  type Relationship,
  type RelationshipId,
  restoreSnapshot,
  type Revision,
  revoke,
  rightOf,
  SCOPE_ACTIONS,
  type Terms,
  Trust,
  type TrustEvent,
} from '../../../src/trust/index.ts';
import { print } from './print.ts';

const DEPENDANTS = 10_000;
const RELATIONSHIPS = 100_000;
const ACTORS = 20_000;
const NOW = wallTime(1_000_000);
const REVISION = 1 as Revision;

const actorId = (n: number): ActorId => `dev-${n}` as ActorId;
const relationshipId = (n: number): RelationshipId => `rel-${n}` as RelationshipId;
const ROOT = relationshipId(0);
const termsOf = (introduce: number, n: number): Terms => ({
  scope: [{ actions: SCOPE_ACTIONS, resources: ['/*' as Terms['scope'][number]['resources'][number]] }],
  level: 'administer',
  introduce,
  notBefore: null,
  notAfter: n % 10 === 0 ? wallTime(NOW + n) : null,
});

function relationship(n: number, trustor: number, trustee: number, via?: number): Relationship {
  const supports = [{ introducer: actorId(1), through: ROOT, knows: relationshipId(via ?? 0) }];
  return {
    id: relationshipId(n),
    trustor: actorId(trustor),
    trustee: actorId(trustee),
    terms: termsOf(via === undefined ? 1 : 0, via === undefined && n > 2 * DEPENDANTS ? n : 1),
    origin:
      via === undefined ? { kind: 'direct', ground: { kind: 'operator' } } : { kind: 'introduced', supports },
    state: { kind: 'active' },
    revision: REVISION,
  };
}

/** 0 trusts 1, who knows 10,000 others and has introduced them all to 0; 80,000 more trust somebody directly. */
function world(): readonly Relationship[] {
  const all = [relationship(0, 0, 1)];
  for (let n = 1; n <= DEPENDANTS; n++) all.push(relationship(n, 1, n + 1));
  for (let n = 1; n <= DEPENDANTS; n++) all.push(relationship(DEPENDANTS + n, 0, n + 1, n));
  for (let n = all.length; n < RELATIONSHIPS; n++)
    all.push(relationship(n, n % ACTORS, (n * 7 + 1) % ACTORS));
  return all;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

function timed<T>(act: () => T): { ms: number; value: T } {
  const started = process.threadCpuUsage();
  const value = act();
  const { user, system } = process.threadCpuUsage(started);
  return { ms: (user + system) / 1_000, value };
}

const actors = Array.from({ length: ACTORS }, (_, n): Actor => {
  const id = actorId(n);
  return { id, kind: 'device', name: id, owner: null, state: 'active', revision: REVISION };
});
const record = { ...recordSnapshot(emptySnapshot()), revision: REVISION, actors, relationships: world() };
const json = JSON.stringify(record);

const starts: number[] = [];
const previews: number[] = [];
const appends: number[] = [];
for (let run = 0; run < 5; run++) {
  const started = timed(() => new Trust(restoreSnapshot(JSON.parse(json)), NOW));
  starts.push(started.ms);
  const trust = started.value;
  const { ms, value } = timed(() => revoke(trust, { id: ROOT, by: { kind: 'operator' }, shown: null }));
  if (value.kind === 'refused' || value.cascade.fallen.length !== DEPENDANTS)
    throw new TypeError('nothing fell');
  previews.push(ms);
  const { events } = value;
  const applied = timed(() => trust.apply({ revision: (REVISION + 1) as Revision, events }));
  if (applied.value.lost.length !== DEPENDANTS + 1) throw new TypeError('nothing was lost');
  appends.push(applied.ms);
}
print('restore and settle 100,000 relationships', median(starts), 'ms');
print('preview of a revocation, 10,000 dependants', median(previews), 'ms');
print('the revocation in force, 10,000 dependants', median(appends), 'ms');
print(
  'both together, the slowest of five',
  Math.max(...previews.map((ms, at) => ms + (appends[at] ?? 0))),
  'ms',
);

const trust = new Trust(restoreSnapshot(record), NOW);
const LOOKUPS = 1_000_000;
let valid = 0;
const ids = Array.from({ length: RELATIONSHIPS }, (_, n) => relationshipId(n));
const looked = timed(() => {
  for (let n = 0; n < LOOKUPS; n++)
    if (trust.isValid(ids[(n * 7_919) % RELATIONSHIPS] as RelationshipId)) valid++;
});
print('validity of a relationship', (looked.ms * 1e6) / LOOKUPS);
const question = {
  of: actorId(0),
  action: 'write',
  resource: 'd/dev-0/state',
  level: 'operate',
} as const;
const asked = timed(() => {
  for (let n = 0; n < 200_000; n++) {
    const asker = { actor: actorId(2 + (n % DEPENDANTS)), user: null };
    if (rightOf(trust, { ...question, asker }).kind === 'held') valid++;
  }
});
print('right of a principal, introduced', (asked.ms * 1e6) / 200_000);

const single: number[] = [];
let revision = REVISION;
for (let n = 0; n < 200; n++) {
  const id = relationshipId(30_000 + n);
  const events: TrustEvent[] = [{ kind: 'relationships-ended', revoked: [id], fallen: [] }];
  revision = (revision + 1) as Revision;
  single.push(timed(() => trust.apply({ revision, events })).ms * 1_000);
}
print('a revocation without dependants in force', median(single), 'us');
const waited = timed(() => trust.advance(wallTime(NOW + RELATIONSHIPS)));
print(`time passes, ${waited.value.lost.length} relationships run out`, waited.ms, 'ms');
print('a copy for another thread', timed(() => structuredClone(plainSnapshot(trust.snapshot))).ms, 'ms');
print(`(${valid} valid)`, json.length / 1e6, 'MB');
