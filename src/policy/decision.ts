/**
 * Decision: what was decided, on what ground, at which revision and, for a denial, what would have to be different.
 * A value. The wire gets a code only; explanations are for the operator.
 */
import type { Flaw, Lack, Level, RelationshipId, Revision } from '../trust/index.ts';
import type { Action } from './request.ts';

export type Decision = Permit | Denial;

export interface Permit {
  readonly outcome: 'permit';
  readonly by: DecidedBy;
  readonly revision: Revision;
  /** The relationship, or the rule of the configuration, that gave the right. */
  readonly determinedBy: string;
  /** How trust leads there; `null` when a rule gave it. */
  readonly grounds: Grounds | null;
}

export interface Grounds {
  readonly relationship: RelationshipId;
  /** The direct relationships from the resource's side to the principal. */
  readonly path: readonly RelationshipId[];
  /** Introductions in between. */
  readonly length: number;
  readonly level: Level;
}

export interface Denial {
  readonly outcome: 'deny';
  readonly by: DecidedBy;
  readonly revision: Revision;
  readonly reason: DenialReason;
  readonly missing: Missing;
}

/** The stages that can decide; later stages (authored policies, arbitration) join here. */
export const DECIDED_BY = ['trust', 'rights'] as const;
export type DecidedBy = (typeof DECIDED_BY)[number];

export const DENIAL_REASONS = [
  'unowned-device', // acts in nobody's name
  'no-right', // nothing gives the action on the resource to the principal: the default
] as const;
export type DenialReason = (typeof DENIAL_REASONS)[number];

/** The nearest thing whose presence would have changed a denial. */
export type Missing =
  | { readonly kind: 'owner'; readonly device: string }
  /** Trust was asked, and this is what it lacks. */
  | { readonly kind: 'trust'; readonly lack: Lack }
  /** Nobody holds the backend's resources: there is no such actor. */
  | { readonly kind: 'holder'; readonly backend: string }
  | { readonly kind: 'right'; readonly device: string; readonly route: string; readonly action: Action };

/** One line for the operator. */
export function explain(decision: Decision): string {
  if (decision.outcome === 'permit') {
    const { determinedBy, grounds } = decision;
    const path = grounds === null || grounds.path.length < 2 ? '' : ` over ${grounds.path.join(', ')}`;
    return `permitted by ${determinedBy}${path}`;
  }
  return `denied: ${explainMissing(decision.missing)}`;
}

function explainMissing(missing: Missing): string {
  switch (missing.kind) {
    case 'owner':
      return `device ${missing.device} has no owner in whose name it could act`;
    case 'trust':
      return explainLack(missing.lack);
    case 'holder':
      return `no actor holds what backend ${missing.backend} serves, so that none could trust anybody`;
    case 'right':
      return `no right gives device ${missing.device} the action ${missing.action} on route ${missing.route}`;
  }
}

function explainLack(lack: Lack): string {
  switch (lack.kind) {
    case 'relationship':
      return `no relationship leads from ${lack.trustor} to ${lack.trustee}`;
    case 'validity':
      return `relationship ${lack.relationship} is not valid: ${explainFlaw(lack.flaw)}`;
    case 'scope':
      return `relationship ${lack.relationship} does not cover the action on that resource`;
    case 'level':
      return `relationship ${lack.relationship} gives level ${lack.has}, and it takes ${lack.needs}`;
  }
}

/** What is wrong with a relationship, in a few words. */
export function explainFlaw(flaw: Flaw | undefined): string {
  return flaw === undefined ? 'it has just changed' : FLAWS[flaw.kind];
}

const FLAWS: Record<Flaw['kind'], string> = {
  unknown: 'there is none',
  ended: 'it has ended',
  suspended: 'it is suspended',
  'not-begun': 'it has not begun',
  expired: 'it has run out',
  'actor-inactive': 'one of its actors is suspended',
  'credential-not-valid': 'the credential that it stands on is not valid',
  'no-support': 'nothing that it stands on is valid',
};
