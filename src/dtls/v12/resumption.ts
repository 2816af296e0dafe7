/**
 * Resumable sessions (RFC 5246 7.4.1.2, F.1.4): what an abbreviated handshake starts from, and where a server keeps
 * it.
 */
import { after, BoundedMap, bytesKey, type Duration, type Instant } from '../../base/index.ts';
import type { Claim } from '../effect.ts';
import type { DtlsLimits } from '../limits.ts';

/**
 * Resumable parameters only. With extended master secret always: without it a session could be spliced (RFC 7627
 * 5.3).
 */
export interface TlsSession {
  readonly id: Uint8Array;
  /** Code point. */
  readonly suite: number;
  readonly master: Uint8Array;
  readonly claim: Claim;
  readonly credential: string;
}

/**
 * The sessions of one server: bounded, each for a limited time, the oldest gives way. Not wiped when they go: a
 * handshake under way may hold one, and must not go on with zeros for a secret.
 */
export class SessionCache {
  readonly #lifetime: Duration;
  readonly #byId: BoundedMap<string, { session: TlsSession; until: Instant }>;
  readonly #bytesMax: number;
  /** Of the certificates in them. */
  #bytes = 0;

  constructor(lifetime: Duration, limits: Pick<DtlsLimits, 'sessionsMax' | 'sessionBytesMax'>) {
    this.#byId = new BoundedMap(limits.sessionsMax);
    this.#bytesMax = limits.sessionBytesMax;
    this.#lifetime = lifetime;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** What to {@link drop} it by; null where nothing is resumed. */
  remember(now: Instant, session: TlsSession): string | null {
    const bytes = certificateBytes(session);
    if (this.#lifetime <= 0 || bytes > this.#bytesMax) return null;
    this.#dropOldest(now, bytes);
    const key = bytesKey(session.id);
    this.#byId.set(key, { session, until: after(now, this.#lifetime) });
    this.#bytes += bytes;
    return key;
  }

  find(now: Instant, id: Uint8Array): TlsSession | undefined {
    const key = bytesKey(id);
    const kept = this.#byId.get(key);
    if (kept === undefined || now < kept.until) return kept?.session;
    this.drop(key);
    return undefined;
  }

  /** Nobody resumes this one any more (RFC 5246 7.2.2). */
  drop(key: string): void {
    const kept = this.#byId.get(key);
    if (kept === undefined) return;
    this.#byId.delete(key);
    this.#bytes -= certificateBytes(kept.session);
  }

  /** Ends the sessions of a credential that is no longer good. */
  forget(credentials: ReadonlySet<string>): void {
    if (credentials.size === 0) return;
    for (const [key, { session }] of this.#byId.entries()) {
      if (credentials.has(session.credential)) this.drop(key);
    }
  }

  /** Makes room for one more. All have the same lifetime: those whose time is over are in front. */
  #dropOldest(now: Instant, bytes: number): void {
    for (let key = this.#byId.oldest(); key !== undefined; key = this.#byId.oldest()) {
      const isOver = now >= (this.#byId.get(key)?.until ?? now);
      if (!isOver && !this.#byId.full && this.#bytes + bytes <= this.#bytesMax) return;
      this.drop(key);
    }
  }
}

function certificateBytes({ claim }: TlsSession): number {
  return claim.kind === 'x509' ? claim.chain.reduce((sum, { length }) => sum + length, 0) : 0;
}
