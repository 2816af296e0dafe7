/**
 * The key exchange messages of plain PSK (RFC 4279 2):
 *
 *   ServerKeyExchange   psk_identity_hint <0..2^16-1>    sent only to give a hint; we never do
 *   ClientKeyExchange   psk_identity <0..2^16-1>         opaque bytes: a NUL inside is as good as any
 */
import { Reader, Writer } from '../../base/wire/index.ts';
import { malformed } from '../violation.ts';

/** The identity in a ClientKeyExchange, or the hint in a ServerKeyExchange, in memory of its own. */
export function decodePskLabel(body: Uint8Array): Uint8Array {
  const reader = new Reader(body, malformed);
  const label = reader.vector16().slice();
  reader.end();
  return label;
}

export function encodePskLabel(label: Uint8Array): Uint8Array {
  return new Writer(2 + label.length).vector16(label).finish();
}
