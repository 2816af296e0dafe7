/** What requests say, in control's words. */
import { toHex, utf8 } from '../base/index.ts';
import type { Command, CredentialWish, PageRequest } from '../daemon/control/index.ts';

export type CredentialId = (Command & { kind: 'end-credential' })['id'];
export type ActorId = (Command & { kind: 'remove-actor' })['id'];
export type Revision = NonNullable<(Command & { kind: 'remove-actor' })['ifRevision']>;

export interface PageQuery {
  readonly limit?: string;
  readonly cursor?: string;
}

export function pageRequest({ limit, cursor }: PageQuery): PageRequest {
  return { limit: limit === undefined ? LIMIT_DEFAULT : Number(limit), cursor: cursor ?? null };
}

export interface CredentialBody {
  readonly kind: CredentialWish['kind'];
  readonly identity?: string;
  readonly identityHex?: string;
  readonly keyHex?: string;
  readonly publicKey?: string;
  readonly certificate?: string;
  readonly subject?: string;
  readonly byName?: true;
  readonly anchor?: string;
  readonly user?: string;
  readonly established?: CredentialWish['established'];
  readonly notAfter?: number | null;
}

/** What is wrong with a body that its schema allows. */
export interface Unfit {
  readonly kind: 'unfit';
  readonly detail: string;
  readonly field: string;
}

/** The wish in a body. */
export function credentialWish(body: CredentialBody): CredentialWish | Unfit {
  const stray = KIND_MEMBERS.find(([member, kind]) => body[member] !== undefined && kind !== body.kind);
  if (stray !== undefined) return unfit(stray[0], `${stray[0]} does not belong to the kind ${body.kind}`);
  const { user = null, established } = body;
  switch (body.kind) {
    case 'psk': {
      const { identity, identityHex, keyHex } = body;
      if (identity !== undefined && identityHex !== undefined) {
        return unfit('identityHex', 'name the identity once: `identity` as text, or `identityHex`');
      }
      return {
        kind: 'psk',
        user,
        identityHex: identity === undefined ? (identityHex ?? null) : toHex(utf8(identity)),
        keyHex: keyHex ?? null,
        // A key that the gateway makes is read off its answer; one that is brought along came in a file.
        established: established ?? (keyHex === undefined ? 'displayed' : 'file'),
      };
    }
    case 'rpk': {
      const { publicKey } = body;
      if (publicKey === undefined) return unfit('publicKey', 'a raw public key needs `publicKey`');
      return { kind: 'rpk', user, publicKey, established: established ?? 'file' };
    }
    case 'x509':
      return certificateWish(body, user);
    case 'token': {
      const notAfter = body.notAfter as (CredentialWish & { kind: 'token' })['notAfter'];
      return { kind: 'token', user, established: established ?? 'displayed', notAfter };
    }
  }
}

function certificateWish(body: CredentialBody, user: string | null): CredentialWish | Unfit {
  const { certificate, subject, byName, anchor = null, established = 'ca' } = body;
  const [shown, another] = SHOWN.filter((member) => body[member] !== undefined);
  if (shown === undefined) return unfit('subject', `a certificate needs one of ${SHOWN.join(', ')}`);
  if (another !== undefined) return unfit(shown, `name a certificate by ${shown} or by ${another}: not both`);
  const wish = { kind: 'x509', user, established } as const;
  if (byName === true) return { ...wish, shown: { kind: 'name', anchor } };
  if (subject !== undefined) return { ...wish, shown: { kind: 'subject', anchor, subject } };
  if (anchor !== null) return unfit('anchor', 'a certificate shows by itself which authority it is of');
  return { ...wish, shown: { kind: 'certificate', pem: certificate ?? '' } };
}

const unfit = (member: string, detail: string): Unfit => ({ kind: 'unfit', detail, field: `/${member}` });

/** The revision in an `If-Match` header: `null` without one or for `*`; `undefined` for anything else. */
export function ifMatch(header: string | undefined): Revision | null | undefined {
  if (header === undefined || header === '*') return null;
  const match = /^"(\d{1,15})"$/.exec(header);
  return match === null ? undefined : (Number(match[1]) as Revision);
}

const LIMIT_DEFAULT = 100;

/** Members that one kind of credential has and the others have not. */
const KIND_MEMBERS = [
  ['identity', 'psk'],
  ['identityHex', 'psk'],
  ['keyHex', 'psk'],
  ['publicKey', 'rpk'],
  ['certificate', 'x509'],
  ['subject', 'x509'],
  ['byName', 'x509'],
  ['anchor', 'x509'],
  ['notAfter', 'token'],
] as const satisfies readonly (readonly [keyof CredentialBody, CredentialWish['kind']])[];

/** How a certificate can be told: one of these. */
const SHOWN = ['certificate', 'subject', 'byName'] as const;
