/**
 * From a device's message to the canonical request and from a backend's response to the device's, as a CoAP proxy
 * does it (RFC 7252 section 5.7, RFC 8768). Pure functions over option lists.
 */
import {
  type CoapOption,
  codeClass,
  isUnsafe,
  OPTION,
  option,
  type Request,
  type Response,
} from '../coap/index.ts';
import { isCanonicalSegment } from '../policy/index.ts';
import type { Refusal } from './refusal.ts';
import { pathThrough, type Route } from './route.ts';

/** A request taken apart: its path, and the options that travel on beside it, in ascending order. */
export interface Inbound {
  readonly segments: readonly Uint8Array[];
  readonly options: readonly CoapOption[];
  /** Carries Observe = 0: the wish to register (RFC 7641 section 2). */
  readonly observing: boolean;
}

/**
 * Takes a request apart, or says why it must not be forwarded. Of its options
 * - Proxy-Uri and Proxy-Scheme are refused: wherever they point, this gateway forwards by its own routes only;
 * - Uri-Host and Uri-Port named this gateway and end here: nothing is looked up or chosen by them;
 * - Observe, No-Response are between the device and the gateway;
 * - Hop-Limit is decremented, or added;
 * - unsafe options that are not in our table are refused, all others travel on in their order.
 */
export function takeApart(request: Request): Inbound | Refusal {
  const segments: Uint8Array[] = [];
  const options: CoapOption[] = [];
  let observing = false;
  let hops = HOP_LIMIT_DEFAULT;
  for (const candidate of request.options) {
    switch (candidate.number) {
      case OPTION.URI_PATH:
        if (!isCanonicalSegment(candidate.value)) return 'malformed-path';
        segments.push(candidate.value);
        break;
      case OPTION.PROXY_URI:
      case OPTION.PROXY_SCHEME:
        return 'proxying';
      case OPTION.HOP_LIMIT:
        if (candidate.value.length !== 1 || candidate.value[0] === 0) return 'bad-hop-limit';
        hops = (candidate.value[0] as number) - 1;
        break;
      case OPTION.OBSERVE:
        observing = candidate.value.every((byte) => byte === 0);
        break;
      case OPTION.URI_HOST:
      case OPTION.URI_PORT:
      case OPTION.NO_RESPONSE:
        break;
      default:
        if (isUnsafe(candidate.number) && !FORWARDED_REQUEST.has(candidate.number)) return 'unsafe-option';
        options.push(candidate);
    }
  }
  if (hops === 0) return 'hop-limit-reached';
  insertInOrder(options, hops === HOP_LIMIT_DEFAULT ? DEFAULT_HOPS : option(OPTION.HOP_LIMIT, hops));
  if (segments.length === 1 && segments[0]?.length === 0) segments.pop();
  return { segments, options, observing };
}

/**
 * The backend's response as the device gets it, or `undefined` when it must not be forwarded (RFC 7252 section 5.7.1):
 * a code that is no response, an unsafe option that we do not know. A Location-Path is turned into the gateway's own
 * path, or left out where the route does not lead there.
 */
export function passBack(response: Response, route: Route): Response | undefined {
  const kind = codeClass(response.code);
  if (kind !== 2 && kind !== 4 && kind !== 5) return undefined;
  if (response.options.length === 0) return response;
  const options: CoapOption[] = [];
  const location: Uint8Array[] = [];
  let located = false;
  for (const candidate of response.options) {
    if (candidate.number === OPTION.LOCATION_PATH) {
      location.push(candidate.value);
    } else if (candidate.number === OPTION.LOCATION_QUERY) {
      located = true;
      options.push(candidate);
    } else if (!ENDING_HERE.has(candidate.number)) {
      if (isUnsafe(candidate.number) && !FORWARDED_RESPONSE.has(candidate.number)) return undefined;
      options.push(candidate);
    }
  }
  if (location.length > 0 || located) relocate(options, pathThrough(route, location));
  return { code: response.code, options, payload: response.payload };
}

/** Puts the gateway's Location-Path where it belongs; without one, the location goes altogether. */
function relocate(options: CoapOption[], path: readonly Uint8Array[] | undefined): void {
  if (path === undefined) {
    const kept = options.filter((candidate) => candidate.number !== OPTION.LOCATION_QUERY);
    options.splice(0, options.length, ...kept);
    return;
  }
  for (const segment of path) insertInOrder(options, { number: OPTION.LOCATION_PATH, value: segment });
}

/** Inserts after all options of the same or a lower number. */
function insertInOrder(options: CoapOption[], added: CoapOption): void {
  let index = options.length;
  while (index > 0 && (options[index - 1] as CoapOption).number > added.number) index--;
  if (index === options.length) options.push(added);
  else options.splice(index, 0, added);
}

/** RFC 8768 section 3. */
const HOP_LIMIT_DEFAULT = 16;
const DEFAULT_HOPS: CoapOption = option(OPTION.HOP_LIMIT, HOP_LIMIT_DEFAULT);

/** Unsafe options of requests that we know, and that keep their meaning behind us. */
const FORWARDED_REQUEST: ReadonlySet<number> = new Set([
  OPTION.MAX_AGE,
  OPTION.URI_QUERY,
  OPTION.BLOCK1,
  OPTION.BLOCK2,
]);

/** The same of responses. */
const FORWARDED_RESPONSE: ReadonlySet<number> = new Set([OPTION.MAX_AGE, OPTION.BLOCK1, OPTION.BLOCK2]);

/** Options of responses that end here: we have not registered, and each hop counts its own way. */
const ENDING_HERE: ReadonlySet<number> = new Set([OPTION.OBSERVE, OPTION.HOP_LIMIT]);
