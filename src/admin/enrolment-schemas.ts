/** What travels about enrolment: rotation, the claim window, claim codes, devices that change hands, batches. */
import Type from 'typebox';
import { rowErrorSchema } from './problem.ts';
import { actorSchema, credentialSchema, keyHex, newCredentialMembersSchema } from './schemas.ts';

const STRICT = { additionalProperties: false } as const;
const REFERENCE_LENGTH_MAX = 128;
const WALL_MAX = 8_640_000_000_000_000;
/** Longer than anything that fits, so that what is wrong with a row is said in its own words. */
const ROW_TEXT_MAX = 4_096;
const ROWS_MAX = 10_000;
const LINES_MAX = 100_000;

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const wall = (description: string) => Type.Integer({ minimum: 0, maximum: WALL_MAX, description });
const text = (description: string, maxLength = REFERENCE_LENGTH_MAX) =>
  Type.String({ minLength: 1, maxLength, description });
const sha256 = (description: string) => Type.String({ pattern: '^[0-9A-Fa-f]{64}$', description });

export const rotationSchema = Type.Object(
  {
    credential: newCredentialMembersSchema,
    until: Type.Optional(
      nullable(
        wall(
          'The old one ends then, milliseconds since 1970; without: at the first use of the new one, which ends it ' +
            'in any case.',
        ),
      ),
    ),
  },
  STRICT,
);

const claimCodeText = text('As printed; separators and case do not matter.', 64);
const proofText = Type.String({
  minLength: 8,
  maxLength: 512,
  description: 'What only a device that was reset to its factory state shows; kept as a keyed hash.',
});

const listedDevice = Type.Object(
  {
    fingerprint: text('SHA-256 of the public key (SPKI), in hexadecimal, in groups if you like.'),
    claimCode: Type.Optional(claimCodeText),
    claimCodeHash: Type.Optional(
      sha256('In place of `claimCode`: SHA-256 of it in capitals, without separators; hexadecimal.'),
    ),
    resetProof: Type.Optional(proofText),
    resetProofHash: Type.Optional(sha256('In place of `resetProof`: SHA-256 of it; hexadecimal.')),
  },
  STRICT,
);
export const newClaimWindowSchema = Type.Object(
  {
    admits: Type.Union([
      Type.Object(
        {
          kind: Type.Enum(['open']),
          perMinuteMax: Type.Integer({
            minimum: 1,
            maximum: 600,
            description: 'Devices that are let in, in a minute.',
          }),
        },
        STRICT,
      ),
      Type.Object(
        {
          kind: Type.Enum(['listed']),
          devices: Type.Array(listedDevice, { minItems: 1, maxItems: LINES_MAX }),
        },
        STRICT,
      ),
    ]),
    notAfter: wall('Closes by itself then; milliseconds since 1970.'),
  },
  STRICT,
);
export const claimWindowSchema = Type.Object(
  {
    id: Type.String(),
    state: Type.Enum(['open', 'closed']),
    admits: nullable(
      Type.Object({
        kind: Type.Enum(['open', 'listed']),
        perMinuteMax: Type.Optional(Type.Integer()),
        devices: Type.Optional(Type.Integer({ description: 'Keys on the list.' })),
      }),
    ),
    notAfter: nullable(Type.Number({ description: 'Milliseconds since 1970.' })),
    unclaimed: Type.Integer({ description: 'Devices that nobody owns.' }),
    revision: Type.Integer({ description: 'Of the last time that it was opened or closed; also the ETag.' }),
  },
  { $id: 'ClaimWindow' },
);

export const newClaimCodeSchema = Type.Object(
  {
    established: Type.Enum(['printed', 'nfc', 'displayed'], { description: 'Where its owner finds it.' }),
    notAfter: Type.Optional(nullable(wall('Not valid from here on; milliseconds since 1970.'))),
  },
  STRICT,
);
export const resetProofSchema = Type.Object({ proof: proofText }, STRICT);
export const transferSchema = Type.Object(
  { user: text('Name or id of the new owner.'), credential: Type.Optional(newCredentialMembersSchema) },
  STRICT,
);
export const resetSchema = Type.Object(
  { proof: proofText, credential: Type.Optional(newCredentialMembersSchema) },
  STRICT,
);

const rowText = (description: string) => Type.Optional(Type.String({ maxLength: ROW_TEXT_MAX, description }));
export const newDevicesSchema = Type.Object(
  {
    devices: Type.Array(
      Type.Object(
        {
          name: Type.String({ maxLength: ROW_TEXT_MAX }),
          owner: Type.String({ maxLength: ROW_TEXT_MAX, description: 'Name or id of a user.' }),
          identity: rowText('Its PSK identity, as text; without: made by the gateway.'),
          identityHex: rowText('Its PSK identity, any bytes; in place of `identity`.'),
          keyHex: rowText('Its PSK; without it, and without `publicKey`: made by the gateway.'),
          publicKey: rowText('Its raw public key (PEM, base64 of DER, or JWK), in place of a PSK.'),
        },
        STRICT,
      ),
      { minItems: 1, maxItems: ROWS_MAX },
    ),
    partial: Type.Optional(
      Type.Boolean({ description: 'Do what can be done, and say what could not; without: all or nothing.' }),
    ),
  },
  STRICT,
);
export const devicesSchema = Type.Object({
  revision: Type.Integer({ description: 'The one revision that all of them became.' }),
  devices: Type.Array(
    Type.Object({
      index: Type.Integer({ description: 'Of its row, from 0.' }),
      ...actorSchema.properties,
      credential: Type.Object({ ...credentialSchema.properties, keyHex }),
    }),
  ),
  refused: Type.Array(rowErrorSchema),
});
