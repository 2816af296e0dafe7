/** Verdict: what becomes of a command: events, or a refusal that names the rule and what is missing. */
import type { Revision } from './actor.ts';
import type { TrustEvent } from './events.ts';

export type Verdict = Accepted | Refused;

export interface Accepted {
  readonly kind: 'accepted';
  /** May be empty: what was wanted is so already, and there is nothing to append. */
  readonly events: readonly TrustEvent[];
}

export interface Refused {
  readonly kind: 'refused';
  readonly code: RefusalCode;
  readonly detail: string;
  /** JSON pointer, within the command, of what is wrong. */
  readonly field?: string;
  /** What would have to be different, by name. */
  readonly missing?: Missing;
  /** Refused, and that it was tried is recorded: a wrong code counts. */
  readonly events?: readonly TrustEvent[];
}

export type Missing = Readonly<Record<string, string | number | null>>;

/** Why a command was refused: stable codes that travel to the admin API. */
export type RefusalCode = (typeof REFUSAL_CODES)[number];

export function refuse(code: RefusalCode, detail: string, field?: string, missing?: Missing): Refused {
  return {
    kind: 'refused',
    code,
    detail,
    ...(field === undefined ? {} : { field }),
    ...(missing === undefined ? {} : { missing }),
  };
}

export const accept = (...events: readonly TrustEvent[]): Accepted => ({ kind: 'accepted', events });

/** Refuses with `revision-stale` unless `expected` is absent or the revision that last changed the object. */
export function revisionRefusal(current: Revision, expected: Revision | null): Refused | undefined {
  if (expected === null || expected === current) return undefined;
  const detail = `the object is at revision ${current}, not ${expected}`;
  return refuse('revision-stale', detail, undefined, { revision: current });
}

export const REFUSAL_CODES = [
  'name-invalid',
  'name-taken',
  'owner-missing',
  'owner-unknown',
  'owner-not-allowed',
  'actor-unknown',
  'owns-devices',
  'credential-unknown',
  'credential-not-allowed',
  'credential-replaced', // it has a successor already
  'identity-invalid',
  'identity-taken',
  'key-invalid',
  'validity-empty', // it would end before it begins
  'scope-invalid',
  'terms-invalid',
  'relationship-unknown',
  'relationship-ended',
  'self-trust', // an actor needs no relationship with itself
  'self-vouch', // an introducer is neither of the two that it brings together
  'vouch-for-voucher', // nobody vouches for whoever vouched for him
  'introducer-not-trusted', // the trustor does not trust the introducer, here and now
  'trustee-not-trusted', // the introducer does not trust the trustee, here and now
  'introductions-exhausted', // the trustor's trust in the introducer must not be passed on
  'terms-exceeded', // nobody gives more than he has
  'chain-too-long',
  'not-introduced', // a direct relationship needs nobody to vouch for it
  'introducer-repeated', // this introducer holds it up already
  'not-entitled', // this actor has no say in it
  'manufacturer-bound', // what a manufacturer may do on devices is an operator's to widen
  'window-closed',
  'window-not-listed',
  'window-rate',
  'claim-code-missing',
  'claim-code-wrong',
  'claim-code-expired',
  'claim-code-spent',
  'already-owned',
  'not-owned',
  'key-reused', // a device changes hands with a new key only
  'reset-proof-missing',
  'reset-proof-wrong',
  'rows-refused', // of a batch: nothing of it was done
  'limit-reached',
  'revision-stale',
] as const;
