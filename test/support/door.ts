/** A shard with a simulated world around it, and the real commands of control behind its petitions. */
import type { WallTime } from '../../src/base/index.ts';
import { masterKey, nodeEntropy } from '../../src/crypto/index.ts';
import { plan } from '../../src/daemon/control/commands/index.ts';
import { answerPetition, type Control } from '../../src/daemon/control/index.ts';
import type { Petition, PskMaterial, Word } from '../../src/daemon/ports/index.ts';
import {
  type Agent,
  type ClaimWindow,
  type Revision,
  Trust,
  type TrustEvent,
} from '../../src/trust/index.ts';
import { World } from '../fakes/world.ts';

export interface Asked {
  readonly request: number;
  readonly petition: Petition;
}

export class DoorWorld extends World {
  /** Control's own fold, from when the shard was loaded. */
  trust: Trust | undefined;
  readonly #answered = new Set<number>();

  override load(): void {
    super.load();
    this.trust = new Trust(this.loaded, this.clock.wall());
  }

  get core(): Trust {
    if (this.trust === undefined) throw new Error('loaded first');
    return this.trust;
  }

  /** Petitions that have had no word yet. */
  petitions(): Asked[] {
    return this.told.flatMap((message) =>
      message.kind === 'petition' && !this.#answered.has(message.request) ? [message] : [],
    );
  }

  /** Appends events, in force here and in the shard. */
  append(...events: readonly TrustEvent[]): void {
    this.appendWith([], ...events);
  }

  /** The same with keys that belong to them. */
  appendWith(keys: readonly PskMaterial[], ...events: readonly TrustEvent[]): void {
    const revision = (this.core.snapshot.revision + 1) as Revision;
    this.core.apply({ revision, events });
    this.control({ kind: 'apply', revision, events, keys });
  }

  openWindow(admits: ClaimWindow['admits'], notAfter = this.clock.wall() + 3_600_000): void {
    this.append({ kind: 'claim-window-opened', window: { admits, notAfter: notAfter as WallTime } });
  }

  word(request: number, word: Word): void {
    this.#answered.add(request);
    this.control({ kind: 'word', request, word });
    this.settle();
  }

  /** Answers every open petition as control does; the words, in order. */
  async answerAll(): Promise<Word[]> {
    const words: Word[] = [];
    for (const { request, petition } of this.petitions()) {
      const word = await this.answer(petition);
      this.word(request, word);
      words.push(word);
    }
    return words;
  }

  /** Control's word on a petition, wherever it came from. */
  answer(petition: Petition): Promise<Word> {
    return answerPetition(this.#control, petition);
  }

  /** As much of control as petitions use. */
  get #control(): Control {
    const run = (command: Parameters<typeof plan>[1], by: Agent): Promise<unknown> => {
      this.core.advance(this.clock.wall());
      const { verdict, made } = plan({ ...PLANNING, trust: this.core, by }, command);
      const events = verdict.events ?? [];
      if (events.length > 0) this.append(...events);
      return Promise.resolve(verdict.kind === 'refused' ? verdict : { kind: 'done', ...made });
    };
    return { trust: this.core, run } as unknown as Control;
  }
}

const PLANNING = {
  entropy: nodeEntropy(),
  master: masterKey(new Uint8Array(32).fill(1)),
  anchors: [],
  holderOf: () => undefined,
};
