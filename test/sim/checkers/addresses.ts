/**
 * S4: bytes to an unproven address never exceed bytes from it.
 * S5: nothing is kept for a path before it returned a cookie that had been sent to it.
 * Knows cookies by watching them go out and come back, not by asking the endpoint.
 */
import { bytesKey, type Path } from '../../../src/base/index.ts';
import type { DtlsEndpoint, Effect } from '../../../src/dtls/index.ts';
import { readHelloPrefix } from '../../../src/dtls/message/client-hello.ts';
import { HANDSHAKE_TYPE, parseFragment } from '../../../src/dtls/message/handshake.ts';
import { parseRecord } from '../../../src/dtls/record/header.ts';
import type { Findings } from './findings.ts';

interface Balance {
  from: number;
  to: number;
  owned: boolean;
}

export class Addresses {
  readonly #findings: Findings;
  readonly #balances = new Map<string, Balance>();
  readonly #cookies = new Map<string, Set<string>>();
  readonly #proven = new Set<string>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** A datagram arrives at the gateway. */
  arrives(path: Path, datagram: Uint8Array): void {
    this.#balance(path.key).from += datagram.length;
    for (const hello of handshakeBodies(datagram, HANDSHAKE_TYPE.client_hello)) {
      const cookie = readHelloPrefix(hello)?.cookie;
      if (cookie !== undefined && this.#cookies.get(path.key)?.has(bytesKey(cookie)) === true)
        this.#proven.add(path.key);
    }
  }

  /** An effect of the gateway's DTLS endpoint, in order. */
  effect(effect: Effect): void {
    if (effect.kind === 'own' && effect.route.kind === 'path') this.#own(effect.route.path);
    else if (effect.kind === 'disown' && effect.route.kind === 'path')
      this.#balances.delete(effect.route.path.key);
    else if (effect.kind === 'transmit') this.#transmits(effect.path, effect.datagram);
    else if (effect.kind === 'rebound') this.#rebound(effect.path);
  }

  /** After each step of the gateway. */
  step(endpoint: DtlsEndpoint): void {
    const { handshakes, connections } = endpoint.occupancy();
    // A proven path may have a connection and, beside it, a handshake.
    if (handshakes > this.#proven.size || connections > this.#proven.size)
      this.#findings.add('S5: more is kept than paths have proven themselves');
  }

  #own(path: Path): void {
    if (!this.#proven.has(path.key)) this.#findings.add('S5: kept before the cookie came back');
    this.#balance(path.key).owned = true;
  }

  /** An authentic record came from there: as good as a cookie (RFC 9146 6). */
  #rebound(path: Path): void {
    this.#proven.add(path.key);
    this.#balance(path.key).owned = true;
  }

  #transmits(path: Path, datagram: Uint8Array): void {
    const balance = this.#balance(path.key);
    if (!balance.owned) {
      balance.to += datagram.length;
      if (balance.to > balance.from) this.#findings.add('S4: more to an unproven address than from it');
    }
    for (const request of handshakeBodies(datagram, HANDSHAKE_TYPE.hello_verify_request)) {
      const known = this.#cookies.get(path.key) ?? new Set();
      known.add(bytesKey(request.subarray(3)));
      this.#cookies.set(path.key, known);
    }
  }

  #balance(key: string): Balance {
    const known = this.#balances.get(key) ?? { from: 0, to: 0, owned: false };
    this.#balances.set(key, known);
    return known;
  }
}

/** Bodies of the messages of this type that stand first in their record. */
function handshakeBodies(datagram: Uint8Array, type: number): Uint8Array[] {
  const bodies: Uint8Array[] = [];
  for (let offset = 0; offset < datagram.length; ) {
    const parsed = parseRecord(datagram, offset, 0);
    if ('drop' in parsed) {
      offset = parsed.next;
      continue;
    }
    const { record } = parsed;
    offset = record.end;
    const fragment = parseFragment(datagram.subarray(record.start, record.end), 0);
    if (record.type === 22 && record.epoch === 0 && fragment?.type === type) bodies.push(fragment.bytes);
  }
  return bodies;
}
