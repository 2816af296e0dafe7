/**
 * Resumable sessions (RFC 5246 7.4.1.2, F.1.4): what an abbreviated handshake starts from, and where a server keeps
 * it.
 */
import { after, BoundedMap, bytesKey, type Duration, type Instant } from '../../base/index.ts';
import type { Claim } from '../effect.ts';

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

/** The sessions of one server: bounded, each for a limited time, the oldest gives way. */
export class SessionCache {
  readonly #lifetime: Duration;
  readonly #byId: BoundedMap<string, { session: TlsSession; until: Instant }>;

  constructor(capacity: number, lifetime: Duration) {
    this.#byId = new BoundedMap(capacity);
    this.#lifetime = lifetime;
  }

  get size(): number {
    return this.#byId.size;
  }

  remember(now: Instant, session: TlsSession): void {
    if (this.#lifetime <= 0) return;
    if (this.#byId.full) this.#byId.delete(this.#byId.oldest() ?? '');
    this.#byId.set(bytesKey(session.id), { session, until: after(now, this.#lifetime) });
  }

  find(now: Instant, id: Uint8Array): TlsSession | undefined {
    const kept = this.#byId.get(bytesKey(id));
    if (kept !== undefined && now < kept.until) return kept.session;
    return undefined;
  }

  /** Ends the sessions of a credential that is no longer good. */
  forget(credentials: ReadonlySet<string>): void {
    if (credentials.size === 0) return;
    for (const [key, { session }] of this.#byId.entries()) {
      if (credentials.has(session.credential)) this.#byId.delete(key);
    }
  }
}
