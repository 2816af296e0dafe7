/**
 * What there is at the gateway under test: devices to be, paths to ask for, a backend that counts.
 *
 * For the first device: `/hello` is answered 2.05 with HELLO, `/large` 2.05 with LARGE, `/forbidden` is a route that it
 * has no right to, `/nowhere` no route.
 */
/** What a device is born with. The keys are printable, because libcoap's client takes them as text. */
export type Device = { readonly identity: Buffer; readonly key: Buffer };

export type Gateway = {
  /** On 127.0.0.1. */
  readonly coapsPort: number;
  readonly device: Device;
  /** The same rights, but identities that are no text: a NUL inside; 128 bytes (RFC 4279 section 5.3). */
  readonly oddDevices: { readonly nulIdentity: Device; readonly longIdentity: Device };
  /** How many requests have reached the backend. */
  backendRequests(): number;
  /** Prometheus text. */
  metrics(): Promise<string>;
  stop(): Promise<void>;
};

export const HELLO = 'hello from the backend';
export const LARGE = 'x'.repeat(900);

export const DEVICE: Device = {
  identity: Buffer.from('interop-device'),
  key: Buffer.from('interop-secret-1'),
};
export const ODD_DEVICES: Gateway['oddDevices'] = {
  nulIdentity: { identity: Buffer.from('nul\0inside'), key: Buffer.from('interop-secret-3') },
  longIdentity: { identity: Buffer.alloc(128, 'long-identity-'), key: Buffer.from('interop-secret-4') },
};

/** Two who must not get in. Both identities have the same length, so that both handshakes can look alike. */
export function strangersTo({ device }: Gateway): {
  readonly wrongKey: Device;
  readonly unknownIdentity: Device;
} {
  const key = Buffer.from('another-secret-2');
  const unknown = Buffer.from(device.identity);
  unknown.write('unknown');
  return { wrongKey: { identity: device.identity, key }, unknownIdentity: { identity: unknown, key } };
}
