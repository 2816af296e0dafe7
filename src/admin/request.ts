/** What requests say, in control's words. */
import { toHex, utf8 } from '../base/index.ts';
import type { Command, PageRequest, PskWish } from '../daemon/control/index.ts';

type Revision = NonNullable<(Command & { kind: 'remove-actor' })['ifRevision']>;

export interface PageQuery {
  readonly limit?: string;
  readonly cursor?: string;
}

export function pageRequest({ limit, cursor }: PageQuery): PageRequest {
  return { limit: limit === undefined ? LIMIT_DEFAULT : Number(limit), cursor: cursor ?? null };
}

export interface PskBody {
  readonly identity?: string;
  readonly identityHex?: string;
  readonly keyHex?: string;
  readonly established?: PskWish['established'];
}

/** The wish in a body; `undefined` when it names the identity twice. */
export function pskWish({ identity, identityHex, keyHex, established }: PskBody): PskWish | undefined {
  if (identity !== undefined && identityHex !== undefined) return undefined;
  return {
    identityHex: identity === undefined ? (identityHex ?? null) : toHex(utf8(identity)),
    keyHex: keyHex ?? null,
    // A key that the gateway makes is read off its answer; one that is brought along came in a file.
    established: established ?? (keyHex === undefined ? 'displayed' : 'file'),
  };
}

/** The revision in an `If-Match` header: `null` without one or for `*`; `undefined` for anything else. */
export function ifMatch(header: string | undefined): Revision | null | undefined {
  if (header === undefined || header === '*') return null;
  const match = /^"(\d{1,15})"$/.exec(header);
  return match === null ? undefined : (Number(match[1]) as Revision);
}

const LIMIT_DEFAULT = 100;
