/** What Postern has to reach, and whether it did in this run. */
import type { Line } from './measure.ts';

/** The verdict on one line of Postern's; empty where nothing is asked, or what to compare with is missing. */
export function verdict(line: Line, all: readonly Line[]): string {
  if (line.system !== 'postern') return '';
  const base = all.find(
    (other) => other.case === line.case && other.system === line.system && other.sessions === BASE_SESSIONS,
  );
  switch (line.case) {
    case 'relayed GET':
      // libcoap's proxy looks through its sessions: the fewer there are, the cheaper it is.
      if (line.sessions < BASE_SESSIONS) return '';
      return line === base ? againstLibcoap(line, all) : flat(line, base);
    case 'PSK handshake':
      return handshake(line, base);
    case 'RPK handshake':
    case 'X.509 handshake':
      return cheap(line, KEY_HANDSHAKE_US_MAX);
    case 'resumption':
      return cheap(line, RESUMPTION_US_MAX);
    case 'idle session':
      // Of few sessions, the memory that V8 happens to hold is the larger part.
      if (line.sessions < IDLE_SESSIONS_MIN || line.rssBytes === undefined) return '';
      return judged(line.rssBytes <= IDLE_BYTES_MAX, `at most ${IDLE_BYTES_MAX / 1_024} KiB`);
  }
}

function againstLibcoap(line: Line, all: readonly Line[]): string {
  const peers = all.filter(
    ({ case: measured, system, sessions }) =>
      measured === line.case && system.startsWith('libcoap') && sessions === line.sessions,
  );
  if (peers.length === 0 || line.cpuUs === undefined) return '';
  const best = Math.min(...peers.map(({ cpuUs }) => cpuUs ?? Number.POSITIVE_INFINITY));
  const share = line.cpuUs / best;
  return judged(share <= LIBCOAP_SHARE_MAX, `${share.toFixed(2)} x libcoap, at most ${LIBCOAP_SHARE_MAX}`);
}

function flat(line: Line, base: Line | undefined): string {
  if (line.cpuUs === undefined || base?.cpuUs === undefined) return '';
  const growth = line.cpuUs / base.cpuUs - 1;
  return judged(
    growth <= GROWTH_MAX,
    `${percent(growth)} from ${BASE_SESSIONS}, at most ${percent(GROWTH_MAX)}`,
  );
}

function handshake(line: Line, base: Line | undefined): string {
  if (line.cpuUs === undefined) return '';
  const cheap = line.cpuUs <= HANDSHAKE_US_MAX;
  const growth = base?.cpuUs === undefined ? 0 : line.cpuUs / base.cpuUs - 1;
  const grown = line === base || base === undefined ? '' : `, ${percent(growth)} from ${BASE_SESSIONS}`;
  return judged(cheap && growth <= GROWTH_MAX, `at most ${HANDSHAKE_US_MAX} µs${grown}`);
}

function cheap({ cpuUs }: Line, most: number): string {
  return cpuUs === undefined ? '' : judged(cpuUs <= most, `at most ${most} µs`);
}

function judged(ok: boolean, what: string): string {
  return `${ok ? 'ok' : 'NOT OK'}: ${what}`;
}

function percent(share: number): string {
  return `${share < 0 ? '' : '+'}${(100 * share).toFixed(0)} %`;
}

const BASE_SESSIONS = 1_000;
/** Of the CPU per request of libcoap's cheaper build. */
const LIBCOAP_SHARE_MAX = 0.4;
const GROWTH_MAX = 0.2;
const HANDSHAKE_US_MAX = 250;
/** Both sides prove a key. */
const KEY_HANDSHAKE_US_MAX = 500;
const RESUMPTION_US_MAX = 120;
const IDLE_BYTES_MAX = 3 * 1_024;
const IDLE_SESSIONS_MIN = 10_000;
