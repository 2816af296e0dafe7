/** Codes: one byte, three bits of class and five of detail, written `c.dd` (RFC 7252 3, 5.8, 5.9, 12.1). */
import type { Code } from '../message.ts';

const named = (byte: number): Code => byte as Code;

/** Every method and response code that Postern knows by name. */
export const CODE = {
  EMPTY: named(0x00),
  GET: named(0x01),
  POST: named(0x02),
  PUT: named(0x03),
  DELETE: named(0x04),
  FETCH: named(0x05),
  PATCH: named(0x06),
  IPATCH: named(0x07),
  CREATED: named(0x41),
  DELETED: named(0x42),
  VALID: named(0x43),
  CHANGED: named(0x44),
  CONTENT: named(0x45),
  CONTINUE: named(0x5f),
  BAD_REQUEST: named(0x80),
  UNAUTHORIZED: named(0x81),
  BAD_OPTION: named(0x82),
  FORBIDDEN: named(0x83),
  NOT_FOUND: named(0x84),
  METHOD_NOT_ALLOWED: named(0x85),
  NOT_ACCEPTABLE: named(0x86),
  REQUEST_ENTITY_INCOMPLETE: named(0x88),
  CONFLICT: named(0x89),
  PRECONDITION_FAILED: named(0x8c),
  REQUEST_ENTITY_TOO_LARGE: named(0x8d),
  UNSUPPORTED_CONTENT_FORMAT: named(0x8f),
  UNPROCESSABLE_ENTITY: named(0x96),
  TOO_MANY_REQUESTS: named(0x9d),
  INTERNAL_SERVER_ERROR: named(0xa0),
  NOT_IMPLEMENTED: named(0xa1),
  BAD_GATEWAY: named(0xa2),
  SERVICE_UNAVAILABLE: named(0xa3),
  GATEWAY_TIMEOUT: named(0xa4),
  PROXYING_NOT_SUPPORTED: named(0xa5),
  HOP_LIMIT_REACHED: named(0xa8),
} as const satisfies Record<string, Code>;

/** The code `class.detail`: `codeOf(4, 4)` is 4.04. */
export const codeOf = (codeClass: number, detail: number): Code =>
  (((codeClass & 7) << 5) | (detail & 0x1f)) as Code;

/** 0 (methods) .. 7. */
export const codeClass = (code: Code): number => code >> 5;

/** As written in the RFCs: `codeName(0x45)` is `'2.05'`. */
export const codeName = (code: Code): string => `${code >> 5}.${String(code & 0x1f).padStart(2, '0')}`;

/** The name of a method, or its number `0.dd` when it has none. */
export const methodName = (code: Code): string => METHODS[code] ?? codeName(code);

/** 0.01 to 0.31, whether or not the method is known. */
export const isRequestCode = (code: Code): boolean => code > 0x00 && code < 0x20;

/** 0.01 to 0.07: RFC 7252 and RFC 8132. */
export const isKnownMethod = (code: Code): boolean => code > 0x00 && code <= CODE.IPATCH;

/** GET and FETCH, which change nothing and may be carried out twice (RFC 7252 5.1, RFC 8132 2). */
export const isSafeMethod = (code: Code): boolean => code === CODE.GET || code === CODE.FETCH;

/** 2.00 to 5.31. */
export const isResponseCode = (code: Code): boolean => code >= 0x40 && code < 0xc0;

/** 2.xx. */
export const isSuccess = (code: Code): boolean => code >> 5 === 2;

const METHODS: readonly (string | undefined)[] = [
  undefined,
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'FETCH',
  'PATCH',
  'iPATCH',
];
