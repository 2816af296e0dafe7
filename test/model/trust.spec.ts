/**
 * Trust as its definition says it, with no thought of speed: sets are enumerated, validity is iterated from nothing
 * until nothing changes, and a cascade is the difference of two such iterations. Shares no code with src/trust.
 */

export type Ground = 'operator' | { readonly line: string; readonly holder: string };

export interface PlainTerms {
  /** Pairs of an action and a resource of the universe, joined by a space. */
  readonly scope: ReadonlySet<string>;
  readonly level: number;
  readonly introduce: number;
  readonly from: number;
  readonly until: number;
}

export interface PlainSupport {
  readonly introducer: string;
  readonly through: string;
  readonly knows: string;
}

export interface PlainRelationship {
  readonly id: string;
  readonly trustor: string;
  readonly trustee: string;
  readonly terms: PlainTerms;
  /** What a direct one stands on; `null` for an introduced one. */
  readonly ground: Ground | null;
  supports: PlainSupport[];
  state: 'active' | 'suspended' | 'ended';
  /** Whose word suspended it. */
  suspendedBy?: string;
}

export interface PlainActor {
  readonly kind: string;
  readonly owner: string | null;
  active: boolean;
}

export interface PlainCredential {
  readonly id: string;
  readonly actor: string;
  readonly line: string;
  until: number;
  active: boolean;
  successor: string | null;
}

export interface PlainCascade {
  readonly revoked: string[];
  readonly fallen: { id: string; because: string }[];
  readonly survivors: { id: string; heldBy: PlainSupport }[];
}

export type PlainVerdict =
  | { readonly refused: string }
  | { readonly refused: null; readonly cascade: PlainCascade };

const DONE: PlainVerdict = { refused: null, cascade: { revoked: [], fallen: [], survivors: [] } };
const no = (refused: string): PlainVerdict => ({ refused });

export class PlainTrust {
  now = 0;
  readonly chainMax: number;
  readonly actors = new Map<string, PlainActor>();
  readonly credentials = new Map<string, PlainCredential>();
  readonly relationships = new Map<string, PlainRelationship>();

  constructor(chainMax: number) {
    this.chainMax = chainMax;
  }

  /** Every valid relationship with the length of its chain, which is the round in which it became valid. */
  lengths(): Map<string, number> {
    const valid = new Map<string, number>();
    for (let round = 0; ; round++) {
      const entering = [...this.relationships.values()].filter(
        (r) =>
          !valid.has(r.id) &&
          this.#inForce(r) &&
          (r.ground === null ? r.supports.some((s) => this.#holds(r, s, valid)) : this.#grounded(r.ground)),
      );
      if (entering.length === 0) return valid;
      for (const r of entering) valid.set(r.id, round);
    }
  }

  #inForce(r: PlainRelationship): boolean {
    const { from, until } = r.terms;
    const inTime = from <= this.now && this.now < until;
    return r.state === 'active' && inTime && this.#active(r.trustor) && this.#active(r.trustee);
  }

  #active(actor: string): boolean {
    return this.actors.get(actor)?.active === true;
  }

  #grounded(ground: Ground): boolean {
    if (ground === 'operator') return true;
    return [...this.credentials.values()].some(
      (c) => c.line === ground.line && c.active && this.now < c.until && this.#active(c.actor),
    );
  }

  /**
   * Every member valid, the terms within the meet of theirs, and fewer introductions left than the introducer has.
   */
  #holds(r: PlainRelationship, s: PlainSupport, valid: ReadonlyMap<string, number>): boolean {
    if (!valid.has(s.through) || !valid.has(s.knows)) return false;
    const through = this.#get(s.through).terms;
    const knows = this.#get(s.knows).terms;
    return within(r.terms, through) && within(r.terms, knows) && r.terms.introduce < through.introduce;
  }

  #get(id: string): PlainRelationship {
    const found = this.relationships.get(id);
    if (found === undefined) throw new TypeError(`no relationship ${id}`);
    return found;
  }

  trust(r: Omit<PlainRelationship, 'supports' | 'state'>, by: string): PlainVerdict {
    if (!this.actors.has(r.trustor) || !this.actors.has(r.trustee)) return no('actor-unknown');
    if (r.trustor === r.trustee) return no('self-trust');
    if (!this.#entitled(r, by)) return no('not-entitled');
    if (r.terms.from >= r.terms.until) return no('validity-empty');
    if (!this.#carries(r, by)) return no('terms-exceeded');
    this.relationships.set(r.id, { ...r, supports: [], state: 'active' });
    return DONE;
  }

  /** An owner gives of his device no more than the device gives him; whoever speaks for himself, what he wants. */
  #carries({ trustor, terms }: Pick<PlainRelationship, 'trustor' | 'terms'>, by: string): boolean {
    if (by === 'operator' || by === trustor) return true;
    return [...this.lengths().keys()]
      .map((id) => this.#get(id))
      .some(
        (own) =>
          own.trustor === trustor &&
          own.trustee === by &&
          within(terms, own.terms) &&
          terms.introduce <= own.terms.introduce,
      );
  }

  introduce(
    r: Omit<PlainRelationship, 'ground' | 'supports' | 'state'>,
    s: PlainSupport,
    by: string,
  ): PlainVerdict {
    if (!this.actors.has(r.trustor) || !this.actors.has(r.trustee)) return no('actor-unknown');
    if (r.trustor === r.trustee) return no('self-trust');
    const third = this.#thirdRefusal(r, s);
    if (third !== null) return no(third);
    if (!this.#speaksFor(s.introducer, by)) return no('not-entitled');
    const wrong = this.#vouchRefusal(r, s);
    if (wrong !== null) return no(wrong);
    this.relationships.set(r.id, { ...r, ground: null, supports: [s], state: 'active' });
    return DONE;
  }

  addSupport(id: string, s: PlainSupport): PlainVerdict {
    const r = this.relationships.get(id);
    if (r === undefined) return no('relationship-unknown');
    if (r.state === 'ended') return no('relationship-ended');
    if (r.ground !== null) return no('not-introduced');
    const third = this.#thirdRefusal(r, s);
    if (third !== null) return no(third);
    if (r.supports.some((each) => each.introducer === s.introducer)) return no('introducer-repeated');
    const wrong = this.#vouchRefusal(r, s);
    if (wrong !== null) return no(wrong);
    r.supports.push(s);
    return DONE;
  }

  #thirdRefusal(r: { trustor: string; trustee: string }, { introducer }: PlainSupport): string | null {
    if (!this.actors.has(introducer)) return 'actor-unknown';
    return introducer === r.trustor || introducer === r.trustee ? 'self-vouch' : null;
  }

  #vouchRefusal(r: { trustor: string; trustee: string; terms: PlainTerms }, s: PlainSupport): string | null {
    const third = this.#thirdRefusal(r, s);
    if (third !== null) return third;
    const valid = this.lengths();
    const through = this.relationships.get(s.through);
    const knows = this.relationships.get(s.knows);
    const isThrough = through?.trustor === r.trustor && through.trustee === s.introducer;
    const isKnows = knows?.trustor === s.introducer && knows.trustee === r.trustee;
    if (!isThrough || through.state === 'ended') return 'introducer-not-trusted';
    if (!isKnows || knows.state === 'ended') return 'trustee-not-trusted';
    if (!valid.has(s.through)) return 'introducer-not-trusted';
    if (!valid.has(s.knows)) return 'trustee-not-trusted';
    if (through.supports.some((each) => each.introducer === r.trustee)) return 'vouch-for-voucher';
    if (r.terms.introduce >= through.terms.introduce) return 'introductions-exhausted';
    if (r.terms.from >= r.terms.until) return 'validity-empty';
    if (!within(r.terms, through.terms) || !within(r.terms, knows.terms)) return 'terms-exceeded';
    const length = 1 + Math.max(valid.get(s.through) ?? 0, valid.get(s.knows) ?? 0);
    return length > this.chainMax ? 'chain-too-long' : null;
  }

  suspend(id: string, by: string, state: 'active' | 'suspended'): PlainVerdict {
    const r = this.relationships.get(id);
    if (r === undefined) return no('relationship-unknown');
    if (r.state === 'ended') return no('relationship-ended');
    if (!this.#entitled(r, by)) return no('not-entitled');
    if (state === 'suspended') {
      // What an operator has suspended stays his, and becomes his if he says it again.
      const whose = r.state === 'suspended' ? r.suspendedBy : by;
      r.suspendedBy = whose === undefined || by === 'operator' ? by : whose;
    } else if (r.state === 'suspended' && r.suspendedBy === 'operator' && by !== 'operator') {
      return no('not-entitled');
    }
    r.state = state;
    return DONE;
  }

  #entitled(r: Pick<PlainRelationship, 'trustor'>, by: string): boolean {
    return this.#speaksFor(r.trustor, by);
  }

  #speaksFor(actor: string, by: string): boolean {
    if (by === 'operator') return true;
    return this.#active(by) && (by === actor || by === this.actors.get(actor)?.owner);
  }

  revoke(id: string, by: string): PlainVerdict {
    const r = this.relationships.get(id);
    if (r === undefined) return no('relationship-unknown');
    const mayEnd = this.#entitled(r, by);
    const vouched = this.#active(by) && r.supports.some((s) => s.introducer === by);
    if (!mayEnd && !vouched) return no('not-entitled');
    if (r.state === 'ended') return DONE;
    if (mayEnd) return this.#end([id]);
    const rest = r.supports.filter((s) => s.introducer !== by);
    if (rest.length === 0) return this.#end([id]);
    const before = this.lengths();
    const all = r.supports;
    r.supports = rest;
    const after = this.lengths();
    if (before.has(id) && !after.has(id)) {
      r.supports = all;
      return this.#end([id]);
    }
    const survivors = after.has(id) ? [{ id, heldBy: this.#ground(r, after) }] : [];
    return { refused: null, cascade: { revoked: [], fallen: [], survivors } };
  }

  /** Ends relationships and all that was valid and is not valid without them. */
  #end(ids: readonly string[]): PlainVerdict {
    const before = this.lengths();
    for (const id of ids) this.#get(id).state = 'ended';
    const after = this.lengths();
    const fallen = [...before.keys()].filter((id) => !after.has(id) && !ids.includes(id));
    const gone = new Set([...ids, ...fallen]);
    const because = (id: string): string => {
      const { through, knows } = this.#ground(this.#get(id), before);
      return gone.has(through) ? through : knows;
    };
    const leaned = (s: PlainSupport): boolean =>
      (gone.has(s.through) || gone.has(s.knows)) && before.has(s.through) && before.has(s.knows);
    const survivors = [...after.keys()].filter((id) => this.#get(id).supports.some(leaned)).toSorted();
    const cascade = {
      revoked: [...ids],
      fallen: fallen
        .toSorted((a, b) => (before.get(a) ?? 0) - (before.get(b) ?? 0) || (a < b ? -1 : 1))
        .map((id) => ({ id, because: because(id) })),
      survivors: survivors.map((id) => ({ id, heldBy: this.#ground(this.#get(id), after) })),
    };
    for (const id of fallen) this.#get(id).state = 'ended';
    return { refused: null, cascade };
  }

  /** The support that makes the chain shortest, the first of equals. */
  #ground(r: PlainRelationship, valid: ReadonlyMap<string, number>): PlainSupport {
    const lengthOver = (s: PlainSupport): number =>
      Math.max(valid.get(s.through) ?? Infinity, valid.get(s.knows) ?? Infinity);
    const shortest = Math.min(...r.supports.map(lengthOver));
    const ground = r.supports.find((s) => lengthOver(s) === shortest);
    if (ground === undefined) throw new TypeError('it stands on nothing');
    return ground;
  }

  setActive(id: string, active: boolean): PlainVerdict {
    const actor = this.actors.get(id);
    if (actor === undefined) return no('actor-unknown');
    actor.active = active;
    return DONE;
  }

  removeActor(id: string): PlainVerdict {
    if (!this.actors.has(id)) return no('actor-unknown');
    if ([...this.actors.values()].some(({ owner }) => owner === id)) return no('owns-devices');
    const lines = [...this.credentials.values()].filter((c) => c.actor === id).map((c) => c.line);
    const verdict = this.#end(
      [...this.relationships.values()]
        .filter((r) => r.state !== 'ended')
        .filter(
          (r) => r.trustor === id || r.trustee === id || (isLine(r.ground) && lines.includes(r.ground.line)),
        )
        .map((r) => r.id),
    );
    for (const c of this.credentials.values()) if (c.actor === id) this.credentials.delete(c.id);
    this.actors.delete(id);
    return verdict;
  }

  establish(id: string, actor: string, until: number): PlainVerdict {
    if (!this.actors.has(actor)) return no('actor-unknown');
    if (this.actors.get(actor)?.kind === 'user') return no('credential-not-allowed');
    this.credentials.set(id, { id, actor, line: id, until, active: true, successor: null });
    return DONE;
  }

  rotate(id: string, successor: string, until: number): PlainVerdict {
    const old = this.credentials.get(id);
    if (old === undefined) return no('credential-unknown');
    if (old.successor !== null) return no('credential-replaced');
    old.successor = successor;
    old.until = Math.min(old.until, until);
    const { actor, line } = old;
    this.credentials.set(successor, {
      id: successor,
      actor,
      line,
      until: Infinity,
      active: true,
      successor: null,
    });
    return DONE;
  }

  use(id: string): PlainVerdict {
    const credential = this.credentials.get(id);
    if (credential === undefined) return no('credential-unknown');
    if (!credential.active || this.now >= credential.until) return DONE;
    for (let at = id; ; ) {
      const before = [...this.credentials.values()].find((c) => c.successor === at);
      if (before === undefined) return DONE;
      this.credentials.delete(before.id);
      at = before.id;
    }
  }

  setCredential(id: string, active: boolean): PlainVerdict {
    const credential = this.credentials.get(id);
    if (credential === undefined) return no('credential-unknown');
    credential.active = active;
    return DONE;
  }

  endCredential(id: string): PlainVerdict {
    const credential = this.credentials.get(id);
    if (credential === undefined) return no('credential-unknown');
    const { line } = credential;
    const current = [...this.credentials.values()].filter((c) => c.active && this.now < c.until);
    const last = current.every((c) => c.id === id || c.line !== line);
    const standing = [...this.relationships.values()].filter((r) => r.state !== 'ended');
    const onLine = standing.filter((r) => isLine(r.ground) && r.ground.line === line).map((r) => r.id);
    const verdict = this.#end(last ? onLine : []);
    this.credentials.delete(id);
    for (const c of this.credentials.values()) if (c.successor === id) c.successor = credential.successor;
    return verdict;
  }

  /** Whether the resource's actor trusts any of the trustees with it, or its owner does and is trusted so himself. */
  allows(of: string, trustees: readonly string[], what: string, level: number): boolean {
    const valid = this.lengths();
    const gives = (trustor: string, to: readonly string[]): boolean =>
      [...this.relationships.values()].some(
        (r) =>
          valid.has(r.id) &&
          r.trustor === trustor &&
          to.includes(r.trustee) &&
          r.terms.scope.has(what) &&
          r.terms.level >= level,
      );
    const owner = this.actors.get(of)?.owner ?? null;
    return gives(of, trustees) || (owner !== null && gives(of, [owner]) && gives(owner, trustees));
  }
}

/** Whether the terms give nothing that the others do not. */
export function within(inner: PlainTerms, outer: PlainTerms): boolean {
  return (
    [...inner.scope].every((pair) => outer.scope.has(pair)) &&
    inner.level <= outer.level &&
    inner.from >= outer.from &&
    inner.until <= outer.until
  );
}

/** Whether the pattern means the resource; a resource is a place of two segments and a path. */
export function means(pattern: string, place: string, path: string): boolean {
  if (pattern === '*') return true;
  const segments = pattern.split('/');
  const anywhere = segments[0] === '';
  if (!anywhere && segments.slice(0, 2).join('/') !== place) return false;
  const wanted = anywhere ? segments.slice(1) : segments.slice(2);
  const given = path.split('/').slice(1);
  if (wanted.at(-1) !== '*') return wanted.join('/') === given.join('/');
  const stem = wanted.slice(0, -1);
  return stem.every((segment, index) => given[index] === segment);
}

const isLine = (ground: Ground | null): ground is { line: string; holder: string } =>
  ground !== null && ground !== 'operator';
