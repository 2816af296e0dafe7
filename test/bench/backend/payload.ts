/** What the backend answers: 32 bytes. */
export const PAYLOAD = Buffer.from('32 bytes of telemetry, as usual.');
