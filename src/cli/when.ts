/** Points in time as people write them on a command line. */
import { InvalidArgumentError } from 'commander';

/** Milliseconds since 1970 of an ISO date, or of a time from now: `90m`, `12h`, `7d`. Throws commander's error. */
export function instantOf(text: string): number {
  const [, number, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (number !== undefined) return Date.now() + Number(number) * (UNIT_MS[unit ?? ''] ?? 0);
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at;
  throw new InvalidArgumentError('Use an ISO date, or a time from now such as 7d.');
}

/** `2026-11-22 17:05` in UTC. */
export const displayInstant = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
