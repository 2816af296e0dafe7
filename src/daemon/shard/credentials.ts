/**
 * What this shard knows of trust: the snapshot at one revision and the keys that belong to it. It answers the
 * handshake's questions and says who stands behind a credential, now.
 */
import { assert, Secret } from '../../base/index.ts';
import type { CredentialAnswer, CredentialQuestion } from '../../dtls/index.ts';
import { toHex } from '../../base/index.ts';
import type { Principal } from '../../policy/index.ts';
import {
  type CredentialId,
  emptySnapshot,
  type Revision,
  type TrustEvent,
  type TrustSnapshot,
} from '../../trust/index.ts';
import type { PskMaterial } from '../ports/index.ts';

export class Credentials {
  #snapshot: TrustSnapshot = emptySnapshot();
  /** As many as the snapshot has credentials; peers cannot add to it. */
  readonly #keys = new Map<CredentialId, Secret>();
  #loaded = false;

  /** Whether a snapshot has arrived: before, nobody is known and nobody is turned away. */
  get loaded(): boolean {
    return this.#loaded;
  }

  get revision(): Revision {
    return this.#snapshot.revision;
  }

  /** Replaces everything. */
  load(snapshot: TrustSnapshot, keys: readonly PskMaterial[]): void {
    for (const key of this.#keys.values()) key.dispose();
    this.#keys.clear();
    this.#snapshot = snapshot;
    this.#loaded = true;
    this.#keep(keys);
  }

  /** Moves on to the snapshot after `events`. True when something ended, so that somebody may have lost his ground. */
  apply(snapshot: TrustSnapshot, events: readonly TrustEvent[], keys: readonly PskMaterial[]): boolean {
    this.#snapshot = snapshot;
    let ended = false;
    for (const event of events) {
      if (ENDING.has(event.kind)) ended = true;
      if (event.kind !== 'credential-ended') continue;
      this.#keys.get(event.id)?.dispose();
      this.#keys.delete(event.id);
    }
    this.#keep(keys);
    return ended;
  }

  /** The answer to a handshake's question. */
  answer(question: CredentialQuestion): CredentialAnswer {
    if (question.kind !== 'psk') return { kind: 'unknown' };
    const credential = this.#snapshot.identities.get(toHex(question.identity));
    const key = credential === undefined ? undefined : this.#keys.get(credential);
    if (credential === undefined || key === undefined) return { kind: 'unknown' };
    if (this.principal(credential) === undefined) return { kind: 'unknown' };
    return { kind: 'psk', key, credential };
  }

  /** Who stands behind a credential at this revision; `undefined` when the credential is not valid any more. */
  principal(credential: CredentialId): Principal | undefined {
    const found = this.#snapshot.credentials.get(credential);
    const actor = found && this.#snapshot.actors.get(found.actor);
    if (found?.state !== 'active' || actor?.state !== 'active') return undefined;
    const wanted = found.user ?? actor.owner;
    const user = wanted !== null && this.#snapshot.actors.get(wanted)?.state === 'active' ? wanted : null;
    return { actor: actor.id, kind: actor.kind, name: actor.name, credential, user };
  }

  #keep(keys: readonly PskMaterial[]): void {
    for (const { credential, identityHex, key } of keys) {
      assert(this.#snapshot.identities.get(identityHex) === credential, 'a key belongs to a credential');
      this.#keys.set(credential, new Secret(key));
      key.fill(0);
    }
  }
}

/** Credentials that are not good any more after `events`, not even to take up a session again. */
export function endedBy(events: readonly TrustEvent[]): CredentialId[] {
  return events.flatMap((event) =>
    event.kind === 'credential-ended' || event.kind === 'credential-suspended' ? [event.id] : [],
  );
}

/** What may take the ground from under a session. */
const ENDING: ReadonlySet<TrustEvent['kind']> = new Set([
  'actor-removed',
  'actor-suspended',
  'owner-set',
  'credential-ended',
  'credential-suspended',
  'credential-rotated',
] as const);
