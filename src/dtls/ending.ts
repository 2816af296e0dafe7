/** How connections end, and the alerts that go with it. */
import type { Instant } from '../base/index.ts';
import type { Connection } from './connection-state.ts';
import type { Core } from './core.ts';
import type { CloseReason, Effects, FailureReason } from './effect.ts';
import { claimOf } from './association.ts';
import { type Farewells, farewellOf, say } from './farewells.ts';
import type { AlertName } from './message/alert.ts';

/** Ends a handshake that came to nothing. */
export function fail(
  core: Core,
  connection: Connection,
  reason: FailureReason,
  alert: AlertName | null,
  out: Effects,
): void {
  if (alert !== null) sendAlert(core, connection, alert, out);
  const claim = claimOf(connection.association);
  end(connection);
  out.push({ kind: 'failed', path: connection.path, connection: connection.handle, reason, claim });
}

/** Ends an established connection; the reason decides what the peer is told. `soon`: not now but by `timeout`. */
export function close(
  core: Core,
  connection: Connection,
  reason: CloseReason,
  out: Effects,
  soon?: { readonly now: Instant; readonly farewells: Farewells },
): void {
  const alert = ALERT_OF_CLOSE[reason];
  if (alert !== null) {
    const farewell = farewellOf(connection, alert);
    if (soon?.farewells.add(soon.now, farewell) !== true) say(core.records, farewell, out);
  }
  const session = connection.verified?.session ?? null;
  if (session !== null && endsSession(reason)) core.forgetSession(session);
  end(connection);
  out.push({ kind: 'closed', connection: connection.handle, reason });
}

/** Whether the connection ended with a fatal alert, whoever sent it: its session is over too (RFC 5246 7.2.2). */
export function endsSession(reason: CloseReason): boolean {
  const alert = ALERT_OF_CLOSE[reason];
  return reason === 'peer-alert' || (alert !== null && alert !== 'close_notify');
}

/** Sends one alert in the current epoch. */
export function sendAlert(core: Core, connection: Connection, name: AlertName, out: Effects): void {
  say(core.records, farewellOf(connection, name), out);
}

function end(connection: Connection): void {
  connection.status = 'ended';
  connection.handshake = null;
  connection.lastFlight = null;
  connection.read = null;
  connection.write = null;
}

/** Null: nothing is sent, because the peer has other keys by now or said goodbye first. */
const ALERT_OF_CLOSE = {
  'close-notify': 'close_notify',
  'peer-alert': null,
  replaced: null,
  idle: 'close_notify',
  evicted: 'close_notify',
  requested: 'close_notify',
  revoked: 'access_denied',
  'certificate-revoked': 'certificate_revoked',
  'certificate-expired': 'certificate_expired',
  refused: 'access_denied',
  violation: 'unexpected_message',
  exhausted: 'close_notify',
  internal: 'internal_error',
} as const satisfies Record<CloseReason, AlertName | null>;
