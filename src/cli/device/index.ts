/**
 * A device in software that shares nothing with the gateway: node-dtls-client speaks DTLS, node-coap speaks CoAP. What
 * works here works for a stranger.
 *
 *   request --> node-coap --> node-dtls-client --> link (loopback in, connected socket out) --> gateway
 *
 * The link is the only part of our own on the way; it reads nothing but the outer header, so that a failed handshake
 * can be told from a gateway that is not there.
 */
export { type CoapsUri, parseCoapsUri } from './coaps-uri.ts';
export { type DevicePsk, parseDevicePsk, pskIdentityBytes } from './device-psk.ts';
export { type DeviceAnswer, type DeviceMethod, type DeviceRequest, requestAsDevice } from './request.ts';
