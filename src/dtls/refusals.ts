/**
 * Which kind of credential failed last for which client. A stack offers every suite it was built with, so a first
 * handshake may settle on one that its device holds no key for; the next one then tries another kind first. A hint
 * and nothing more: it changes an order of preference, never what is accepted.
 *
 * Devices come back from other ports, so a client is an address and what its stack offers: that tells the stacks of
 * neighbours behind one NAT apart.
 */
import { after, BoundedMap, type Duration, type Instant, minutes, type Path } from '../base/index.ts';
import type { CredentialKind } from './effect.ts';

export class Refusals {
  readonly #byAddress = new BoundedMap<string, readonly Note[]>(ADDRESSES_MAX);

  /** Remembers the failure. `stack`: see {@link stackOf}. */
  note(now: Instant, path: Path, stack: number, kind: CredentialKind): void {
    const { address } = path.remote;
    const others = this.#others(path, stack);
    if (this.#byAddress.full && !this.#byAddress.has(address))
      this.#byAddress.delete(this.#byAddress.oldest() ?? '');
    const note = { stack, kind, until: after(now, REMEMBERED) };
    this.#byAddress.set(address, [...others.slice(1 - STACKS_MAX), note]);
  }

  /** The kind to put last for this client. */
  last(now: Instant, path: Path, stack: number): CredentialKind | null {
    const note = this.#byAddress.get(path.remote.address)?.find((one) => one.stack === stack);
    return note !== undefined && now < note.until ? note.kind : null;
  }

  /** It worked: nothing to avoid any more. */
  clear(path: Path, stack: number): void {
    const others = this.#others(path, stack);
    if (others.length === 0) this.#byAddress.delete(path.remote.address);
    else this.#byAddress.set(path.remote.address, others);
  }

  #others(path: Path, stack: number): readonly Note[] {
    return this.#byAddress.get(path.remote.address)?.filter((one) => one.stack !== stack) ?? [];
  }
}

/** A stack by the suites that it offers. FNV-1a of 32 bits: two stacks that it takes for one share a hint, no more. */
export function stackOf(suites: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of suites) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

interface Note {
  readonly stack: number;
  readonly kind: CredentialKind;
  readonly until: Instant;
}

const ADDRESSES_MAX = 4_096;
/** Behind one address; the one that failed longest ago gives way. */
const STACKS_MAX = 8;
const REMEMBERED: Duration = minutes(2);
