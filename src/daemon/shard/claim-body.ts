/** What travels to and from `/claim`: a map of texts, as CBOR (RFC 8949) or JSON, read strictly. */
import { fromUtf8, required, utf8 } from '../../base/index.ts';
import { readCbor, writeCbor } from '../../enrolment/index.ts';

/** `{device, code}`: whoever has the code wants the device. */
export interface ClaimBody {
  readonly kind: 'claim';
  readonly device: string;
  readonly code: string;
}

/** `{device, proof, code?}`: the sender was `device` and has been reset. */
export interface ResetBody {
  readonly kind: 'reset';
  readonly device: string;
  readonly proof: string;
  /** What it shall be claimed by; `null`: whatever the gateway makes. */
  readonly code: string | null;
}

/** What a device learns of itself. */
export interface ClaimView {
  readonly device: string;
  readonly state: 'unclaimed' | 'claimed';
  /** What it can be claimed by, made just now. */
  readonly code?: string;
}

/** CoAP Content-Formats (RFC 7252 section 12.3, RFC 8949). */
export const CLAIM_FORMATS = { json: 50, cbor: 60 } as const;
export type ClaimFormat = (typeof CLAIM_FORMATS)[keyof typeof CLAIM_FORMATS];

/** The format of that number, if it is one of them. */
export const claimFormat = (number: number | undefined): ClaimFormat | undefined =>
  Object.values(CLAIM_FORMATS).find((each) => each === number);

/** The body of a POST; `undefined` when it is none. */
export function readClaim(format: ClaimFormat, payload: Uint8Array): ClaimBody | ResetBody | undefined {
  const members = format === CLAIM_FORMATS.cbor ? fromCbor(payload) : fromJson(payload);
  if (members === undefined) return undefined;
  for (const [name, value] of members) if (!isMember(name, value)) return undefined;
  const [device, code, proof] = ['device', 'code', 'proof'].map(
    (name) => members.get(name) as string | undefined,
  );
  if (device === undefined) return undefined;
  if (proof !== undefined) return { kind: 'reset', device, proof, code: code ?? null };
  return code === undefined ? undefined : { kind: 'claim', device, code };
}

export function writeClaim(format: ClaimFormat, view: ClaimView): Uint8Array {
  if (format === CLAIM_FORMATS.json) return utf8(JSON.stringify(view));
  return required(writeCbor(view), 'texts have an encoding');
}

type Members = ReadonlyMap<unknown, unknown>;

function fromCbor(payload: Uint8Array): Members | undefined {
  const value = readCbor(payload);
  return value instanceof Map ? value : undefined;
}

function fromJson(payload: Uint8Array): Members | undefined {
  try {
    const value: unknown = JSON.parse(fromUtf8(payload) ?? '');
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

function isMember(name: unknown, value: unknown): boolean {
  const lengthMax = typeof name === 'string' ? LENGTHS_MAX.get(name) : undefined;
  if (lengthMax === undefined || typeof value !== 'string') return false;
  return value.length > 0 && value.length <= lengthMax && !/\p{Cc}/u.test(value);
}

const LENGTHS_MAX: ReadonlyMap<string, number> = new Map([
  ['device', 64],
  ['code', 64],
  ['proof', 512],
]);
