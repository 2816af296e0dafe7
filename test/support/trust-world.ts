/** A small world of trust for unit tests: commands by name, ids that can be read, time that is told. */
import assert from 'node:assert/strict';
import { wallTime } from '../../src/base/index.ts';
import {
  type ActorId,
  type ActorKind,
  addSupport,
  type Agent,
  type CredentialFacts,
  type CredentialId,
  emptySnapshot,
  establishTrust,
  introduce,
  type Level,
  type Refused,
  type RefusalCode,
  type RelationshipId,
  type Revision,
  revoke,
  type ScopeWish,
  type Shift,
  Trust,
  type TrustEvent,
  type Verdict,
} from '../../src/trust/index.ts';

export const OPERATOR: Agent = { kind: 'operator' };
export const asActor = (id: string): Agent => ({ kind: 'actor', id: actor(id) });
export const actor = (name: string): ActorId => name as ActorId;
export const relationship = (name: string): RelationshipId => name as RelationshipId;
export const credential = (name: string): CredentialId => name as CredentialId;
export const hash = (digit: string): string => digit.repeat(64);

export interface TermsOf {
  readonly scope?: ScopeWish;
  readonly level?: Level;
  readonly introduce?: number;
  readonly notBefore?: number;
  readonly notAfter?: number;
}

export const EVERYTHING: ScopeWish = [{ actions: ['*'], resources: ['*'] }];

/** `lock` and `key` are alice's devices, `lamp` is bob's; carol and dave own nothing; acme is a platform. */
export class TrustWorld {
  readonly trust: Trust;

  constructor(chainMax = 3) {
    this.trust = new Trust(emptySnapshot(), wallTime(0), { chainMax });
    for (const name of ['alice', 'bob', 'carol', 'dave']) this.actor(name, 'user');
    for (const [name, owner] of [
      ['lock', 'alice'],
      ['key', 'alice'],
      ['lamp', 'bob'],
    ] as const) {
      this.actor(name, 'device', owner);
    }
    this.actor('acme', 'platform');
  }

  actor(name: string, kind: ActorKind, owner: string | null = null): void {
    this.append({ kind: 'actor-added', id: actor(name), actor: kind, name, owner: owner as ActorId | null });
  }

  append(...events: readonly TrustEvent[]): Shift {
    return this.trust.apply({ revision: (this.trust.snapshot.revision + 1) as Revision, events });
  }

  /** Carries an accepted verdict out. */
  done<V extends Verdict>(verdict: V): Exclude<V, Refused> {
    assert.equal(verdict.kind, 'accepted', JSON.stringify(verdict));
    if (verdict.kind === 'accepted' && verdict.events.length > 0) this.append(...verdict.events);
    return verdict as Exclude<V, Refused>;
  }

  /** `lock>alice` by that name. */
  trusts(
    name: string,
    terms: TermsOf = {},
    standsOn: string | null = null,
    by = OPERATOR,
    firm = false,
  ): Verdict {
    const [trustor = '', trustee = ''] = name.split('>');
    const wish = {
      id: relationship(name),
      trustor: actor(trustor),
      trustee: actor(trustee),
      terms: {
        scope: terms.scope ?? EVERYTHING,
        level: terms.level ?? 'administer',
        introduce: terms.introduce ?? 3,
        notBefore: terms.notBefore === undefined ? null : wallTime(terms.notBefore),
        notAfter: terms.notAfter === undefined ? null : wallTime(terms.notAfter),
      },
      credential: standsOn as CredentialId | null,
      firm,
    };
    return establishTrust(this.trust, wish, by);
  }

  /** `lock>bob` on the word of the introducer. */
  introduces(name: string, introducer: string, terms: TermsOf = {}, by = OPERATOR): Verdict {
    const [trustor = '', trustee = ''] = name.split('>');
    const wish = {
      id: relationship(name),
      introducer: actor(introducer),
      trustor: actor(trustor),
      trustee: actor(trustee),
      scope: terms.scope ?? EVERYTHING,
      level: terms.level ?? 'view',
      introduce: terms.introduce ?? 0,
      notBefore: terms.notBefore === undefined ? null : wallTime(terms.notBefore),
      notAfter: terms.notAfter === undefined ? null : wallTime(terms.notAfter),
      through: null,
      knows: null,
    };
    return introduce(this.trust, wish, by);
  }

  vouches(name: string, introducer: string, by = OPERATOR): Verdict {
    const vouch = { introducer: actor(introducer), through: null, knows: null };
    return addSupport(this.trust, relationship(name), vouch, by);
  }

  revokes(name: string, by: Agent = OPERATOR) {
    return revoke(this.trust, { id: relationship(name), by, shown: null });
  }

  /** Names of what is valid, sorted. */
  valid(): string[] {
    return [...this.trust.snapshot.relationships.keys()].filter((id) => this.trust.isValid(id)).toSorted();
  }
}

export function psk(
  id: string,
  of: string,
  more: Partial<CredentialFacts & { kind: 'psk' }> = {},
): CredentialFacts {
  const identityHex = Buffer.from(id).toString('hex');
  const proof = { kind: 'psk', identityHex, sealedKey: 'sealed' } as const;
  const bounds = { user: null, notBefore: null, notAfter: null } as const;
  return { id: credential(id), actor: actor(of), established: 'file', ...bounds, ...proof, ...more };
}

export function rpk(id: string, of: string, fingerprintHex: string): CredentialFacts & { kind: 'rpk' } {
  const proof = { kind: 'rpk', fingerprintHex, spkiHex: '30'.repeat(91) } as const;
  const bounds = { user: null, notBefore: null, notAfter: null } as const;
  return { id: credential(id), actor: actor(of), established: 'first-contact', ...bounds, ...proof };
}

/** The verdict is a refusal by that rule. */
export function refusedBy(verdict: Verdict, code: RefusalCode): Refused {
  assert.ok(verdict.kind === 'refused', `${code} was not refused`);
  assert.equal(verdict.code, code, verdict.detail);
  return verdict;
}
