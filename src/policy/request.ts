/**
 * The one form in which a request is authorised and forwarded: who (principal), what (action), on what (resource).
 * The relay builds it once and hands the same object on, so that policy can never judge another request than the
 * one that travels.
 */
import { fromUtf8 } from '../base/index.ts';
import type { ActorId, ActorKind, CredentialId } from '../trust/index.ts';

/** An actor as authenticated on a connection, with the credential it used. */
export interface Principal {
  readonly actor: ActorId;
  readonly kind: ActorKind;
  readonly name: string;
  readonly credential: CredentialId;
  /** In whose name it acts: a device's owner; null for a device that nobody owns. */
  readonly user: ActorId | null;
}

/** What a request does to its resource. */
export const ACTIONS = ['read', 'observe', 'write', 'create', 'delete', 'execute', 'fetch'] as const;
export type Action = (typeof ACTIONS)[number];

/** A resource behind the gateway, in its canonical form: undecoded path segments, compared byte by byte. */
export interface Resource {
  /** The route that leads there. */
  readonly route: string;
  readonly backend: string;
  /** Path segments as the backend will see them. */
  readonly segments: readonly Uint8Array[];
}

export interface CanonicalRequest {
  readonly principal: Principal;
  readonly action: Action;
  readonly resource: Resource;
}

/**
 * The action of a CoAP method code, `undefined` for a method that does not exist (RFC 7252 section 12.1.1,
 * RFC 8132): what is not in the table is refused, never guessed.
 *
 * @param method code detail: 1 for 0.01 GET and so on.
 * @param observing whether a GET carries Observe = 0, the wish to register (RFC 7641 section 2).
 */
export function actionOf(method: number, observing: boolean): Action | undefined {
  if (observing && method === GET) return 'observe';
  return ACTION_OF_METHOD[method];
}

/** `backend/<name>/<path>`: the name of a resource in rules, records and explanations. Injective. */
export function resourceName(resource: Resource): string {
  return `backend/${resource.backend}${pathText(resource.segments)}`;
}

/**
 * A path with every byte but the unreserved ones (RFC 3986 section 2.3) percent-encoded. Different paths have
 * different texts, but for the root, which equals one empty segment (RFC 7252 section 6.5).
 */
export function pathText(segments: readonly Uint8Array[]): string {
  if (segments.length === 0) return '/';
  let text = '';
  for (const segment of segments) text += `/${segmentText(segment)}`;
  return text;
}

/**
 * Whether a segment may be part of a canonical path: well-formed UTF-8, and neither `.` nor `..`, which mean
 * something else than themselves (RFC 7252 section 5.10.1).
 */
export function isCanonicalSegment(segment: Uint8Array): boolean {
  if (segment.length <= 2 && segment.length > 0 && isDots(segment)) return false;
  for (const byte of segment) if (byte >= 0x80) return fromUtf8(segment) !== undefined;
  return true;
}

function isDots(segment: Uint8Array): boolean {
  for (const byte of segment) if (byte !== DOT) return false;
  return true;
}

function segmentText(segment: Uint8Array): string {
  let text = '';
  for (const byte of segment) {
    const character = String.fromCharCode(byte);
    text += UNRESERVED.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}

const UNRESERVED = /[A-Za-z0-9\-._~]/;
const DOT = 0x2e;
const GET = 1;

/**
 * POST is `execute`: what it does is the resource's own affair. PATCH and iPATCH write. `create` is no CoAP method's
 * own action; it belongs to interfaces that can tell creating from changing.
 */
const ACTION_OF_METHOD: readonly (Action | undefined)[] = [
  undefined,
  'read', // 0.01 GET
  'execute', // 0.02 POST
  'write', // 0.03 PUT
  'delete', // 0.04 DELETE
  'fetch', // 0.05 FETCH
  'write', // 0.06 PATCH
  'write', // 0.07 iPATCH
];
