/** The cipher suites we know, one row each (IANA TLS Cipher Suites; RFC 4279, 5487, 6655, 7905). */
import type { AeadName, HashName } from '../../crypto/index.ts';
import type { NonceShape } from './aead.ts';

export interface CipherSuite {
  readonly id: number;
  readonly name: string;
  readonly keyExchange: 'psk';
  readonly aead: AeadName;
  readonly nonce: NonceShape;
  /** Of the PRF and the transcript. */
  readonly hash: HashName;
}

/** In the order that a server prefers when nothing else is configured: small tags first, as constrained peers expect. */
export const SUITES = [
  suite(0xc0a8, 'TLS_PSK_WITH_AES_128_CCM_8', 'aes-128-ccm-8', 'explicit', 'sha256'),
  suite(0xc0a4, 'TLS_PSK_WITH_AES_128_CCM', 'aes-128-ccm', 'explicit', 'sha256'),
  suite(0x00a8, 'TLS_PSK_WITH_AES_128_GCM_SHA256', 'aes-128-gcm', 'explicit', 'sha256'),
  suite(0xccab, 'TLS_PSK_WITH_CHACHA20_POLY1305_SHA256', 'chacha20-poly1305', 'xor', 'sha256'),
  suite(0xc0a9, 'TLS_PSK_WITH_AES_256_CCM_8', 'aes-256-ccm-8', 'explicit', 'sha256'),
  suite(0xc0a5, 'TLS_PSK_WITH_AES_256_CCM', 'aes-256-ccm', 'explicit', 'sha256'),
  suite(0x00a9, 'TLS_PSK_WITH_AES_256_GCM_SHA384', 'aes-256-gcm', 'explicit', 'sha384'),
] as const satisfies readonly CipherSuite[];

export const SUITE_NAMES: readonly string[] = SUITES.map((row) => row.name);

/** Signalling values that are no suites. */
export const EMPTY_RENEGOTIATION_INFO_SCSV = 0x00ff;

export function suiteById(id: number): CipherSuite | undefined {
  return SUITES.find((row) => row.id === id);
}

export function suiteByName(name: string): CipherSuite | undefined {
  return SUITES.find((row) => row.name === name);
}

function suite<const Name extends string>(
  id: number,
  name: Name,
  aead: AeadName,
  nonce: NonceShape,
  hash: HashName,
): CipherSuite & { readonly name: Name } {
  return { id, name, keyExchange: 'psk', aead, nonce, hash };
}
