/**
 * The paths seen lately, so that a datagram of a known peer costs no new strings. Direct-mapped by port: of two peers
 * in one slot the later one stays, which costs time and nothing else.
 */
import { type Path, path } from '../../base/index.ts';

export class PathMemory {
  readonly #slots: (Path | undefined)[] = new Array<Path | undefined>(SLOTS);

  /** The path of a datagram that came from `address`:`port` to listener `local`. */
  of(local: number, address: string, port: number): Path {
    const slot = (port + local) % SLOTS;
    const known = this.#slots[slot];
    if (known !== undefined && known.remote.port === port && known.local === local) {
      if (known.remote.address === address) return known;
    }
    const made = path(local, address, port);
    this.#slots[slot] = made;
    return made;
  }
}

const SLOTS = 16_384;
