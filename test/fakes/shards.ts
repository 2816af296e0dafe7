/** Shards without threads: they answer by hand or by themselves, and end when told. */
import type {
  ControlMessage,
  ShardAnswer,
  ShardMessage,
  ShardQuestion,
  ShardSettings,
  ShardThreadListener,
  StartShardThread,
} from '../../src/daemon/ports/index.ts';

export interface FakeShard {
  readonly settings: ShardSettings;
  /** Everything that control posted, oldest first. */
  readonly received: ControlMessage[];
  say(message: ShardMessage): void;
  exit(reason: string): void;
}

export interface FakeShards {
  readonly start: StartShardThread;
  /** Every shard ever started, oldest first. */
  readonly started: FakeShard[];
}

export interface Behaviour {
  /** Says `listening` and `applied` by itself, and answers as an idle shard does. */
  readonly obedient?: boolean;
  readonly unable?: { readonly code: `PN_${string}`; readonly message: string };
  readonly answer?: (question: ShardQuestion, shard: number) => ShardAnswer | undefined;
}

/** `behaviour` of the n-th start. Messages are delivered in later turns of the event loop, as between threads. */
export function fakeShards(behaviour: (start: number) => Behaviour): FakeShards {
  const started: FakeShard[] = [];
  const start: StartShardThread = (settings, listener) => {
    const conduct = behaviour(started.length);
    const shard = new Fake(settings, listener, conduct);
    started.push(shard);
    return shard;
  };
  return { start, started };
}

class Fake implements FakeShard {
  readonly settings: ShardSettings;
  readonly received: ControlMessage[] = [];
  readonly #listener: ShardThreadListener;
  readonly #behaviour: Behaviour;
  #alive = true;

  constructor(settings: ShardSettings, listener: ShardThreadListener, behaviour: Behaviour) {
    this.settings = settings;
    this.#listener = listener;
    this.#behaviour = behaviour;
    const { shard, listeners } = settings;
    if (behaviour.unable !== undefined) {
      this.say({ kind: 'unable', shard, ...behaviour.unable });
      setImmediate(() => this.exit('it ended'));
    } else if (behaviour.obedient === true) {
      const bound = listeners.map(({ address, port }, i) => ({
        address,
        port: port === 0 ? 40_000 + i : port,
      }));
      this.say({ kind: 'listening', shard, listeners: bound });
    }
  }

  post(message: ControlMessage): void {
    if (!this.#alive) return;
    this.received.push(structuredClone(message));
    const { shard } = this.settings;
    if (message.kind === 'ask') {
      const { answer: own, obedient } = this.#behaviour;
      const answer =
        own === undefined && obedient === true ? idle(message.question) : own?.(message.question, shard);
      if (answer !== undefined) this.say({ kind: 'answer', request: message.request, answer });
    } else if (message.kind !== 'word' && this.#behaviour.obedient === true) {
      this.say({ kind: 'applied', shard, revision: message.revision });
    }
  }

  async terminate(): Promise<void> {
    await Promise.resolve();
    this.exit('terminated');
  }

  say(message: ShardMessage): void {
    setImmediate(() => {
      if (this.#alive) this.#listener.message(structuredClone(message));
    });
  }

  exit(reason: string): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#listener.exited(reason);
  }
}

function idle({ kind }: ShardQuestion): ShardAnswer {
  switch (kind) {
    case 'sessions':
      return { kind, sessions: [] };
    case 'count-sessions':
      return { kind: 'counted', sessions: 0, observations: 0 };
    case 'counters':
      return { kind, counters: { counters: {}, gauges: {}, histograms: {} } };
    case 'close-session':
      return { kind: 'closed', found: false };
    case 'believe':
      return { kind: 'believed', closed: 0 };
    case 'drain':
      return { kind: 'drained' };
  }
}
