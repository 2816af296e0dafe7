/** The live trust and its plain definition side by side: each step is told to both, and both must say the same. */
import assert from 'node:assert/strict';
import { type WallTime, wallTime } from '../../src/base/index.ts';
import {
  type ActorId,
  addActor,
  addSupport,
  type Agent,
  type Cascade,
  type CredentialFacts,
  type CredentialId,
  emptySnapshot,
  endCredential,
  establishCredential,
  establishTrust,
  introduce,
  LEVELS,
  type Level,
  plainSnapshot,
  recordSnapshot,
  type RelationshipId,
  removeActor,
  replay,
  restoreSnapshot,
  resumeActor,
  resumeCredential,
  resumeRelationship,
  type Revision,
  revoke,
  rightOf,
  rotateCredential,
  type ScopeAction,
  type ScopeWish,
  suspendActor,
  suspendCredential,
  suspendRelationship,
  Trust,
  type TrustBatch,
  useCredential,
  type Verdict,
} from '../../src/trust/index.ts';
import {
  means,
  type PlainCascade,
  type PlainRelationship,
  type PlainSupport,
  type PlainTerms,
  PlainTrust,
  type PlainVerdict,
} from './trust.spec.ts';

const OPERATOR: Agent = { kind: 'operator' };
const agentOf = (who: string): Agent =>
  who === 'operator' ? OPERATOR : { kind: 'actor', id: who as ActorId };

export interface Step {
  readonly does:
    | 'trusts'
    | 'introduces'
    | 'vouches'
    | 'revokes'
    | 'suspends'
    | 'resumes'
    | 'waits'
    | 'suspends-actor'
    | 'resumes-actor'
    | 'removes-actor'
    | 'establishes'
    | 'rotates'
    | 'uses'
    | 'suspends-credential'
    | 'resumes-credential'
    | 'ends-credential'
    | 'asks';
  readonly by: string;
  /** Choices: each picks from whatever there is to pick from. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

const ACTORS = [
  ['alice', 'user', null],
  ['bob', 'user', null],
  ['lock', 'device', 'alice'],
  ['key', 'device', 'alice'],
  ['lamp', 'device', 'bob'],
  ['acme', 'platform', null],
] as const;

const SCOPES: readonly ScopeWish[] = [
  [{ actions: ['*'], resources: ['*'] }],
  [{ actions: ['*'], resources: ['*'] }],
  [{ actions: ['*'], resources: ['/*'] }],
  [{ actions: ['read', 'write'], resources: ['/x/*'] }],
  [{ actions: ['read'], resources: ['d/lock/*'] }],
  [{ actions: ['*'], resources: ['d/lock/x/*', 'backend/acme/in'] }],
  [
    { actions: ['read'], resources: ['/x/y'] },
    { actions: ['write', 'execute'], resources: ['d/lamp/*', '/in'] },
  ],
];

const ACTIONS: readonly ScopeAction[] = ['read', 'write', 'execute', 'administer'];
const PLACES = ['d/lock', 'd/lamp', 'd/other', 'backend/acme'];
const PATHS = ['/', '/x', '/x/y', '/x/y/z', '/x/new', '/in', '/in/new', '/xx'];

/** All that a scope gives, enumerated. */
function expand(wish: ScopeWish): Set<string> {
  const pairs = new Set<string>();
  for (const { actions, resources } of wish) {
    for (const action of ACTIONS) {
      if (!actions.includes('*') && !actions.includes(action)) continue;
      for (const place of PLACES) {
        for (const path of PATHS) {
          if (resources.some((pattern) => means(pattern, place, path)))
            pairs.add(`${action} ${place}${path}`);
        }
      }
    }
  }
  return pairs;
}

const EXPANDED = SCOPES.map(expand);

export class TrustPair {
  trust: Trust;
  readonly plain: PlainTrust;
  /** How often something worth seeing has been seen. */
  readonly seen: Map<string, number>;
  readonly #batches: TrustBatch[] = [];
  readonly #crowd: number;
  #made = 0;

  /** The fewer the actors, the denser they are tied to each other. */
  constructor(chainMax: number, crowd: number, seen: Map<string, number>) {
    this.#crowd = crowd;
    this.trust = new Trust(emptySnapshot(), wallTime(0), { chainMax });
    this.plain = new PlainTrust(chainMax);
    this.seen = seen;
    for (const [name, kind, owner] of ACTORS) {
      const verdict = addActor(
        this.trust.snapshot,
        { id: name as string as ActorId, kind, name, owner },
        null,
      );
      this.plain.actors.set(name, { kind, owner, active: true });
      this.#both(verdict, { refused: null, cascade: { revoked: [], fallen: [], survivors: [] } });
    }
  }

  run(step: Step): void {
    try {
      this.#run(step);
    } catch (cause) {
      throw new Error(JSON.stringify(step), { cause });
    }
  }

  #run(step: Step): void {
    switch (step.does) {
      case 'trusts':
        return this.#trusts(step);
      case 'introduces':
        return this.#introduces(step);
      case 'vouches':
        return this.#vouches(step);
      case 'revokes':
        return this.#revokes(step);
      case 'suspends':
      case 'resumes':
        return this.#suspends(step);
      case 'waits':
        return this.#waits(step);
      case 'suspends-actor':
      case 'resumes-actor':
      case 'removes-actor':
        return this.#actor(step);
      case 'asks':
        return this.#asks(step);
      default:
        return this.#credential(step);
    }
  }

  #trusts({ by, a, b, c, d }: Step): void {
    const trustor = this.#actorAt(a);
    const trustee = this.#actorAt(a % 25 === 0 ? a : a + 1 + (b % (this.#crowd - 1)));
    const id = this.#id('rel');
    const credential = c % 3 === 0 ? this.#credentialAt(d, trustee) : undefined;
    const scope = d % 3 === 0 ? b % SCOPES.length : 0;
    const level = LEVELS[3 - (c % 5 === 0 ? c % 4 : 0)] as Level;
    const introduce = 3 - (a % 5 === 0 ? b % 4 : 0);
    const notBefore = b % 9 === 0 ? this.#in(b % 5) : null;
    const notAfter = c % 7 === 0 ? this.#in(1 + (d % 30)) : null;
    const terms = { scope: SCOPES[scope] ?? [], level, introduce, notBefore, notAfter };
    const wish = {
      id: id as RelationshipId,
      trustor: trustor as ActorId,
      trustee: trustee as ActorId,
      terms,
    };
    // Mostly by an operator, so that there is something to look at.
    const who = d % 4 === 0 ? this.#speaker(by, trustor, c) : 'operator';
    const verdict = establishTrust(
      this.trust,
      {
        ...wish,
        credential: (credential?.id ?? null) as CredentialId | null,
      },
      agentOf(who),
    );
    const plainTerms = plainOf(scope, level, introduce, notBefore, notAfter);
    const ground =
      credential === undefined ? 'operator' : { line: credential.line, holder: credential.actor };
    const expected = this.plain.trust({ id, trustor, trustee, terms: plainTerms, ground }, who);
    if (expected.refused === null && who !== 'operator' && who !== trustor) this.#saw('given by the owner');
    this.#both(verdict, expected);
  }

  #introduces({ by, a, c, d }: Step): void {
    const pair = this.#vouchAt(a, ({ trustor }, { trustee, ground }) => {
      if (a % 3 === 0 && ground !== null) return false;
      return trustor !== trustee || a % 50 === 0;
    });
    if (pair === undefined) return;
    const { through, knows } = pair;
    const id = this.#id('rel');
    const scope = c % 6 === 0 ? c % SCOPES.length : SCOPES.findIndex((_, i) => isWithin(i, through, knows));
    const lowest = Math.min(through.terms.level, knows.terms.level);
    const level = LEVELS[d % 11 === 0 ? d % 4 : lowest] as Level;
    const introduces = d % 8 === 0 ? d % 3 : Math.max(0, through.terms.introduce - 1);
    const notBefore = null;
    const notAfter = d % 7 === 0 ? this.#in(1 + (c % 20)) : null;
    const support = { introducer: through.trustee, through: through.id, knows: knows.id };
    const { trustor } = through;
    const { trustee } = knows;
    const wish = {
      level,
      introduce: introduces,
      notBefore,
      notAfter,
      scope: SCOPES[Math.max(0, scope)] ?? [],
    };
    const ends = { id: id as RelationshipId, trustor: trustor as ActorId, trustee: trustee as ActorId };
    const who = a % 3 === 0 ? this.#speaker(by, support.introducer, c) : 'operator';
    const verdict = introduce(this.trust, { ...ends, ...wish, ...idsOf(support) }, agentOf(who));
    const terms = {
      ...plainOf(Math.max(0, scope), level, introduces, null, notAfter),
      from: Math.max(through.terms.from, knows.terms.from),
      ...(notAfter === null ? { until: Math.min(through.terms.until, knows.terms.until) } : {}),
    };
    const expected = this.plain.introduce({ id, trustor, trustee, terms }, support, who);
    if (expected.refused === null) this.#saw('introduced');
    this.#both(verdict, expected);
  }

  #vouches({ a, b }: Step): void {
    const wanted = [...this.plain.relationships.values()].filter(
      (r) => (r.ground === null && r.state === 'active') || a % 9 === 0,
    );
    const triples = wanted.flatMap((r) => {
      const known = r.supports.map(({ introducer }) => introducer);
      const fits = (through: PlainRelationship, knows: PlainRelationship): boolean =>
        through.trustor === r.trustor &&
        knows.trustee === r.trustee &&
        (b % 20 === 0 || !known.includes(through.trustee)) &&
        (a % 2 === 0 || this.#leansOn(through.id, r.id) || this.#leansOn(knows.id, r.id));
      const pair = this.#vouchAt(b, fits);
      return pair === undefined ? [] : [{ r, ...pair }];
    });
    const chosen = triples[a % (triples.length || 1)];
    if (chosen === undefined) return;
    const { r, through, knows } = chosen;
    const support = { introducer: through.trustee, through: through.id, knows: knows.id };
    const verdict = addSupport(this.trust, r.id as RelationshipId, idsOf(support), OPERATOR);
    const expected = this.plain.addSupport(r.id, support);
    if (expected.refused === null && this.#leansOn(through.id, r.id)) this.#saw('cycle');
    if (expected.refused === null && this.#leansOn(knows.id, r.id)) this.#saw('cycle');
    this.#both(verdict, expected);
  }

  #revokes({ a, by, b }: Step): void {
    const leaned = new Set(
      [...this.plain.relationships.values()].flatMap((r) => r.supports.flatMap((s) => [s.through, s.knows])),
    );
    const r = this.#relationshipAt(a, ({ id, state, supports }) => {
      if (a % 5 === 0) return true;
      return state !== 'ended' && (by === 'introducer' ? supports.length > 1 : a % 3 === 0 || leaned.has(id));
    });
    if (r === undefined) return;
    const who = this.#agent(by, r, b);
    const agent = agentOf(who);
    const preview = this.#quietly(() =>
      revoke(this.trust, { id: r.id as RelationshipId, by: agent, shown: null }),
    );
    const shown =
      preview.kind === 'accepted' ? { revision: preview.cascade.revision, asOf: preview.cascade.asOf } : null;
    const verdict = revoke(this.trust, { id: r.id as RelationshipId, by: agent, shown });
    assert.deepEqual(verdict, preview, 'what was shown is what happens');
    const before = this.plain.lengths();
    const expected = this.plain.revoke(r.id, who);
    const after = this.plain.lengths();
    assert.ok(
      [...after.keys()].every((id) => before.has(id)),
      'a revocation adds nothing',
    );
    if (expected.refused === null && expected.cascade.fallen.length > 1) this.#saw('deep');
    if (verdict.kind === 'accepted' && verdict.events[0]?.kind === 'support-withdrawn')
      this.#saw('withdrawn');
    this.#both(verdict, expected, verdict.kind === 'accepted' ? verdict.cascade : undefined);
    if (verdict.kind === 'refused') return;
    const again = revoke(this.trust, { id: r.id as RelationshipId, by: { kind: 'operator' }, shown: null });
    const isOver = this.plain.relationships.get(r.id)?.state === 'ended';
    if (isOver)
      assert.deepEqual(again.kind === 'accepted' && again.events, [], 'the second revocation does nothing');
  }

  #suspends({ does, a, by, b }: Step): void {
    const r = this.#relationshipAt(
      a,
      ({ state }) => a % 6 === 0 || (does === 'suspends') === (state === 'active'),
    );
    if (r === undefined) return;
    const who = this.#agent(by, r, b);
    const agent = agentOf(who);
    const act = does === 'suspends' ? suspendRelationship : resumeRelationship;
    const verdict = act(this.trust, r.id as RelationshipId, agent);
    this.#both(verdict, this.plain.suspend(r.id, who, does === 'suspends' ? 'suspended' : 'active'));
  }

  #waits({ a }: Step): void {
    const before = this.plain.lengths();
    const next = this.trust.nextChange();
    this.plain.now += a % 12;
    const shift = this.trust.advance(wallTime(this.plain.now));
    const after = this.plain.lengths();
    compareShift(shift, before, after);
    if (shift.lost.length > 0) this.#saw('lost by time');
    const changed = shift.lost.length + shift.gained.length > 0;
    if (changed) assert.ok(next !== undefined && next <= this.plain.now, 'the change was announced');
    assert.deepEqual(this.trust.advance(wallTime(this.plain.now - 5)), { gained: [], lost: [], lines: [] });
    this.#compare(after);
  }

  #actor({ does, a }: Step): void {
    const id = this.#actorAt(a);
    if (does === 'removes-actor') {
      // Removing them all leaves nothing to look at.
      if (a % 4 !== 0) return;
      const verdict = this.#quietly(() => removeActor(this.trust, id as ActorId));
      const expected = this.plain.removeActor(id);
      return this.#both(verdict, expected, verdict.kind === 'accepted' ? verdict.cascade : undefined);
    }
    const act = does === 'suspends-actor' ? suspendActor : resumeActor;
    this.#both(act(this.trust, id as ActorId), this.plain.setActive(id, does === 'resumes-actor'));
  }

  #credential({ does, a, b }: Step): void {
    if (does === 'establishes') {
      const actor = this.#actorAt(a);
      const facts = this.#pskOf(actor, b % 3 === 0 ? this.#in(1 + (b % 40)) : null);
      const expected = this.plain.establish(facts.id, actor, facts.notAfter ?? Infinity);
      return this.#both(establishCredential(this.trust, facts), expected);
    }
    const credential = this.#credentialAt(a);
    if (credential === undefined) return;
    const id = credential.id as CredentialId;
    switch (does) {
      case 'rotates': {
        const successor = this.#pskOf(credential.actor, null);
        const until = b % 2 === 0 ? this.#in(b % 20) : null;
        const expected = this.plain.rotate(id, successor.id, until ?? Infinity);
        return this.#both(rotateCredential(this.trust, { id, successor, until }, OPERATOR), expected);
      }
      case 'uses':
        return this.#both(useCredential(this.trust, id), this.plain.use(id));
      case 'ends-credential': {
        const verdict = this.#quietly(() => endCredential(this.trust, id, OPERATOR));
        const cascade = verdict.kind === 'accepted' ? verdict.cascade : undefined;
        return this.#both(verdict, this.plain.endCredential(id), cascade);
      }
      case 'suspends-credential':
        return this.#both(suspendCredential(this.trust, id, OPERATOR), this.plain.setCredential(id, false));
      default:
        return this.#both(resumeCredential(this.trust, id, OPERATOR), this.plain.setCredential(id, true));
    }
  }

  #asks({ a, b, c, d }: Step): void {
    const of = this.#actorAt(a);
    const actor = this.#actorAt(b) as ActorId;
    const user = (['alice', 'bob', null] as const)[c % 3] as ActorId | null;
    const action = ACTIONS[a % ACTIONS.length] as ScopeAction;
    const resource = `${PLACES[c % PLACES.length]}${PATHS[d % PATHS.length]}`;
    const level = LEVELS[d % 4] as Level;
    const answer = rightOf(this.trust, {
      of: of as ActorId,
      asker: { actor, user },
      action,
      resource,
      level,
    });
    const allows = (...trustees: string[]): boolean =>
      this.plain.allows(of, trustees, `${action} ${resource}`, d % 4);
    const isDevice = this.plain.actors.get(actor)?.kind === 'device';
    const expected =
      user === null ? allows(actor) : isDevice ? allows(actor, user) : allows(actor) && allows(user);
    assert.equal(answer.kind, expected ? 'held' : 'lacking');
    if (answer.kind === 'lacking') return;
    this.#saw('held');
    // The path leads from the one to the other, over what is direct and valid.
    const steps = answer.path.steps.map((id) => this.plain.relationships.get(id));
    assert.equal(steps[0]?.trustor, of);
    for (const [index, step] of steps.entries()) {
      assert.equal(this.trust.lengthOf(step?.id as RelationshipId), 0);
      if (index > 0) assert.equal(step?.trustor, steps[index - 1]?.trustee);
    }
    assert.ok([actor, user].includes(steps.at(-1)?.trustee as ActorId));
  }

  /** The log folds to the live state, however it is read. */
  conclude(): void {
    const { snapshot, now, settings } = this.trust;
    const folded = replay(emptySnapshot(), this.#batches);
    assert.deepEqual(recordSnapshot(folded), recordSnapshot(snapshot));
    const restored = restoreSnapshot(JSON.parse(JSON.stringify(recordSnapshot(snapshot))));
    for (const each of [folded, restored, structuredClone(plainSnapshot(snapshot))]) {
      assert.equal(each.unclaimed, snapshot.unclaimed);
      this.#compare(this.plain.lengths(), new Trust(each, now, settings));
    }
  }

  /** The live half by itself, with a life of its own. */
  copy(): LiveCopy {
    const { snapshot, now, settings } = this.trust;
    return new LiveCopy(new Trust(snapshot, now, settings));
  }

  /** The same verdict of both, then the same world in both. */
  #both(verdict: Verdict, expected: PlainVerdict, cascade?: Cascade): void {
    assert.equal(verdict.kind === 'refused' ? verdict.code : null, expected.refused);
    const events = verdict.events ?? [];
    if (expected.refused === null && cascade !== undefined) this.#compareCascade(cascade, expected.cascade);
    const before = new Map(this.trust.snapshot.relationships);
    const lengths = new Map([...before.keys()].flatMap((id) => entryOf(this.trust, id)));
    if (events.length > 0) {
      const revision = (this.trust.snapshot.revision + 1) as Revision;
      const batch = structuredClone({ revision, events });
      this.#batches.push(batch);
      const shift = this.trust.apply(batch);
      const after = this.plain.lengths();
      compareShift(shift, lengths, after);
      if (cascade !== undefined) {
        const fell = new Set([
          ...cascade.revoked.filter((id) => lengths.has(id)),
          ...cascade.fallen.map(({ id }) => id),
        ]);
        assert.deepEqual(new Set(shift.lost), fell, 'exactly what was announced has fallen');
      }
    }
    this.#compare(this.plain.lengths());
  }

  #compareCascade(cascade: Cascade, expected: PlainCascade): void {
    assert.deepEqual([...cascade.revoked].toSorted(), expected.revoked.toSorted());
    assert.deepEqual(cascade.fallen, expected.fallen);
    assert.deepEqual(cascade.survivors, expected.survivors);
    if (cascade.fallen.length > 0) this.#saw('falls');
    if (cascade.survivors.length > 0) this.#saw('survives');
    if (
      cascade.fallen.some(({ id }) => this.trust.snapshot.relationships.get(id)?.origin.kind === 'introduced')
    ) {
      this.#saw('final');
    }
  }

  #compare(expected: ReadonlyMap<string, number>, trust = this.trust): void {
    const found = new Map([...trust.snapshot.relationships.keys()].flatMap((id) => entryOf(trust, id)));
    assert.deepEqual(sorted(found), sorted(expected));
    for (const { id, state } of trust.snapshot.relationships.values()) {
      assert.equal(state.kind, this.plain.relationships.get(id)?.state);
    }
  }

  /** What `act` says, after making sure that it has changed nothing. */
  #quietly<T>(act: () => T): T {
    const { snapshot } = this.trust;
    const said = act();
    assert.equal(this.trust.snapshot, snapshot);
    this.#compare(this.plain.lengths());
    return said;
  }

  #leansOn(id: string, on: string, visited = new Set<string>()): boolean {
    if (id === on) return true;
    if (visited.has(id)) return false;
    visited.add(id);
    const supports = this.plain.relationships.get(id)?.supports ?? [];
    return supports.some((s) => this.#leansOn(s.through, on, visited) || this.#leansOn(s.knows, on, visited));
  }

  /** Somebody who speaks for an actor, or tries to. */
  #speaker(by: string, actor: string, choice: number): string {
    switch (by) {
      case 'trustor':
      case 'introducer':
        return actor;
      case 'owner':
        return this.plain.actors.get(actor)?.owner ?? actor;
      case 'anybody':
        return this.#actorAt(choice);
      default:
        return 'operator';
    }
  }

  #agent(by: string, r: PlainRelationship, choice: number): string {
    switch (by) {
      case 'trustor':
        return r.trustor;
      case 'owner':
        return this.plain.actors.get(r.trustor)?.owner ?? r.trustor;
      case 'introducer':
        return r.supports[choice % (r.supports.length || 1)]?.introducer ?? r.trustee;
      case 'anybody':
        return this.#actorAt(choice);
      default:
        return 'operator';
    }
  }

  /** One of the pairs that an introduction could stand on; mostly of those that are valid. */
  #vouchAt(choice: number, fits: (through: PlainRelationship, knows: PlainRelationship) => boolean) {
    const valid = this.plain.lengths();
    const all = [...this.plain.relationships.values()].filter(({ id }) => choice % 10 === 0 || valid.has(id));
    const pairs = all
      .filter(({ terms }) => choice % 15 === 0 || terms.introduce > 0)
      .flatMap((through) =>
        all
          .filter((knows) => knows.trustor === through.trustee && fits(through, knows))
          .map((knows) => ({ through, knows })),
      );
    return pairs[choice % (pairs.length || 1)];
  }

  #relationshipAt(choice: number, fits: (r: PlainRelationship) => boolean): PlainRelationship | undefined {
    const all = [...this.plain.relationships.values()].filter(fits);
    return all[choice % (all.length || 1)];
  }

  #credentialAt(choice: number, actor?: string) {
    const all = [...this.plain.credentials.values()].filter((c) => actor === undefined || c.actor === actor);
    return all[choice % (all.length || 1)];
  }

  #actorAt(choice: number): string {
    return ACTORS[choice % this.#crowd]?.[0] ?? '';
  }

  #pskOf(actor: string, notAfter: WallTime | null): CredentialFacts & { kind: 'psk' } {
    const id = this.#id('crd') as CredentialId;
    const identityHex = Buffer.from(id).toString('hex');
    const common = { user: null, established: 'file', notBefore: null, notAfter, sealedKey: '' } as const;
    return { id, kind: 'psk', actor: actor as ActorId, identityHex, ...common };
  }

  #in(ms: number): WallTime {
    return wallTime(this.plain.now + ms);
  }

  #id(prefix: string): string {
    return `${prefix}-${String(++this.#made).padStart(3, '0')}`;
  }

  #saw(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }
}

/** A live trust that goes its own way. */
class LiveCopy {
  readonly trust: Trust;

  constructor(trust: Trust) {
    this.trust = trust;
  }

  revokeAt(choice: number): void {
    const ids = [...this.trust.snapshot.relationships.keys()];
    const id = ids[choice % (ids.length || 1)];
    if (id === undefined) return;
    const verdict = revoke(this.trust, { id, by: { kind: 'operator' }, shown: null });
    assert.equal(verdict.kind, 'accepted');
    const { events } = verdict as { events: TrustBatch['events'] };
    if (events.length > 0)
      this.trust.apply({ revision: (this.trust.snapshot.revision + 1) as Revision, events });
  }

  lengths(): [string, number][] {
    return [...this.trust.snapshot.relationships.keys()].flatMap((id) => entryOf(this.trust, id));
  }
}

function entryOf(trust: Trust, id: RelationshipId): [string, number][] {
  const length = trust.lengthOf(id);
  return length === undefined ? [] : [[id, length]];
}

function compareShift(
  shift: { readonly gained: readonly string[]; readonly lost: readonly string[] },
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): void {
  assert.deepEqual(
    [...shift.gained].toSorted(),
    [...after.keys()].filter((id) => !before.has(id)).toSorted(),
  );
  assert.deepEqual([...shift.lost].toSorted(), [...before.keys()].filter((id) => !after.has(id)).toSorted());
}

function plainOf(
  scope: number,
  level: Level,
  introduce: number,
  notBefore: WallTime | null,
  notAfter: WallTime | null,
): PlainTerms {
  const from = notBefore ?? -Infinity;
  return {
    scope: EXPANDED[scope] ?? new Set(),
    level: LEVELS.indexOf(level),
    introduce,
    from,
    until: notAfter ?? Infinity,
  };
}

function isWithin(scope: number, through: PlainRelationship, knows: PlainRelationship): boolean {
  return [...(EXPANDED[scope] ?? [])].every(
    (pair) => through.terms.scope.has(pair) && knows.terms.scope.has(pair),
  );
}

const idsOf = ({ introducer, through, knows }: PlainSupport) => ({
  introducer: introducer as ActorId,
  through: through as RelationshipId,
  knows: knows as RelationshipId,
});

const sorted = (map: ReadonlyMap<string, number>): [string, number][] =>
  [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
