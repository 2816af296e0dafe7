/** A pre-shared key as people write it: `IDENTITY:KEYHEX`, where the identity is text or `hex:...`. */
import { fromHex, Secret, utf8 } from '../../base/index.ts';
import { CommandFault, EXIT } from '../fault.ts';

export interface DevicePsk {
  readonly identity: Uint8Array;
  readonly key: Secret;
}

const FORM = 'write it as IDENTITY:KEYHEX, for example lamp-1:000102030405060708090a0b0c0d0e0f';
const KEY_BYTES_MAX = 64;

/** Splits at the last colon, so identities may hold colons. Never repeats the key in a fault. */
export function parseDevicePsk(text: string, where: string): DevicePsk {
  const colon = text.lastIndexOf(':');
  if (colon < 1)
    throw new CommandFault(EXIT.usage, `${where}: there is no ':' between identity and key`, FORM);
  const key = fromHex(text.slice(colon + 1));
  if (key === undefined || key.length === 0 || key.length > KEY_BYTES_MAX) {
    const fault = `${where}: the key must be 1 to ${KEY_BYTES_MAX} bytes in hexadecimal`;
    throw new CommandFault(EXIT.usage, fault, FORM);
  }
  return { identity: pskIdentityBytes(text.slice(0, colon), where), key: new Secret(key) };
}

/** UTF-8 of `text`, or the bytes after `hex:`. */
export function pskIdentityBytes(text: string, where: string): Uint8Array {
  if (!text.startsWith('hex:')) return utf8(text);
  const bytes = fromHex(text.slice(4));
  if (bytes === undefined || bytes.length === 0) {
    throw new CommandFault(
      EXIT.usage,
      `${where}: what follows 'hex:' in the identity is not hexadecimal`,
      FORM,
    );
  }
  return bytes;
}
