/**
 * The one table of CoAP options: number, name, format, repeatability and length. What follows from the number itself
 * (critical, unsafe to forward, no cache key) is computed from it, as RFC 7252 5.4.6 lays the bits out.
 *
 *      0   1   2   3   4   5   6   7
 *    +---+---+---+---+---+---+---+---+
 *    |           | NoCacheKey| U | C |
 *    +---+---+---+---+---+---+---+---+
 */

export type OptionFormat = 'empty' | 'opaque' | 'uint' | 'string';

export interface OptionDefinition {
  readonly number: number;
  readonly name: string;
  readonly format: OptionFormat;
  readonly repeatable: boolean;
  readonly minBytes: number;
  readonly maxBytes: number;
}

/** Option numbers by name. */
export const OPTION = {
  IF_MATCH: 1,
  URI_HOST: 3,
  ETAG: 4,
  IF_NONE_MATCH: 5,
  OBSERVE: 6,
  URI_PORT: 7,
  LOCATION_PATH: 8,
  OSCORE: 9,
  URI_PATH: 11,
  CONTENT_FORMAT: 12,
  MAX_AGE: 14,
  URI_QUERY: 15,
  HOP_LIMIT: 16,
  ACCEPT: 17,
  Q_BLOCK1: 19,
  LOCATION_QUERY: 20,
  BLOCK2: 23,
  BLOCK1: 27,
  SIZE2: 28,
  Q_BLOCK2: 31,
  PROXY_URI: 35,
  PROXY_SCHEME: 39,
  SIZE1: 60,
  ECHO: 252,
  NO_RESPONSE: 258,
  REQUEST_TAG: 292,
} as const;

/** RFC 7252 5.10; RFC 7641 2; RFC 7959 2.1, 4; RFC 7967 2; RFC 8613 2; RFC 8768 3; RFC 9175 2, 3; RFC 9177 4.1. */
export const OPTION_DEFINITIONS: readonly OptionDefinition[] = [
  row(OPTION.IF_MATCH, 'If-Match', 'opaque', 'repeatable', 0, 8),
  row(OPTION.URI_HOST, 'Uri-Host', 'string', 'once', 1, 255),
  row(OPTION.ETAG, 'ETag', 'opaque', 'repeatable', 1, 8),
  row(OPTION.IF_NONE_MATCH, 'If-None-Match', 'empty', 'once', 0, 0),
  row(OPTION.OBSERVE, 'Observe', 'uint', 'once', 0, 3),
  row(OPTION.URI_PORT, 'Uri-Port', 'uint', 'once', 0, 2),
  row(OPTION.LOCATION_PATH, 'Location-Path', 'string', 'repeatable', 0, 255),
  row(OPTION.OSCORE, 'OSCORE', 'opaque', 'once', 0, 255),
  row(OPTION.URI_PATH, 'Uri-Path', 'string', 'repeatable', 0, 255),
  row(OPTION.CONTENT_FORMAT, 'Content-Format', 'uint', 'once', 0, 2),
  row(OPTION.MAX_AGE, 'Max-Age', 'uint', 'once', 0, 4),
  row(OPTION.URI_QUERY, 'Uri-Query', 'string', 'repeatable', 0, 255),
  row(OPTION.HOP_LIMIT, 'Hop-Limit', 'uint', 'once', 1, 1),
  row(OPTION.ACCEPT, 'Accept', 'uint', 'once', 0, 2),
  row(OPTION.Q_BLOCK1, 'Q-Block1', 'uint', 'once', 0, 3),
  row(OPTION.LOCATION_QUERY, 'Location-Query', 'string', 'repeatable', 0, 255),
  row(OPTION.BLOCK2, 'Block2', 'uint', 'once', 0, 3),
  row(OPTION.BLOCK1, 'Block1', 'uint', 'once', 0, 3),
  row(OPTION.SIZE2, 'Size2', 'uint', 'once', 0, 4),
  row(OPTION.Q_BLOCK2, 'Q-Block2', 'uint', 'repeatable', 0, 3),
  row(OPTION.PROXY_URI, 'Proxy-Uri', 'string', 'once', 1, 1_034),
  row(OPTION.PROXY_SCHEME, 'Proxy-Scheme', 'string', 'once', 1, 255),
  row(OPTION.SIZE1, 'Size1', 'uint', 'once', 0, 4),
  row(OPTION.ECHO, 'Echo', 'opaque', 'once', 1, 40),
  row(OPTION.NO_RESPONSE, 'No-Response', 'uint', 'once', 0, 1),
  row(OPTION.REQUEST_TAG, 'Request-Tag', 'opaque', 'repeatable', 0, 8),
];

/** What the option is, or `undefined` for a number that Postern does not know. */
export const optionDefinition = (number: number): OptionDefinition | undefined => BY_NUMBER[number];

/** An endpoint that does not know it must refuse the message (RFC 7252 5.4.1). */
export const isCritical = (number: number): boolean => (number & 1) !== 0;

/** A proxy that does not know it must not forward it (RFC 7252 5.4.2). */
export const isUnsafe = (number: number): boolean => (number & 2) !== 0;

/** Safe to forward and not part of the cache key (RFC 7252 5.4.6). */
export const isNoCacheKey = (number: number): boolean => (number & 0x1e) === 0x1c;

/** The name of a known option, else `option-` and its number. */
export const optionName = (number: number): string => BY_NUMBER[number]?.name ?? `option-${number}`;

function row(
  number: number,
  name: string,
  format: OptionFormat,
  occurs: 'once' | 'repeatable',
  minBytes: number,
  maxBytes: number,
): OptionDefinition {
  return { number, name, format, repeatable: occurs === 'repeatable', minBytes, maxBytes };
}

/** Dense, so that looking an option up is an index. */
const BY_NUMBER: readonly (OptionDefinition | undefined)[] = Array.from(
  { length: OPTION.REQUEST_TAG + 1 },
  (_, number) => OPTION_DEFINITIONS.find((definition) => definition.number === number),
);
