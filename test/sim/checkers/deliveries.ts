/**
 * S1: nothing is delivered but what its sender said, on a connection whose peer proved a credential of the store.
 * S3: a request is handed out once at most.
 */
import { assert, bytesKey } from '../../../src/base/index.ts';
import type { ConnectionHandle, Effect } from '../../../src/dtls/index.ts';
import { credentialOf } from '../store.ts';
import type { Findings } from './findings.ts';

export class Deliveries {
  readonly #findings: Findings;
  /** identity -> plaintexts that its device has protected, and how often more than they were delivered. */
  readonly #said = new Map<string, Map<string, number>>();
  readonly #open = new Map<ConnectionHandle, string>();
  readonly #handedOut = new Set<string>();
  /** Identities that must never be let in: nobody has their key, or it is not the one they use. */
  readonly #barred = new Set<string>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  bar(identity: Uint8Array): void {
    this.#barred.add(bytesKey(identity));
  }

  /** A device protects this. */
  said(identity: Uint8Array, plaintext: Uint8Array): void {
    const name = bytesKey(identity);
    const known = this.#said.get(name) ?? new Map<string, number>();
    const text = bytesKey(plaintext);
    known.set(text, (known.get(text) ?? 0) + 1);
    this.#said.set(name, known);
  }

  /** An effect of the gateway's DTLS endpoint. */
  effect(effect: Effect): void {
    switch (effect.kind) {
      case 'established':
        this.#established(effect);
        break;
      case 'closed':
        if (!this.#open.delete(effect.connection)) this.#findings.add('S1: closed what was not open');
        break;
      case 'deliver':
        this.#delivered(this.#open.get(effect.connection), bytesKey(effect.plaintext));
        break;
      case 'failed':
        if (this.#open.has(effect.connection)) this.#findings.add('S1: failed what was established');
        break;
      default:
    }
  }

  /** Once for each time it was protected: a replayed record would be one too many. */
  #delivered(identity: string | undefined, text: string): void {
    const known = identity === undefined ? undefined : this.#said.get(identity);
    if (known === undefined) this.#findings.add('S1: delivered on no open connection');
    const left = known?.get(text);
    if (left === undefined) this.#findings.add('S1: delivered what its device never said');
    else if (left === 0) this.#findings.add('S1: delivered more often than it was said');
    else known?.set(text, left - 1);
  }

  /** A request that CoAP hands out; devices never make two with the same payload. */
  request(connection: number, payload: Uint8Array): void {
    const name = bytesKey(payload);
    if (!this.#open.has(connection as ConnectionHandle)) this.#findings.add('S1: request without connection');
    if (this.#handedOut.has(name)) this.#findings.add('S3: a request was handed out twice');
    this.#handedOut.add(name);
  }

  #established({ connection, peer }: Extract<Effect, { kind: 'established' }>): void {
    assert(peer.claim.kind === 'psk', 'devices of the simulation share keys');
    const identity = bytesKey(peer.claim.identity);
    if (peer.credential !== credentialOf(peer.claim.identity)) this.#findings.add('S1: another credential');
    if (this.#barred.has(identity)) this.#findings.add('S1: an impostor got in');
    if (this.#open.has(connection)) this.#findings.add('S1: established twice');
    this.#open.set(connection, identity);
  }
}
