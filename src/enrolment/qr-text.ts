/** What a QR code holds: upper case throughout, packed 40 % tighter (ISO/IEC 18004, alphanumeric mode). */
import { toHex, utf8 } from '../base/index.ts';

/** `POSTERN:PSK:1:IDENTITYHEX:KEYHEX`. */
export function pskQrText(identityHex: string, keyHex: string): string {
  return `POSTERN:PSK:1:${identityHex}:${keyHex}`.toUpperCase();
}

/** `POSTERN:CLAIM:1:DEVICEHEX:CODE`, the name of the device as the hexadecimal of its UTF-8: it has small letters. */
export function claimQrText(device: string, code: string): string {
  return `POSTERN:CLAIM:1:${toHex(utf8(device))}:${code}`.toUpperCase();
}
