/** /v1/devices: devices by the thousand. */
import type { Gateway, NewDevice } from '../../daemon/control/index.ts';
import type { AdminApp } from '../app.ts';
import { change } from '../change.ts';
import { deviceRow } from '../enrolment-request.ts';
import { devicesSchema, newDevicesSchema } from '../enrolment-schemas.ts';
import { emptyQuery, problems } from '../schemas.ts';

export function addDeviceRoutes(app: AdminApp, gateway: Gateway): void {
  app.post(
    '/devices/batch',
    {
      bodyLimit: BATCH_BYTES_MAX,
      schema: {
        summary:
          'Add many devices at once, each with its first credential: all of them, or, when a row is wrong, none, and ' +
          'every row that is wrong',
        tags: ['actors'],
        body: newDevicesSchema,
        querystring: emptyQuery,
        response: { 201: devicesSchema, ...problems },
      },
    },
    async (request, reply) => {
      const { devices, partial = false } = request.body;
      const command = { kind: 'add-devices', rows: devices.map(deviceRow), partial } as const;
      return await change(
        gateway,
        request,
        reply.code(201),
        () => command,
        ({ revision, devices: made = [], rows = [] }) => ({
          revision,
          devices: made.map((each) => view(gateway, each)),
          refused: rows,
        }),
      );
    },
  );
}

const view = (gateway: Gateway, { index, actor, credential, keyHex }: NewDevice): object => ({
  index,
  ...actor,
  credential: { ...gateway.view(credential), ...(keyHex === undefined ? {} : { keyHex }) },
});

/** 10,000 rows with a public key each. */
const BATCH_BYTES_MAX = 16_777_216;
