/**
 * Which kind of credential failed last for which client. A stack offers every suite it was built with, so a first
 * handshake may settle on one that its device holds no key for; the next one then tries another kind first. A hint
 * and nothing more: it changes an order of preference, never what is accepted.
 */
import { after, BoundedMap, type Duration, type Instant, minutes, type Path } from '../base/index.ts';
import type { CredentialKind } from './effect.ts';

export class Refusals {
  readonly #byAddress = new BoundedMap<string, { kind: CredentialKind; until: Instant }>(ADDRESSES_MAX);

  /** Remembers the failure; devices come back from other ports, so the address alone counts. */
  note(now: Instant, path: Path, kind: CredentialKind): void {
    const { address } = path.remote;
    if (this.#byAddress.full) this.#byAddress.delete(this.#byAddress.oldest() ?? '');
    this.#byAddress.set(address, { kind, until: after(now, REMEMBERED) });
  }

  /** The kind to put last for this client. */
  last(now: Instant, path: Path): CredentialKind | null {
    const noted = this.#byAddress.get(path.remote.address);
    return noted !== undefined && now < noted.until ? noted.kind : null;
  }

  /** It worked: nothing to avoid any more. */
  clear(path: Path): void {
    this.#byAddress.delete(path.remote.address);
  }
}

const ADDRESSES_MAX = 4_096;
const REMEMBERED: Duration = minutes(2);
