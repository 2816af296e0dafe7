/** What travels about trust: relationships, introductions, revocations, claims, the log. */
import Type from 'typebox';

const STRICT = { additionalProperties: false } as const;
const REFERENCE_LENGTH_MAX = 128;
const WALL_MAX = 8_640_000_000_000_000;

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const reference = (description: string) =>
  Type.String({ minLength: 1, maxLength: REFERENCE_LENGTH_MAX, description });
const wall = (description: string) => Type.Integer({ minimum: 0, maximum: WALL_MAX, description });

const grant = Type.Object(
  {
    actions: Type.Array(Type.String({ maxLength: 32 }), { description: 'What may be done; `*` names all.' }),
    resources: Type.Array(Type.String({ maxLength: 512 }), {
      description: 'On what: `d/DEVICE/PATH`, `backend/NAME/PATH`, `/PATH/*`, or `*`.',
    }),
  },
  STRICT,
);
const scope = Type.Array(grant, { minItems: 1, maxItems: 16 });
const level = Type.Enum(['view', 'operate', 'manage', 'administer']);
const introduce = Type.Integer({
  minimum: 0,
  maximum: 16,
  description: 'How many more introductions may follow.',
});
const support = Type.Object({ introducer: Type.String(), through: Type.String(), knows: Type.String() });

export const relationshipSchema = Type.Object(
  {
    id: Type.String(),
    trustor: Type.String({ description: 'Id of the actor who trusts.' }),
    trustee: Type.String({ description: 'Id of the actor who is trusted.' }),
    scope: Type.Array(grant),
    level,
    introduce,
    notBefore: nullable(Type.Number()),
    notAfter: nullable(Type.Number({ description: 'Not valid from here on; milliseconds since 1970.' })),
    origin: Type.Enum(['direct', 'introduced']),
    ground: nullable(
      Type.String({
        description:
          'Of a direct one: `operator`, `actor` (its own word, or that of its owner), `claim` or `credential`.',
      }),
    ),
    supports: Type.Array(support, { description: 'Who vouches for an introduced one, and on what.' }),
    firm: Type.Boolean({ description: 'An operator alone ends or suspends it.' }),
    state: Type.Enum(['active', 'suspended', 'ended']),
    valid: Type.Boolean({ description: 'Here and now.' }),
    flaw: nullable(Type.String({ description: 'Why it is not valid.' })),
    chainLength: nullable(Type.Integer({ description: '0 when direct; null when not valid.' })),
    path: Type.Array(Type.String(), { description: 'The direct relationships from trustor to trustee.' }),
    revision: Type.Integer({ description: 'Position in the log of the last change; also the ETag.' }),
  },
  { $id: 'Relationship' },
);

const termsMembers = {
  trustor: reference('Id, `KIND/NAME`, or name.'),
  trustee: reference('Id, `KIND/NAME`, or name.'),
  scope,
  level,
  introduce: Type.Optional(introduce),
  notBefore: Type.Optional(nullable(wall('Valid from here on; milliseconds since 1970.'))),
  notAfter: Type.Optional(nullable(wall('Not valid from here on; milliseconds since 1970.'))),
};
export const newRelationshipSchema = Type.Object(
  {
    ...termsMembers,
    firm: Type.Optional(
      Type.Boolean({
        description:
          'For operators: an operator alone shall end or suspend it, not the trustor, nor the owner of the device ' +
          'that it is.',
      }),
    ),
  },
  STRICT,
);
export const newIntroductionSchema = Type.Object(
  {
    introducer: reference('Who vouches: id, `KIND/NAME`, or name.'),
    ...termsMembers,
    relationship: Type.Optional(
      reference('An introduced relationship between the two that this introducer shall hold up too.'),
    ),
  },
  STRICT,
);

export const revocationSchema = Type.Object(
  {
    revision: Type.Integer({
      description: 'What it was worked out for, or what it became. Send it as If-Match.',
    }),
    asOf: Type.Number({ description: 'The time that it was worked out for; milliseconds since 1970.' }),
    falls: Type.Array(
      Type.Object({
        id: Type.String(),
        because: nullable(Type.String({ description: 'What it stood on; null: it is revoked itself.' })),
      }),
    ),
    survives: Type.Array(Type.Object({ id: Type.String(), heldBy: support })),
    sessions: Type.Integer({
      description:
        'Sessions of those to whom something that falls had given rights, themselves or their users.',
    }),
    observations: Type.Integer({ description: 'Observations that these sessions hold.' }),
    queued: Type.Integer({ description: 'Messages that wait for them. The gateway keeps none yet: 0.' }),
    configurations: Type.Integer({ description: 'Automatic actions of theirs. There are none yet: 0.' }),
    certificates: Type.Integer({
      description: 'Certificates that the gateway issued to them. It issues none yet: 0.',
    }),
  },
  { $id: 'Revocation' },
);
export const revokeBody = Type.Union([
  Type.Object({ asOf: Type.Optional(wall('`asOf` of the preview.')) }, STRICT),
  Type.Null(),
]);

export const newClaimSchema = Type.Object(
  {
    device: reference('Name or id of a device that nobody owns.'),
    user: reference('Name or id of the user who claims it.'),
    code: Type.String({ minLength: 1, maxLength: 64, description: 'The claim code of the device.' }),
  },
  STRICT,
);
export const claimSchema = Type.Object({
  device: Type.String(),
  user: Type.String(),
  relationship: Type.String({ description: 'Id of what ownership is: `device -> user`.' }),
  revision: Type.Integer(),
});

export const auditSchema = Type.Object(
  {
    revision: Type.Integer(),
    at: Type.Number({ description: 'Milliseconds since 1970.' }),
    by: Type.String(),
    events: Type.Array(Type.Object({ kind: Type.String() }, { additionalProperties: true })),
  },
  { $id: 'AuditEntry' },
);
