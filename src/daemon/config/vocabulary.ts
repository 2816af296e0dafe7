/** Words that a configuration may use. Those of other rooms are taken from there. */
export { LOG_LEVELS, type LogLevel } from '../ports/index.ts';

/**
 * The cipher suites of the DTLS server in its default order of preference: smallest records first. A test keeps this
 * list equal to the registry of the DTLS room.
 */
export const SUITES = [
  'TLS_PSK_WITH_AES_128_CCM_8',
  'TLS_PSK_WITH_AES_128_CCM',
  'TLS_PSK_WITH_AES_128_GCM_SHA256',
  'TLS_PSK_WITH_AES_256_CCM_8',
  'TLS_PSK_WITH_AES_256_CCM',
  'TLS_PSK_WITH_AES_256_GCM_SHA384',
  'TLS_PSK_WITH_CHACHA20_POLY1305_SHA256',
] as const;

export const PROFILES = ['dev', 'edge'] as const;
export type Profile = (typeof PROFILES)[number];
