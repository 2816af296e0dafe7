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
  /** identity -> plaintexts that its device has protected. */
  readonly #said = new Map<string, Set<string>>();
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
    const known = this.#said.get(name) ?? new Set();
    known.add(bytesKey(plaintext));
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
      case 'deliver': {
        const identity = this.#open.get(effect.connection);
        if (identity === undefined) this.#findings.add('S1: delivered on no open connection');
        else if (this.#said.get(identity)?.has(bytesKey(effect.plaintext)) !== true)
          this.#findings.add('S1: delivered what its device never said');
        break;
      }
      case 'failed':
        if (this.#open.has(effect.connection)) this.#findings.add('S1: failed what was established');
        break;
      default:
    }
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
