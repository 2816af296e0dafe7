/**
 * Routes: which path leads to which backend, and under what path there. Compiled once into a tree of path segments;
 * matching compares bytes, the longest match wins, and nothing is decoded on the way.
 *
 *   /telemetry/*  -> store  /in/*     matches /telemetry and everything below it
 *   /status       -> store  /health   matches /status only
 */
import { BoundedMap, equalBytes, utf8 } from '../base/index.ts';
import { isCanonicalSegment, type Resource } from '../policy/index.ts';

/** `path` and `rewrite` are templates; `*` may only be their last segment, and only of both. */
export interface RouteRule {
  readonly name: string;
  readonly path: string;
  readonly backend: string;
  readonly rewrite: string;
}

export interface Route {
  readonly name: string;
  readonly backend: string;
  readonly path: Template;
  readonly rewrite: Template;
}

export interface Template {
  readonly segments: readonly Uint8Array[];
  /** Everything below `segments` matches too. */
  readonly open: boolean;
}

export type RouteTable = RouteNode;

export interface Match {
  readonly route: Route;
  readonly resource: Resource;
}

/** What is wrong with a rule, for the operator. */
export interface RouteProblem {
  readonly route: string;
  readonly problem: string;
}

interface RouteNode {
  /** Buckets of children whose segment has the same length and first byte. */
  readonly children: BoundedMap<number, Child[]>;
  exact: Route | undefined;
  below: Route | undefined;
}

interface Child {
  readonly segment: Uint8Array;
  readonly node: RouteNode;
}

/** The table of all rules, or everything that is wrong with them. */
export function compileRoutes(rules: readonly RouteRule[]): RouteTable | readonly RouteProblem[] {
  const problems: RouteProblem[] = [];
  const root = emptyNode();
  for (const rule of rules) {
    const problem = addRule(root, rule);
    if (problem !== undefined) problems.push({ route: rule.name, problem });
  }
  return problems.length > 0 ? problems : root;
}

/** Whether a canonical path leads to the gateway's own resource `/claim`, which no route hides. */
export function isOwn(segments: readonly Uint8Array[]): boolean {
  return segments.length === 1 && equalBytes(segments[0] as Uint8Array, CLAIM);
}

/** The route of a canonical path, with the resource it leads to; `undefined` when there is none. */
export function matchRoute(table: RouteTable, segments: readonly Uint8Array[]): Match | undefined {
  let node: RouteNode | undefined = table;
  let best = table.below;
  for (const segment of segments) {
    node = childOf(node, segment);
    if (node === undefined) break;
    best = node.below ?? best;
  }
  const route = node?.exact ?? best;
  if (route === undefined) return undefined;
  const rewritten = route.path.open
    ? rebase(segments, route.path.segments, route.rewrite.segments)
    : route.rewrite.segments;
  return { route, resource: { route: route.name, backend: route.backend, segments: rewritten } };
}

/**
 * The gateway's path of a backend's path, as seen through this route: what a Location-Path in a response has to become.
 * `undefined` when the route does not lead there.
 */
export function pathThrough(route: Route, segments: readonly Uint8Array[]): Uint8Array[] | undefined {
  const { path, rewrite } = route;
  if (segments.length < rewrite.segments.length) return undefined;
  if (!path.open && segments.length > rewrite.segments.length) return undefined;
  for (const [index, segment] of rewrite.segments.entries()) {
    if (!equalBytes(segment, segments[index] as Uint8Array)) return undefined;
  }
  return rebase(segments, rewrite.segments, path.segments);
}

/** A template from its text, percent-decoded, or `undefined` when it is not one. */
export function parseTemplate(text: string): Template | undefined {
  if (!text.startsWith('/')) return undefined;
  const parts = text === '/' ? [] : text.slice(1).split('/');
  const open = parts.at(-1) === '*';
  if (open) parts.pop();
  const segments: Uint8Array[] = [];
  for (const part of parts) {
    const segment = decodePercent(part);
    if (segment === undefined || part.includes('*') || segment.length > SEGMENT_BYTES_MAX) return undefined;
    if (!isCanonicalSegment(segment)) return undefined;
    segments.push(segment);
  }
  return { segments, open };
}

function addRule(root: RouteNode, rule: RouteRule): string | undefined {
  const path = parseTemplate(rule.path);
  if (path === undefined) return `path ${rule.path} is not a template such as /a/b or /a/*`;
  if (isOwn(path.segments)) return `path ${rule.path} is the gateway's own: devices are claimed there`;
  const rewrite = parseTemplate(rule.rewrite);
  if (rewrite === undefined) return `rewrite ${rule.rewrite} is not a template such as /a/b or /a/*`;
  if (rewrite.open && !path.open) return `rewrite ${rule.rewrite} has a * but path ${rule.path} has none`;
  if (path.open && !rewrite.open) return `path ${rule.path} has a * but rewrite ${rule.rewrite} has none`;
  let node = root;
  for (const segment of path.segments) node = childOf(node, segment) ?? addChild(node, segment);
  const taken = path.open ? node.below : node.exact;
  if (taken !== undefined) return `path ${rule.path} is already taken by route ${taken.name}`;
  const route: Route = { name: rule.name, backend: rule.backend, path, rewrite };
  if (path.open) node.below = route;
  else node.exact = route;
  return undefined;
}

function childOf(node: RouteNode, segment: Uint8Array): RouteNode | undefined {
  const bucket = node.children.get(bucketOf(segment));
  if (bucket === undefined) return undefined;
  for (const child of bucket) if (equalBytes(child.segment, segment)) return child.node;
  return undefined;
}

function addChild(node: RouteNode, segment: Uint8Array): RouteNode {
  const child = { segment, node: emptyNode() };
  const bucket = node.children.get(bucketOf(segment));
  if (bucket === undefined) node.children.set(bucketOf(segment), [child]);
  else bucket.push(child);
  return child.node;
}

const bucketOf = (segment: Uint8Array): number => segment.length * 256 + (segment[0] ?? 0);

const emptyNode = (): RouteNode => ({
  children: new BoundedMap(256 * (SEGMENT_BYTES_MAX + 1)),
  exact: undefined,
  below: undefined,
});

/** `segments` with their beginning `from` replaced by `to`. */
function rebase(
  segments: readonly Uint8Array[],
  from: readonly Uint8Array[],
  to: readonly Uint8Array[],
): Uint8Array[] {
  const rebased: Uint8Array[] = [];
  for (const segment of to) rebased.push(segment);
  for (let i = from.length; i < segments.length; i++) rebased.push(segments[i] as Uint8Array);
  return rebased;
}

function decodePercent(text: string): Uint8Array | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  const bytes: number[] = [];
  for (const part of text.match(/%[0-9a-fA-F]{2}|[^%]+/g) ?? []) {
    if (part.startsWith('%')) bytes.push(Number.parseInt(part.slice(1), 16));
    else bytes.push(...utf8(part));
  }
  return Uint8Array.from(bytes);
}

const CLAIM = utf8('claim');
/** Uri-Path is at most 255 bytes long (RFC 7252 table 4). */
const SEGMENT_BYTES_MAX = 255;
