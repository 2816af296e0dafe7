/**
 * Supervisor: starts the shards, starts them again when they end, and asks them things.
 *
 *   start --> loading --listening--> running --exit--> waiting (back-off) --> loading ...
 *                \--unable--> the start fails
 */
import { OperationalError } from '../../base/index.ts';
import {
  type AuthoritySettings,
  type ControlMessage,
  type ListenerAddress,
  type LogLevel,
  type OperatorLog,
  type Petition,
  report,
  SHARD_EVENTS,
  type ShardAnswer,
  type ShardMessage,
  type ShardQuestion,
  type ShardSettings,
  type ShardThread,
  type StartShardThread,
  type Word,
} from '../ports/index.ts';
import type { Publisher } from './publisher.ts';
import { Questions } from './questions.ts';
import type { Tally } from './tally.ts';

export interface SupervisorParts {
  readonly settings: Omit<ShardSettings, 'shard'>;
  readonly start: StartShardThread;
  /** Everything that a shard needs at its start. */
  readonly load: () => ControlMessage & { kind: 'load' };
  /** What a peer is the occasion of; rejects when that is our fault. */
  readonly petition: (petition: Petition) => Promise<Word>;
  readonly publisher: Publisher;
  readonly tally: Tally;
  readonly log: OperatorLog;
  readonly backoff?: Backoff;
}

/** Waits before a shard is started again: doubling from `firstMs` to `mostMs`, anew after `calmMs` of running. */
export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
  readonly calmMs: number;
}

interface Shard {
  readonly number: number;
  readonly thread: ShardThread;
  readonly startedAtMs: number;
  listening: boolean;
}

export class Supervisor {
  readonly #parts: SupervisorParts;
  readonly #backoff: Backoff;
  readonly #shards = new Map<number, Shard>();
  readonly #restarts = new Map<number, NodeJS.Timeout>();
  readonly #waits = new Map<number, number>();
  readonly #questions = new Questions();
  #settings: Omit<ShardSettings, 'shard'>;
  #addresses: readonly ListenerAddress[] = [];
  #stopping = false;
  #pulse: NodeJS.Timeout | undefined;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
    this.#settings = parts.settings;
    this.#backoff = parts.backoff ?? BACKOFF;
  }

  /**
   * Starts all shards and resolves, when every one listens, with the addresses. Rejects with the reason of the
   * first one that cannot; then none runs.
   */
  async start(): Promise<readonly ListenerAddress[]> {
    const { publisher } = this.#parts;
    this.#pulse = setInterval(() => publisher.pulse(), this.#settings.trust.stalenessMaxMs / PULSES);
    this.#pulse.unref();
    try {
      // The first one finds out which ports they are, where any free one will do.
      this.#addresses = await this.#launch(0);
      this.#settings = { ...this.#settings, listeners: boundListeners(this.#settings, this.#addresses) };
      const others = Array.from({ length: this.#settings.shards - 1 }, (_, i) => this.#launch(i + 1));
      await Promise.all(others);
      return this.#addresses;
    } catch (cause) {
      await this.stop();
      throw cause;
    }
  }

  /** Whether every shard listens. */
  get ready(): boolean {
    return !this.#stopping && this.running === this.#settings.shards;
  }

  /** Where the shards listen. */
  get addresses(): readonly ListenerAddress[] {
    return this.#addresses;
  }

  /** How many shards listen. */
  get running(): number {
    return [...this.#shards.values()].filter((shard) => shard.listening).length;
  }

  /** The answers of all shards that gave one in time. */
  async ask(question: ShardQuestion, patienceMs: number = PATIENCE_MS): Promise<ShardAnswer[]> {
    const asked = [...this.#shards.values()].map(({ number, thread }) =>
      this.#questions.ask(number, (request) => thread.post({ kind: 'ask', request, question }), patienceMs),
    );
    return (await Promise.all(asked)).filter((answer) => answer !== undefined);
  }

  /**
   * Has every shard believe these authorities, and those that start later; resolves, with how many sessions ended, when
   * they count everywhere. A shard that does not say so in time is ended: it might go on by what has been revoked.
   */
  async believe(authorities: AuthoritySettings, patienceMs: number = PATIENCE_MS): Promise<number> {
    this.#settings = { ...this.#settings, authorities };
    const asked = [...this.#shards.values()].map(async ({ number, thread, listening }) => {
      const question = { kind: 'believe', authorities } as const;
      const send = (request: number): void => thread.post({ kind: 'ask', request, question });
      const answer = await this.#questions.ask(number, send, listening ? patienceMs : START_PATIENCE_MS);
      if (answer?.kind === 'believed') return answer.closed;
      if (this.#shards.get(number)?.thread === thread) {
        report(this.#parts.log, 'shard late', { shard: number });
        await thread.terminate();
      }
      return 0;
    });
    return (await Promise.all(asked)).reduce((sum, closed) => sum + closed, 0);
  }

  /** Ends a shard that must not go on; it is started again. */
  end(number: number): void {
    report(this.#parts.log, 'shard late', { shard: number });
    void this.#shards.get(number)?.thread.terminate();
  }

  /** Lets all shards finish what is under way, within `graceMs`, and stops them. */
  async drain(graceMs: number): Promise<void> {
    this.#stopping = true;
    await this.ask({ kind: 'drain', graceMs }, graceMs + DRAIN_MARGIN_MS);
    await this.stop();
  }

  /** Ends all shards at once. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#pulse);
    for (const timer of this.#restarts.values()) clearTimeout(timer);
    this.#restarts.clear();
    await Promise.all([...this.#shards.values()].map(({ thread }) => thread.terminate()));
  }

  /** Starts one shard; resolves when it listens, rejects when it ends or is unable before. */
  #launch(number: number): Promise<readonly ListenerAddress[]> {
    return new Promise((resolve, reject) => {
      const listener = {
        message: (message: ShardMessage) => {
          if (message.kind === 'unable') reject(new OperationalError(message.code, message.message));
          this.#hear(number, message);
          if (message.kind === 'listening') resolve(message.listeners);
        },
        exited: (reason: string) => {
          const everListened = this.#shards.get(number)?.listening === true;
          reject(new OperationalError('PN_SHARD_FAILED', `shard ${number} ended at its start: ${reason}`));
          this.#exited(number, reason, everListened);
        },
      };
      const thread = this.#parts.start({ ...this.#settings, shard: number }, listener);
      this.#shards.set(number, { number, thread, startedAtMs: performance.now(), listening: false });
      this.#parts.publisher.join(number, (message) => thread.post(message), this.#parts.load());
    });
  }

  #hear(number: number, message: ShardMessage): void {
    const { publisher, log } = this.#parts;
    switch (message.kind) {
      case 'listening': {
        const shard = this.#shards.get(number);
        if (shard !== undefined) shard.listening = true;
        const where = message.listeners.map(({ address, port }) => `${address} ${port}`).join(', ');
        report(log, 'shard listening', { shard: number, listeners: where });
        return;
      }
      case 'unable':
        // At the first start it is start() that fails with it, and says so.
        if (this.#addresses.length > 0)
          report(log, 'shard unable', { shard: number, code: message.code, reason: message.message });
        return;
      case 'applied':
        publisher.applied(number, message.revision);
        return;
      case 'answer':
        this.#questions.answer(number, message.request, message.answer);
        return;
      case 'petition':
        void this.#petitioned(number, message.request, message.petition);
        return;
      case 'log':
        log.line(levelOf(message.event), message.event, { shard: number, ...message.fields });
        return;
      default:
        message satisfies never;
    }
  }

  /** The word goes to the shard that asked: one started in its place has asked nothing. */
  async #petitioned(number: number, request: number, petition: Petition): Promise<void> {
    const asking = this.#shards.get(number);
    const word = await this.#parts.petition(petition).catch((cause: unknown): Word => {
      const reason = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
      report(this.#parts.log, 'petition failed', { shard: number, petition: petition.kind, reason });
      return { kind: 'failed' };
    });
    if (asking === this.#shards.get(number)) asking?.thread.post({ kind: 'word', request, word });
  }

  #exited(number: number, reason: string, everListened: boolean): void {
    const { publisher, log } = this.#parts;
    const shard = this.#shards.get(number);
    this.#shards.delete(number);
    this.#questions.forget(number);
    publisher.leave(number);
    if (this.#stopping) return;
    // A shard that never ran since the process began is the business of start(), which fails.
    if (this.#addresses.length === 0 || (!everListened && !this.#waits.has(number))) return;
    report(log, 'shard exited', { shard: number, reason });
    this.#restartLater(number, performance.now() - (shard?.startedAtMs ?? 0));
  }

  #restartLater(number: number, ranMs: number): void {
    const { firstMs, mostMs, calmMs } = this.#backoff;
    const before = this.#waits.get(number);
    const waitMs = before === undefined || ranMs >= calmMs ? firstMs : Math.min(mostMs, 2 * before);
    this.#waits.set(number, waitMs);
    this.#parts.tally.restart();
    report(this.#parts.log, 'shard restarting', { shard: number, wait_ms: waitMs });
    const timer = setTimeout(() => {
      this.#restarts.delete(number);
      // Why it cannot start has been reported where it was found out; its end leads here again.
      this.#launch(number).catch(() => undefined);
    }, waitMs);
    this.#restarts.set(number, timer);
  }
}

/** The configured listeners with the ports that they got; what a machine cannot have stays as it was. */
function boundListeners(
  { listeners }: Omit<ShardSettings, 'shard'>,
  addresses: readonly ListenerAddress[],
): ShardSettings['listeners'] {
  const left = [...addresses];
  return listeners.map((listener) => {
    const index = left.findIndex(({ address, port }) => {
      return address === listener.address && (listener.port === 0 || listener.port === port);
    });
    const [bound] = index === -1 ? [] : left.splice(index, 1);
    return bound === undefined ? listener : { address: listener.address, port: bound.port };
  });
}

/** Shards speak from a closed list; what is not on it comes from a shard of another version. */
function levelOf(event: string): LogLevel {
  return Object.hasOwn(SHARD_EVENTS, event) ? SHARD_EVENTS[event as keyof typeof SHARD_EVENTS] : 'info';
}

const PATIENCE_MS = 5_000;
/** A thread takes a second to begin, on a busy machine several. */
const START_PATIENCE_MS = 30_000;
/** Within the time after which a silent feed counts as lost. */
const PULSES = 5;
/** What a shard may need beyond its grace to say goodbye. */
const DRAIN_MARGIN_MS = 2_000;
const BACKOFF: Backoff = { firstMs: 100, mostMs: 10_000, calmMs: 60_000 };
