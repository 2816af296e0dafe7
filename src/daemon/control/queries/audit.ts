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

const viewEvent = (event: TrustEvent): Readonly<Record<string, unknown>> => redacted(event);

/** A copy without what is secret; an event is plain JSON. */
function redacted(value: object): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries<unknown>(value as Record<string, unknown>)) {
    if (SECRET.has(key)) continue;
    if (Array.isArray(member)) copy[key] = key === LIST ? member.length : member.map(redactedMember);
    else copy[key] = redactedMember(member);
  }
  return copy;
}

function redactedMember(member: unknown): unknown {
  return typeof member === 'object' && member !== null && !Array.isArray(member) ? redacted(member) : member;
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
