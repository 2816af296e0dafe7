/** Refusals in the words of the request. */
import {
  type CredentialFacts,
  refuse,
  type Refused,
  type Revision,
  revisionRefusal,
  type Verdict,
} from '../../../trust/index.ts';
import type { Plan } from './command.ts';
import type { RowRefusal } from './enrolment-command.ts';

/** A verdict that comes with nothing but itself. */
export const only = (verdict: Verdict): Plan => ({ verdict, keys: [], made: {} });

/** The refusal of something that lies at `where` in the request. */
export const within = (where: string, refused: Refused): Refused => ({
  ...refused,
  field: `${where}${refused.field ?? ''}`,
});

/** Trust speaks of a proof; the request has a member for it. */
export function namingMember(refused: Refused, kind: CredentialFacts['kind']): Refused {
  const member = kind === 'rpk' ? '/publicKey' : kind === 'x509' ? '/subject' : '/identity';
  const { field } = refused;
  return field === undefined ? refused : { ...refused, field: field.replace(/\/proof$/, member) };
}

/** Refuses unless the object, if there is one, is at the revision that whoever asks has seen. */
export function staleRefusal(
  object: { readonly revision: Revision } | undefined,
  expected: Revision | null,
): Refused | undefined {
  return object === undefined ? undefined : revisionRefusal(object.revision, expected);
}

/** Nothing is done because of these rows. */
export function refusedRows(rows: readonly RowRefusal[], field: string): Plan {
  const detail = rows.length === 1 ? 'one row was refused' : `${rows.length} rows were refused`;
  return { verdict: refuse('rows-refused', detail, field, { rows: rows.length }), keys: [], made: {}, rows };
}

/** A refusal as that of one row. */
export const rowRefusal = (index: number, { code, detail, field }: Refused): RowRefusal => ({
  index,
  code,
  detail,
  ...(field === undefined ? {} : { field }),
});
