/**
 * Newcomers: devices whose handshake is complete and whose key nobody knew. Until control has given its word they have
 * no session; what they ask meanwhile waits, a little of it.
 *
 *   established --petition--> control --applied, word--> a session like any other, of a device that nobody owns
 *                                  \--refused, late--> closed
 */
import { BoundedMap, type Instant, toHex } from '../../base/index.ts';
import type { ExchangeId, Request } from '../../coap/index.ts';
import type { Claim, CloseReason, ConnectionHandle, VerifiedPeer } from '../../dtls/index.ts';
import type { CredentialId } from '../../trust/index.ts';
import { displayClaim } from './claim.ts';
import type { Credentials } from './credentials.ts';
import { type Petitions, PETITIONS_MAX, type Told } from './petitions.ts';
import type { Report } from './report.ts';
import type { Counts } from './tally.ts';

export interface NewcomersParts {
  readonly petitions: Petitions;
  readonly credentials: Credentials;
  readonly counts: Counts;
  readonly report: Report;
  readonly close: (now: Instant, connection: ConnectionHandle, why: CloseReason) => void;
  /** Control has given it a credential: its session begins. */
  readonly begin: (now: Instant, connection: ConnectionHandle, peer: VerifiedPeer, as: CredentialId) => void;
  readonly ask: (now: Instant, connection: ConnectionHandle, exchange: ExchangeId, request: Request) => void;
}

interface Asked {
  readonly exchange: ExchangeId;
  readonly request: Request;
}

export class Newcomers {
  readonly #parts: NewcomersParts;
  /** What each of them has asked so far. */
  readonly #waiting = new BoundedMap<ConnectionHandle, Asked[]>(PETITIONS_MAX.newcomer);

  constructor(parts: NewcomersParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** A handshake by an unknown key is complete: control is asked, unless it has let the same key in meanwhile. */
  arrived(now: Instant, connection: ConnectionHandle, peer: VerifiedPeer): void {
    const { petitions, credentials, begin } = this.#parts;
    const { claim } = peer;
    if (claim.kind !== 'rpk') return this.#refused(now, connection, claim, 'not-a-key');
    const fingerprintHex = toHex(claim.fingerprint);
    const known = credentials.ofKey(fingerprintHex);
    if (known !== undefined) return begin(now, connection, peer, known);
    const petition = { kind: 'newcomer', fingerprintHex, spkiHex: toHex(claim.spki) } as const;
    const told = (at: Instant, word: Told): void => this.#told(at, connection, peer, word);
    const room = this.#waiting.set(connection, []) && petitions.ask(now, petition, told);
    if (room) return;
    this.#waiting.delete(connection);
    this.#refused(now, connection, claim, 'overloaded');
  }

  /** Keeps a request until control's word is there; false when this is no newcomer, or asks too much. */
  hold(connection: ConnectionHandle, exchange: ExchangeId, request: Request): boolean {
    const asked = this.#waiting.get(connection);
    if (asked === undefined || asked.length >= ASKED_MAX) return false;
    asked.push({ exchange, request });
    return true;
  }

  /** The connection has ended. */
  forget(connection: ConnectionHandle): void {
    this.#waiting.delete(connection);
  }

  #told(now: Instant, connection: ConnectionHandle, peer: VerifiedPeer, word: Told): void {
    const asked = this.#waiting.get(connection);
    if (asked === undefined) return; // it has gone
    this.#waiting.delete(connection);
    const { claim } = peer;
    const { credentials, counts, begin, ask } = this.#parts;
    // Whatever the word was, what counts is whether the key is known now: another connection may have been faster.
    const known = claim.kind === 'rpk' ? credentials.ofKey(toHex(claim.fingerprint)) : undefined;
    if (known === undefined) {
      this.#refused(now, connection, claim, word.kind === 'refused' ? word.code : word.kind);
      return;
    }
    counts.add('admitted');
    begin(now, connection, peer, known);
    for (const { exchange, request } of asked) ask(now, connection, exchange, request);
  }

  #refused(now: Instant, connection: ConnectionHandle, claim: Claim, reason: string): void {
    const { counts, report, close } = this.#parts;
    counts.add(reason);
    report.log(now, 'newcomer refused', () => ({ claimed: displayClaim(claim), reason }));
    // Where it is only a matter of time, it is told nothing that would keep it from trying again.
    close(now, connection, TRY_AGAIN.has(reason) ? 'requested' : 'refused');
  }
}

const ASKED_MAX = 4;
const TRY_AGAIN: ReadonlySet<string> = new Set(['failed', 'late', 'overloaded', 'window-rate']);
