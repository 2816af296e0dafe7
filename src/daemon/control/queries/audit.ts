/** The log as operators read it: who did what, when. Keys, sealed or hashed, are left out. */
import type { StoredEntry } from '../../ports/index.ts';
import type { TrustEvent } from '../../../trust/index.ts';

export interface AuditView {
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by: string;
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

export function viewEntry({ revision, at, by, events }: StoredEntry): AuditView {
  return { revision, at, by, events: events.map(viewEvent) };
}

function viewEvent(event: TrustEvent): Readonly<Record<string, unknown>> {
  return JSON.parse(
    JSON.stringify(event, (key, value: unknown) => {
      if (SECRET.has(key)) return undefined;
      return key === LIST && Array.isArray(value) ? value.length : value;
    }),
  ) as Record<string, unknown>;
}

/** What helps whoever has the log to get at a key or a code. */
const SECRET: ReadonlySet<string> = new Set([
  'sealedKey',
  'sealedCode',
  'hashHex',
  'claimHashHex',
  'resetHashHex',
]);

/** A manufacturer's list: how many keys are on it. */
const LIST = 'devices';
