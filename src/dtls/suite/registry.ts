/** The cipher suites we know, one row each (IANA TLS Cipher Suites; RFC 4279, 5487, 6655, 7251, 7905, 8422, 8442). */
import type { AeadName, HashName } from '../../crypto/index.ts';
import type { NonceShape } from './aead.ts';

export type KeyExchangeName = 'psk' | 'ecdhe_psk' | 'ecdhe_ecdsa';

export interface CipherSuite {
  readonly id: number;
  readonly name: string;
  readonly keyExchange: KeyExchangeName;
  readonly aead: AeadName;
  readonly nonce: NonceShape;
  /** Of the PRF and the transcript. */
  readonly hash: HashName;
}

/** In the order that a server prefers within one key exchange: small tags first, as constrained peers expect. */
export const SUITES = [
  suite(0xc0a8, 'TLS_PSK_WITH_AES_128_CCM_8', 'psk', 'aes-128-ccm-8', 'explicit', 'sha256'),
  suite(0xc0a4, 'TLS_PSK_WITH_AES_128_CCM', 'psk', 'aes-128-ccm', 'explicit', 'sha256'),
  suite(0x00a8, 'TLS_PSK_WITH_AES_128_GCM_SHA256', 'psk', 'aes-128-gcm', 'explicit', 'sha256'),
  suite(0xccab, 'TLS_PSK_WITH_CHACHA20_POLY1305_SHA256', 'psk', 'chacha20-poly1305', 'xor', 'sha256'),
  suite(0xc0a9, 'TLS_PSK_WITH_AES_256_CCM_8', 'psk', 'aes-256-ccm-8', 'explicit', 'sha256'),
  suite(0xc0a5, 'TLS_PSK_WITH_AES_256_CCM', 'psk', 'aes-256-ccm', 'explicit', 'sha256'),
  suite(0x00a9, 'TLS_PSK_WITH_AES_256_GCM_SHA384', 'psk', 'aes-256-gcm', 'explicit', 'sha384'),
  suite(
    0xd003,
    'TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256',
    'ecdhe_psk',
    'aes-128-ccm-8',
    'explicit',
    'sha256',
  ),
  suite(0xd005, 'TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256', 'ecdhe_psk', 'aes-128-ccm', 'explicit', 'sha256'),
  suite(0xd001, 'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256', 'ecdhe_psk', 'aes-128-gcm', 'explicit', 'sha256'),
  suite(
    0xccac,
    'TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256',
    'ecdhe_psk',
    'chacha20-poly1305',
    'xor',
    'sha256',
  ),
  suite(0xd002, 'TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384', 'ecdhe_psk', 'aes-256-gcm', 'explicit', 'sha384'),
  suite(
    0xc037,
    'TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256',
    'ecdhe_psk',
    'aes-128-cbc-sha256',
    'random',
    'sha256',
  ),
  suite(0xc0ae, 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8', 'ecdhe_ecdsa', 'aes-128-ccm-8', 'explicit', 'sha256'),
  suite(0xc0ac, 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM', 'ecdhe_ecdsa', 'aes-128-ccm', 'explicit', 'sha256'),
  suite(
    0xc02b,
    'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    'ecdhe_ecdsa',
    'aes-128-gcm',
    'explicit',
    'sha256',
  ),
  suite(
    0xcca9,
    'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
    'ecdhe_ecdsa',
    'chacha20-poly1305',
    'xor',
    'sha256',
  ),
  suite(0xc0af, 'TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8', 'ecdhe_ecdsa', 'aes-256-ccm-8', 'explicit', 'sha256'),
  suite(0xc0ad, 'TLS_ECDHE_ECDSA_WITH_AES_256_CCM', 'ecdhe_ecdsa', 'aes-256-ccm', 'explicit', 'sha256'),
  suite(
    0xc02c,
    'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
    'ecdhe_ecdsa',
    'aes-256-gcm',
    'explicit',
    'sha384',
  ),
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
  keyExchange: KeyExchangeName,
  aead: AeadName,
  nonce: NonceShape,
  hash: HashName,
): CipherSuite & { readonly name: Name } {
  return { id, name, keyExchange, aead, nonce, hash };
}
