/** Alerts (RFC 5246 7.2, RFC 6347 4.1.2.7): level 1 | description 1. */

export const ALERTS = {
  close_notify: 0,
  unexpected_message: 10,
  bad_record_mac: 20,
  record_overflow: 22,
  handshake_failure: 40,
  bad_certificate: 42,
  unsupported_certificate: 43,
  certificate_revoked: 44,
  certificate_expired: 45,
  certificate_unknown: 46,
  illegal_parameter: 47,
  unknown_ca: 48,
  access_denied: 49,
  decode_error: 50,
  decrypt_error: 51,
  protocol_version: 70,
  insufficient_security: 71,
  internal_error: 80,
  user_canceled: 90,
  no_renegotiation: 100,
  unsupported_extension: 110,
  unknown_psk_identity: 115,
} as const;

export type AlertName = keyof typeof ALERTS;

export interface Alert {
  readonly fatal: boolean;
  readonly description: number;
}

/** Levels are fixed by what the alert means, not chosen: only these three are warnings. */
export function encodeAlert(name: AlertName): Uint8Array {
  const warning = name === 'close_notify' || name === 'user_canceled' || name === 'no_renegotiation';
  return Uint8Array.of(warning ? 1 : 2, ALERTS[name]);
}

/** The alert, or `undefined` when the fragment is not exactly one. */
export function decodeAlert(fragment: Uint8Array): Alert | undefined {
  const level = fragment[0];
  if (fragment.length !== 2 || (level !== 1 && level !== 2)) return undefined;
  return { fatal: level === 2, description: fragment[1] as number };
}

/** The registered name, or `alert-<number>`. */
export function alertName(description: number): string {
  const known = Object.entries(ALERTS).find(([, value]) => value === description);
  return known === undefined ? `alert-${description}` : known[0];
}
