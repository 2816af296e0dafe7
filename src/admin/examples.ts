/**
 * What requests look like, for the description of the interface: one small story in which ann has a lock, a lamp waits
 * for its owner, and acme runs a platform.
 */

/** In milliseconds since 1970. */
const END_OF_2099 = 4_102_444_799_000;

/** Examples of bodies, by route. A test asks with each of them. */
export const EXAMPLES: Readonly<Record<string, readonly object[]>> = {
  'POST /v1/actors': [
    { kind: 'user', name: 'carol' },
    { kind: 'device', name: 'lock-2', owner: 'ann', credential: { kind: 'psk' } },
    { kind: 'device', name: 'lamp-9', claim: true },
  ],
  'POST /v1/credentials': [
    { actor: 'lock-1', kind: 'psk', identity: 'lock-1b', keyHex: '7d3a9c0e51f8b264c7e9135fa80d62b1' },
    { actor: 'platform/acme', kind: 'token', notAfter: END_OF_2099 },
  ],
  'POST /v1/credentials/:id/rotate': [{ credential: { kind: 'psk' }, until: END_OF_2099 }],
  'POST /v1/relationships': [
    {
      trustor: 'platform/acme',
      trustee: 'ann',
      scope: [{ actions: ['read', 'write'], resources: ['backend/acme/*'] }],
      level: 'operate',
      introduce: 1,
    },
  ],
  'POST /v1/introductions': [
    {
      introducer: 'ann',
      trustor: 'device/lock-1',
      trustee: 'bob',
      scope: [{ actions: ['read'], resources: ['d/lock-1/state'] }],
      level: 'view',
      notAfter: END_OF_2099,
    },
  ],
  'POST /v1/relationships/:id/revoke': [{ asOf: END_OF_2099 }],
  'POST /v1/claims': [{ device: 'lamp-1', user: 'bob', code: '7KQD-2M9X-RT4B' }],
  'POST /v1/actors/:id/claim-code': [{ established: 'printed', notAfter: END_OF_2099 }],
  'PUT /v1/actors/:id/reset-proof': [{ proof: 'printed on the inside: 9f27-44b0-c1d3' }],
  'POST /v1/actors/:id/transfer': [{ user: 'bob' }],
  'POST /v1/actors/:id/reset': [
    { proof: 'printed on the inside: 9f27-44b0-c1d3', credential: { kind: 'psk' } },
  ],
  'PUT /v1/claim-window': [
    { admits: { kind: 'open', perMinuteMax: 5 }, notAfter: END_OF_2099 },
    {
      admits: {
        kind: 'listed',
        devices: [
          {
            fingerprint: '6f3a c21b 9d04 e85f 7716 0b2c d4a9 83ee 5021 f6b7 94cd 3e18 a07b 62d9 154c f830',
            claimCode: '7KQD-2M9X-RT4B',
            resetProof: 'printed on the inside: 9f27-44b0-c1d3',
          },
        ],
      },
      notAfter: END_OF_2099,
    },
  ],
  'POST /v1/devices/batch': [
    {
      devices: [
        { name: 'meter-1', owner: 'ann' },
        { name: 'meter-2', owner: 'ann', identity: 'meter-2', keyHex: 'a41f0e7c932bd5861c7e90f4a8d3b26e' },
      ],
    },
  ],
};
