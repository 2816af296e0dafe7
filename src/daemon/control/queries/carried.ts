/** What was just made for a device, in the forms in which it is carried there: a tag, a picture. Shown once. */
import { displayAddress, fromHex, required } from '../../../base/index.ts';
import {
  claimQrText,
  encodeEnrolmentMessage,
  type Enrolment,
  enrolmentUri,
  pskQrText,
} from '../../../enrolment/index.ts';
import type { ListenerAddress } from '../../ports/index.ts';

export interface CarriedView {
  /** Of the tag; no secret in it. */
  readonly uri: string;
  /** What a QR code says. */
  readonly qrText: string;
  /** The NDEF message of a tag, base64. */
  readonly ndef: string;
}

/** The gateway as a device has to know it. */
export interface Door {
  readonly listeners: readonly ListenerAddress[];
  /** SHA-256 of its public key, hexadecimal. */
  readonly fingerprint: string;
}

/** A key that the gateway made. */
export function carriedKey(
  door: Door,
  {
    device,
    identityHex,
    keyHex,
  }: { readonly device: string; readonly identityHex: string; readonly keyHex: string },
): CarriedView {
  const [identity, key] = [bytesOf(identityHex), bytesOf(keyHex)];
  return carried({ kind: 'psk', device, ...known(door), identity, key }, pskQrText(identityHex, keyHex));
}

/** A claim code. */
export function carriedClaim(
  door: Door,
  { device, code }: { readonly device: string; readonly code: string },
): CarriedView {
  return carried({ kind: 'claim', device, ...known(door), code }, claimQrText(device, code));
}

function carried(enrolment: Enrolment, qrText: string): CarriedView {
  const ndef = Buffer.from(encodeEnrolmentMessage(enrolment)).toString('base64');
  return { uri: enrolmentUri(enrolment), qrText, ndef };
}

/** An address that listens everywhere is none that a device could be told. */
function known({ listeners, fingerprint }: Door): Pick<Enrolment, 'gateway' | 'gatewayKey'> {
  const place = listeners.find(({ address, port }) => !EVERYWHERE.has(address) && port !== 0);
  const gateway = place === undefined ? null : `coaps://${displayAddress(place)}`;
  return { gateway, gatewayKey: bytesOf(fingerprint) };
}

const bytesOf = (hex: string): Uint8Array => required(fromHex(hex), 'what we made is hexadecimal');

const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
