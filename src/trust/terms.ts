/** Terms: what a relationship gives, how far, how long, and whether it may be passed on. */
import type { WallTime } from '../base/index.ts';
import { beyond, meetScopes, type Scope } from './scope.ts';

/** Ascending: whoever may administer may also manage, operate and view. */
export const LEVELS = ['view', 'operate', 'manage', 'administer'] as const;
export type Level = (typeof LEVELS)[number];

/** All of the terms but how often they may be passed on. */
export interface Bounds {
  readonly scope: Scope;
  readonly level: Level;
  /** Valid from here on; `null`: always was. */
  readonly notBefore: WallTime | null;
  /** Not valid from here on; `null`: until it ends. */
  readonly notAfter: WallTime | null;
}

export interface Terms extends Bounds {
  /** How many more introductions may follow on this one. */
  readonly introduce: number;
}

/** In what terms go beyond bounds. */
export type Excess = 'scope' | 'level' | 'notBefore' | 'notAfter';

/** What both allow: the intersection of scopes and validities, the lower level. */
export function meet(a: Bounds, b: Bounds): Bounds {
  return {
    scope: meetScopes(a.scope, b.scope),
    level: reaches(a.level, b.level) ? b.level : a.level,
    notBefore: latest(a.notBefore, b.notBefore),
    notAfter: soonest(a.notAfter, b.notAfter),
  };
}

/** The first respect in which `terms` are wider than `bounds`; `undefined` when they are within. */
export function excess(terms: Bounds, bounds: Bounds): Excess | undefined {
  if (beyond(terms.scope, bounds.scope) !== undefined) return 'scope';
  if (!reaches(bounds.level, terms.level)) return 'level';
  if (latest(terms.notBefore, bounds.notBefore) !== terms.notBefore) return 'notBefore';
  if (soonest(terms.notAfter, bounds.notAfter) !== terms.notAfter) return 'notAfter';
  return undefined;
}

/** Whether `level` is `needed` or above. */
export function reaches(level: Level, needed: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(needed);
}

/** Whether `t` lies within the validity. */
export function isDuring({ notBefore, notAfter }: Bounds, t: WallTime): boolean {
  return (notBefore === null || notBefore <= t) && (notAfter === null || t < notAfter);
}

/** Whether there is any moment at which both ends of the validity allow it. */
export function isEmptySpan({ notBefore, notAfter }: Pick<Bounds, 'notBefore' | 'notAfter'>): boolean {
  return notBefore !== null && notAfter !== null && notBefore >= notAfter;
}

function latest(a: WallTime | null, b: WallTime | null): WallTime | null {
  if (a === null) return b;
  return b === null || a >= b ? a : b;
}

function soonest(a: WallTime | null, b: WallTime | null): WallTime | null {
  if (a === null) return b;
  return b === null || a <= b ? a : b;
}
