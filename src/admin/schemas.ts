/** What travels over the admin interface. Requests refuse every member that is not named here. */
import Type from 'typebox';
import { problemSchema } from './problem.ts';

const STRICT = { additionalProperties: false } as const;
const NAME_LENGTH_MAX = 64;
const REFERENCE_LENGTH_MAX = 128;
const HEX_LENGTH_MAX = 256;
const KEY_LENGTH_MAX = 65_536;
const WALL_MAX = 8_640_000_000_000_000;

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const hex = (description: string) =>
  Type.String({ description, maxLength: HEX_LENGTH_MAX, pattern: '^(?:[0-9A-Fa-f]{2})+$' });
const id = Type.String({ maxLength: REFERENCE_LENGTH_MAX, description: 'Made by the gateway.' });
const revision = Type.Integer({ description: 'Position in the log of the last change; also the ETag.' });

export const actorSchema = Type.Object(
  {
    id,
    kind: Type.Enum(['user', 'device', 'platform', 'provider', 'manufacturer', 'gateway']),
    name: Type.String(),
    owner: nullable(Type.String({ description: 'Id of the user on whose behalf a device acts.' })),
    state: Type.Enum(['active', 'suspended']),
    revision,
  },
  { $id: 'Actor' },
);

export const credentialSchema = Type.Object(
  {
    id,
    actor: Type.String(),
    kind: Type.Enum(['psk', 'rpk', 'x509', 'pairing-code', 'token']),
    user: nullable(Type.String({ description: 'Id of the user in whose context it acts.' })),
    identity: Type.Optional(
      Type.String({ description: 'PSK identity as text, or `hex:...` when it is not printable.' }),
    ),
    identityHex: Type.Optional(Type.String()),
    fingerprint: Type.Optional(
      Type.String({ description: 'SHA-256 of a raw public key (SPKI), in hexadecimal.' }),
    ),
    subject: Type.Optional(
      Type.String({
        description:
          "Subject of a certificate; `name:NAME`: any that the authority's rules derive that name from.",
      }),
    ),
    anchor: Type.Optional(
      Type.String({
        description: "SHA-256 of the certificate of the certificate's authority, in hexadecimal.",
      }),
    ),
    established: Type.String(),
    notAfter: nullable(Type.Number({ description: 'Valid until then; milliseconds since 1970.' })),
    state: Type.Enum(['active', 'suspended']),
    successor: nullable(
      Type.String({ description: 'Id of the one that replaces it, at its first use at the latest.' }),
    ),
    revision,
  },
  { $id: 'Credential' },
);

export const keyHex = Type.Optional(
  Type.String({ description: 'The key, if the gateway made it. Shown this once; nobody can read it again.' }),
);

const token = Type.Optional(
  Type.String({
    description: 'The token: `Authorization: Bearer`. Shown this once; nobody can read it again.',
  }),
);

/** Of what was just made, beside it, once. */
const carried = {
  uri: Type.Optional(Type.String({ description: 'For a tag: where the gateway is. No secret in it.' })),
  qrText: Type.Optional(Type.String({ description: 'What a QR code for the device says.' })),
  ndef: Type.Optional(Type.String({ description: 'The NDEF message of a tag for the device, base64.' })),
};

export const madeCredentialSchema = Type.Object({
  ...credentialSchema.properties,
  keyHex,
  token,
  ...carried,
});
export const madeActorSchema = Type.Object({
  ...actorSchema.properties,
  credential: Type.Optional(madeCredentialSchema),
  claimCode: Type.Optional(
    Type.String({ description: 'Makes whoever has it the first owner. Shown this once.' }),
  ),
  ...carried,
});

export const identitySchema = Type.Object(
  {
    fingerprint: Type.String({
      description: 'SHA-256 of the SubjectPublicKeyInfo, hexadecimal: what a device pins.',
    }),
    spoken: Type.String({ description: 'The fingerprint in groups, for reading aloud.' }),
    publicKeyPem: Type.String({ description: 'The public key, PEM.' }),
    certificates: Type.Array(Type.String(), { description: 'Certificates for the key, PEM, leaf first.' }),
  },
  { $id: 'Identity' },
);

const credentialMembers = {
  kind: Type.Enum(['psk', 'rpk', 'x509', 'token'], {
    description: 'A pre-shared key, a raw public key, a certificate; or, for whoever is no device, a token.',
  }),
  identity: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: REFERENCE_LENGTH_MAX,
      description: 'psk: its identity, as text.',
    }),
  ),
  identityHex: Type.Optional(hex('psk: its identity, any bytes; in place of `identity`.')),
  keyHex: Type.Optional(hex('psk: an existing key. Without it the gateway makes one.')),
  established: Type.Optional(
    Type.Enum(['printed', 'displayed', 'nfc', 'file', 'factory', 'ca'], {
      description: 'How device and gateway got to know of it.',
    }),
  ),
  publicKey: Type.Optional(
    Type.String({
      maxLength: KEY_LENGTH_MAX,
      description: "rpk: the device's public key as PEM (PUBLIC KEY or CERTIFICATE), base64 of DER, or JWK.",
    }),
  ),
  certificate: Type.Optional(
    Type.String({
      maxLength: KEY_LENGTH_MAX,
      description:
        "x509: the device's certificate, PEM, with the intermediate ones: its subject is registered.",
    }),
  ),
  subject: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 256,
      description: 'x509: the subject (RFC 4514, `CN=lock-1`), in place of `certificate`.',
    }),
  ),
  byName: Type.Optional(
    Type.Literal(true, {
      description:
        "x509: any certificate that the authority's rules (`dtls.subject_rules`) derive the device's name from, in " +
        'place of `certificate`.',
    }),
  ),
  anchor: Type.Optional(
    Type.String({
      maxLength: 256,
      description:
        'x509, with `subject` or `byName`: the authority, by SHA-256 of its certificate or by name. May be left out ' +
        'if there is one only.',
    }),
  ),
  notAfter: Type.Optional(
    nullable(
      Type.Integer({
        minimum: 0,
        maximum: WALL_MAX,
        description: 'token: worth nothing from then on, milliseconds since 1970; without: in 90 days.',
      }),
    ),
  ),
  user: Type.Optional(
    Type.String({
      maxLength: REFERENCE_LENGTH_MAX,
      description: "Name or id of the user in whose context it acts; without: the device's owner.",
    }),
  ),
};

export const newCredentialMembersSchema = Type.Object(credentialMembers, STRICT);

export const newActorSchema = Type.Object(
  {
    kind: Type.Enum(['user', 'device', 'platform', 'provider', 'manufacturer']),
    name: Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX }),
    owner: Type.Optional(
      Type.String({ maxLength: REFERENCE_LENGTH_MAX, description: 'Name or id of a user; for devices.' }),
    ),
    claim: Type.Optional(
      Type.Boolean({
        description: 'A device that its first owner shall claim by a code; in place of `owner`.',
      }),
    ),
    credential: Type.Optional(newCredentialMembersSchema),
  },
  STRICT,
);

export const newCredentialSchema = Type.Object(
  {
    actor: Type.String({
      maxLength: REFERENCE_LENGTH_MAX,
      description: 'Id, `KIND/NAME`, or name of a device.',
    }),
    ...credentialMembers,
  },
  STRICT,
);

export const sessionSchema = Type.Object(
  {
    id,
    principal: Type.String({ description: 'Id of the actor.' }),
    name: nullable(Type.String({ description: 'Name of the actor.' })),
    credential: Type.String(),
    path: Type.String({ description: 'Address and port of the device.' }),
    cid: nullable(Type.String({ description: 'DTLS connection id, if one was agreed.' })),
    suite: Type.String(),
    since: Type.Number({ description: 'Milliseconds since 1970.' }),
    lastSeen: Type.Number({ description: 'Milliseconds since 1970.' }),
    observations: Type.Integer(),
    revision,
  },
  { $id: 'Session' },
);

export const backendSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  kind: Type.Enum(['coap']),
  url: Type.String(),
  timeout_s: Type.Number(),
  inflight_max: Type.Integer(),
});

export const routeSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  path: Type.String(),
  backend: Type.String(),
  rewrite: Type.String(),
});

export const changeSchema = Type.Object({
  id,
  revision: Type.Integer({ description: 'The revision that the change became; in force on every shard.' }),
});

/** A page of a list. */
export const pageSchema = <T extends Type.TSchema>(item: T) =>
  Type.Object({
    items: Type.Array(item),
    next: nullable(Type.String({ description: '`cursor` of the next page; null: this was the last.' })),
  });

export const pageQuery = {
  limit: Type.Optional(
    Type.String({ pattern: '^[1-9][0-9]{0,2}$', description: 'Items at most: 1 to 999.' }),
  ),
  cursor: Type.Optional(Type.String({ maxLength: 1_024, description: '`next` of the page before.' })),
};

export const querySchema = <T extends Type.TProperties>(members: T) => Type.Object(members, STRICT);
export const idParams = Type.Object({ id: Type.String({ maxLength: REFERENCE_LENGTH_MAX }) }, STRICT);
export const emptyQuery = Type.Object({}, STRICT);

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } },
});
/** What every route may answer besides success. */
export const problems = {
  '4xx': problem('Refused: `code` says why'),
  '5xx': problem('Failed: `code` says why'),
};
