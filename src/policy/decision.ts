/**
 * Decision: what was decided, on what ground, at which revision and, for a denial, what would have to be different.
 * A value. The wire gets a code only; explanations are for the operator.
 */
import type { Revision } from '../trust/index.ts';
import type { Action } from './request.ts';

export type Decision = Permit | Denial;

export interface Permit {
  readonly outcome: 'permit';
  readonly by: DecidedBy;
  readonly revision: Revision;
  /** The rule that gave the right. */
  readonly determinedBy: string;
}

export interface Denial {
  readonly outcome: 'deny';
  readonly by: DecidedBy;
  readonly revision: Revision;
  readonly reason: DenialReason;
  readonly missing: Missing;
}

/** The stages that can decide; later stages (relationships, authored policies, arbitration) join here. */
export const DECIDED_BY = ['rights'] as const;
export type DecidedBy = (typeof DECIDED_BY)[number];

export const DENIAL_REASONS = [
  'not-a-device', // rights are given to devices; this principal is something else
  'unowned-device', // acts in nobody's name
  'no-right', // no rule gives the action on the route to the device: the default
] as const;
export type DenialReason = (typeof DENIAL_REASONS)[number];

/** The nearest thing whose presence would have changed a denial. */
export type Missing =
  | { readonly kind: 'device-principal' }
  | { readonly kind: 'owner'; readonly device: string }
  | { readonly kind: 'right'; readonly device: string; readonly route: string; readonly action: Action };

/** One line for the operator. */
export function explain(decision: Decision): string {
  if (decision.outcome === 'permit') return `permitted by ${decision.determinedBy}`;
  const { missing } = decision;
  switch (missing.kind) {
    case 'device-principal':
      return 'denied: only devices hold rights here';
    case 'owner':
      return `denied: device ${missing.device} has no owner in whose name it could act`;
    case 'right':
      return `denied: no right gives device ${missing.device} the action ${missing.action} on route ${missing.route}`;
  }
}
