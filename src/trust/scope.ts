/**
 * Scope: which actions on which resources. A resource is named `d/<device>/<path>` or `backend/<name>/<path>`, its
 * path percent-encoded; a pattern is such a name, or a path alone, which means that path wherever it is:
 *
 *   d/lock-1/state      that resource              /lock/*    /lock and everything below, anywhere
 *   backend/acme/in/*   /in and below, at acme     *          everything (the same as /*)
 */
import type { Brand } from '../base/index.ts';
import { TRUST_LIMITS } from './limits.ts';

/**
 * What somebody can be trusted to do. The first seven are what requests do; the others are acts upon trust itself.
 */
export const SCOPE_ACTIONS = [
  'read',
  'observe',
  'write',
  'create',
  'delete',
  'execute',
  'fetch',
  'introduce',
  'revoke',
  'claim',
  'configure',
  'administer',
] as const;
export type ScopeAction = (typeof SCOPE_ACTIONS)[number];

/** A pattern in canonical form. */
export type Pattern = Brand<string, 'Pattern'>;

export interface Grant {
  readonly actions: readonly ScopeAction[];
  readonly resources: readonly Pattern[];
}

/** The union of its grants. */
export type Scope = readonly Grant[];

/** A scope as somebody wrote it: `*` stands for all actions. */
export type ScopeWish = readonly {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}[];

export interface ScopeProblem {
  /** JSON pointer within the wish. */
  readonly field: string;
  readonly problem: string;
}

/** The scope that was wished for, in canonical form, or what is wrong with it. */
export function parseScope(wish: ScopeWish): Scope | ScopeProblem {
  if (wish.length === 0) return { field: '', problem: 'a scope names at least one action and one resource' };
  if (wish.length > TRUST_LIMITS.grantsMax) {
    return { field: '', problem: `a scope has ${TRUST_LIMITS.grantsMax} members at most` };
  }
  const scope: Grant[] = [];
  for (const [index, { actions, resources }] of wish.entries()) {
    const wrong =
      actionProblem(actions, `/${index}/actions`) ?? resourceProblem(resources, `/${index}/resources`);
    if (wrong !== undefined) return wrong;
    const all = actions.includes('*');
    scope.push({
      actions: SCOPE_ACTIONS.filter((action) => all || actions.includes(action)),
      resources: [...new Set(resources.map((text) => (text === '*' ? EVERYTHING : (text as Pattern))))],
    });
  }
  return scope;
}

/** Whether `scope` lets somebody do `action` on the resource of that name. */
export function covers(scope: Scope, action: ScopeAction, resource: string): boolean {
  for (const grant of scope) {
    if (!grant.actions.includes(action)) continue;
    for (const pattern of grant.resources) if (matches(pattern, resource)) return true;
  }
  return false;
}

/** What both scopes give. */
export function meetScopes(a: Scope, b: Scope): Scope {
  const met: Grant[] = [];
  for (const left of a) {
    for (const right of b) {
      const actions = left.actions.filter((action) => right.actions.includes(action));
      if (actions.length === 0) continue;
      const resources = new Set<Pattern>();
      for (const p of left.resources) {
        for (const q of right.resources) {
          const both = meetPatterns(p, q);
          if (both !== undefined) resources.add(both);
        }
      }
      if (resources.size > 0) met.push({ actions, resources: [...resources] });
    }
  }
  return met;
}

/**
 * The first action and resource that `scope` gives and `outer` does not; `undefined` when it is wholly within. A
 * pattern matches all that begins alike, so that no union of narrower ones makes it up: one must hold it alone.
 */
export function beyond(scope: Scope, outer: Scope): { action: ScopeAction; resource: Pattern } | undefined {
  for (const { actions, resources } of scope) {
    for (const action of actions) {
      const given = outer.filter((grant) => grant.actions.includes(action));
      for (const resource of resources) {
        if (!given.some((grant) => grant.resources.some((pattern) => isWithin(resource, pattern)))) {
          return { action, resource };
        }
      }
    }
  }
  return undefined;
}

/** The pattern of what both patterns match, `undefined` when that is nothing. */
export function meetPatterns(p: Pattern, q: Pattern): Pattern | undefined {
  if (isWithin(p, q)) return p;
  if (isWithin(q, p)) return q;
  // Neither holds the other: they can still cross when one names a place and the other a deeper path anywhere.
  const [hostP, hostQ] = [hostOf(p), hostOf(q)];
  if (hostP !== '' && hostQ !== '') return undefined;
  const [pathP, pathQ] = [p.slice(hostP.length), q.slice(hostQ.length)];
  const path = pathIsWithin(pathP, pathQ) ? pathP : pathIsWithin(pathQ, pathP) ? pathQ : undefined;
  return path === undefined ? undefined : (`${hostP}${hostQ}${path}` as Pattern);
}

function isWithin(inner: Pattern, outer: Pattern): boolean {
  const host = hostOf(outer);
  const own = hostOf(inner);
  return (host === '' || host === own) && pathIsWithin(inner.slice(own.length), outer.slice(host.length));
}

/** Whether everything that template `inner` matches is matched by `outer`. */
function pathIsWithin(inner: string, outer: string): boolean {
  if (!outer.endsWith(OPEN)) return inner === outer;
  return isBelow(inner.endsWith(OPEN) ? inner.slice(0, -OPEN.length) : inner, outer.slice(0, -OPEN.length));
}

function matches(pattern: Pattern, resource: string): boolean {
  const subject = pattern.startsWith('/') ? resource.slice(hostOf(resource).length) : resource;
  return pattern.endsWith(OPEN) ? isBelow(subject, pattern.slice(0, -OPEN.length)) : subject === pattern;
}

/** Whether `path` is `stem` or continues it by whole segments. */
function isBelow(path: string, stem: string): boolean {
  return path.startsWith(stem) && (path.length === stem.length || path[stem.length] === '/');
}

/** `d/lock-1` of `d/lock-1/state`; empty for a path alone. */
function hostOf(name: string): string {
  if (name.startsWith('/')) return '';
  const end = name.indexOf('/', name.indexOf('/') + 1);
  return end < 0 ? name : name.slice(0, end);
}

function actionProblem(actions: readonly string[], field: string): ScopeProblem | undefined {
  if (actions.length === 0) return { field, problem: 'name at least one action, or *' };
  const unknown = actions.find((action) => action !== '*' && !SCOPE_ACTIONS.includes(action as ScopeAction));
  return unknown === undefined
    ? undefined
    : { field, problem: `actions are ${SCOPE_ACTIONS.join(', ')}, or * for all` };
}

function resourceProblem(resources: readonly string[], field: string): ScopeProblem | undefined {
  const { resourcesPerGrantMax, patternLengthMax } = TRUST_LIMITS;
  if (resources.length === 0) return { field, problem: 'name at least one resource, or *' };
  if (resources.length > resourcesPerGrantMax)
    return { field, problem: `name ${resourcesPerGrantMax} resources at most` };
  for (const [index, text] of resources.entries()) {
    if (text === '*') continue;
    if (text.length > patternLengthMax || !PATTERN.test(text) || DOTS.test(text)) {
      const problem = `a resource is d/<device>/<path>, backend/<name>/<path> or /<path>; a * only as last segment`;
      return { field: `${field}/${index}`, problem };
    }
  }
  return undefined;
}

const OPEN = '/*';
const EVERYTHING = '/*' as Pattern;
const PATTERN =
  /^(?:(?:d|backend)\/[A-Za-z0-9][A-Za-z0-9._:@-]*)?(?=\/)(?:\/(?:[A-Za-z0-9\-._~]|%[0-9A-F]{2})*)*(?:\/\*)?$/;
/** Segments that mean something else than themselves. */
const DOTS = /\/\.{1,2}(?:\/|$)/;
