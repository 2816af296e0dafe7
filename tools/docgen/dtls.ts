/** docs/reference/dtls.md */
import { CLOSE_REASONS, DROP_REASONS, FAILURE_REASONS } from '../../src/dtls/effect.ts';
import { DTLS_LIMITS } from '../../src/dtls/limits.ts';
import { SUITES } from '../../src/dtls/suite/registry.ts';
import { clientMachine } from '../../src/dtls/v12/client/machine.ts';
import { serverMachine } from '../../src/dtls/v12/server/machine.ts';
import { ALERT_OF_VIOLATION } from '../../src/dtls/violation.ts';
import { code, type Page, page, remarksIn, table } from './markdown.ts';

export function dtlsPage(): Page {
  return page(
    'docs/reference/dtls.md',
    'DTLS',
    'What the DTLS server speaks, what it refuses and why, and how much it is willing to remember.',
    [
      'src/dtls/suite/registry.ts',
      'src/dtls/v12/*/machine.ts',
      'src/dtls/effect.ts',
      'src/dtls/violation.ts',
      'src/dtls/limits.ts',
    ],
    [
      { title: 'Cipher suites', blocks: ['In the order of preference of the server.', suites()] },
      {
        title: 'Handshake: what each state of the server accepts',
        blocks: [
          'Anything else is an `unexpected-message` or is ignored where RFC 6347 says so.',
          states(serverMachine.accepts),
        ],
      },
      { title: 'Handshake: what each state of the client accepts', blocks: [states(clientMachine.accepts)] },
      {
        title: 'Why a handshake fails',
        blocks: [
          'The reason is for the operator (log, `postern_handshakes_total`). The device sees the alert, or nothing.',
          failures(),
        ],
      },
      { title: 'Why a connection ends', blocks: [reasons('CLOSE_REASONS', CLOSE_REASONS)] },
      {
        title: 'What is dropped in silence',
        blocks: [
          'Counted in `postern_records_dropped_total` (RFC 6347 4.1.2.7).',
          reasons('DROP_REASONS', DROP_REASONS),
        ],
      },
      { title: 'Limits', blocks: ['Some can be set: see [config.md](config.md).', limits()] },
    ],
  );
}

function suites(): string {
  const rows = SUITES.map(({ id, name, keyExchange, aead, hash }) => [
    code(`0x${id.toString(16).padStart(4, '0')}`),
    code(name),
    keyExchange,
    aead,
    hash,
  ]);
  return table(['code point', 'name', 'key exchange', 'cipher', 'hash'], rows);
}

function states(accepts: Readonly<Record<string, readonly string[]>>): string {
  const rows = Object.entries(accepts).map(([state, inputs]) => [
    code(state),
    inputs.map(code).join(', ') || 'nothing',
  ]);
  return table(['state', 'accepts'], rows);
}

function failures(): string {
  const remarks = remarksIn('src/dtls/effect.ts', 'FAILURE_REASONS');
  const alerts: Readonly<Record<string, string>> = ALERT_OF_VIOLATION;
  const rows = FAILURE_REASONS.map((reason) => [
    code(reason),
    alerts[reason] === undefined ? '' : code(alerts[reason]),
    remarks.get(reason) ?? '',
  ]);
  return table(['reason', 'alert', 'meaning'], rows);
}

function reasons(name: string, all: readonly string[]): string {
  const remarks = remarksIn('src/dtls/effect.ts', name);
  const rows = all.map((reason) => [code(reason), remarks.get(reason) ?? '']);
  return table(['reason', 'meaning'], rows);
}

function limits(): string {
  const rows = Object.entries(DTLS_LIMITS).map(([name, { value, unit, why, counts }]) => [
    code(name),
    value.toLocaleString('en-GB'),
    unit,
    why,
    counts === '-' ? '' : counts,
  ]);
  return table(['limit', 'default', 'unit', 'why', 'counted as'], rows);
}
