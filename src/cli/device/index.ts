/**
 * A device in software that shares nothing with the gateway: node-dtls-client speaks DTLS, node-coap speaks CoAP. What
 * works here works for a stranger.
 *
 *   request --> node-coap --> node-dtls-client --> link (loopback in, connected socket out) --> gateway
 *
 * The link is the only part of our own on the way; it reads nothing but the outer header, so that a failed handshake
 * can be told from a gateway that is not there.
 */
import type { DeviceAnswer, DeviceRequest } from './request.ts';

export { type CoapsUri, parseCoapsUri } from './coaps-uri.ts';
export { type DevicePsk, parseDevicePsk, pskIdentityBytes } from './device-psk.ts';
export type { DeviceAnswer, DeviceMethod, DeviceRequest } from './request.ts';
export { displayRemote, findRemote, type Remote, unreachableRemote } from './link.ts';

/**
 * Performs `request` over a session of its own. Any response is an answer, 4.03 too; faults are for what kept the
 * response from arriving. The two libraries are loaded only when they are needed.
 */
export async function requestAsDevice(request: DeviceRequest): Promise<DeviceAnswer> {
  const { performRequest } = await import('./request.ts');
  return performRequest(request);
}
