/**
 * Control: the only writer. One command after the other:
 *
 *   command --plan--> events --append--> log --apply--> snapshot --publish--> every shard --applied--> answer
 *
 * What was answered is durable and in force. What was refused or failed changed nothing.
 */
import { between, concat, OperationalError, required, utf8 } from '../../base/index.ts';
import {
  type Anchor,
  type Entropy,
  type MasterKey,
  nodeProvider,
  openAnchors,
  unsealKey,
} from '../../crypto/index.ts';
import {
  type Agent,
  agentName,
  forgetRelationships,
  plainSnapshot,
  type PskCredential,
  recordInPieces,
  type Revision,
  Trust,
  TRUST_LIMITS,
  type TrustEvent,
  type TrustSnapshot,
} from '../../trust/index.ts';
import {
  type AuthoritySettings,
  type Clock,
  type ControlMessage,
  type LogEntry,
  type OperatorLog,
  type PskMaterial,
  report,
  type Store,
  type StoredEntry,
} from '../ports/index.ts';
import {
  bearerOf,
  type Command,
  giveWay,
  type MadeDevice,
  type NewDevice,
  type Outcome,
  type Plan,
  plan,
  planLong,
} from './commands/index.ts';
import { aboutOf } from './about.ts';
import { KnownKeys } from './known-keys.ts';
import type { Publisher } from './publisher.ts';
import type { Tally } from './tally.ts';

export interface ControlParts {
  readonly store: Store;
  readonly master: MasterKey;
  /** Whose certificates count, to begin with. */
  readonly authorities: AuthoritySettings;
  readonly entropy: Entropy;
  readonly clock: Clock;
  readonly publisher: Publisher;
  readonly tally: Tally;
  readonly log: OperatorLog;
  /** How long a chain of introductions may get; without: the default of trust. */
  readonly chainMax?: number;
  /** How many relationships that have ended are kept; without: the default of trust. */
  readonly endedMax?: number;
}

export class Control {
  readonly #parts: ControlParts;
  readonly #trust: Trust;
  readonly #known: KnownKeys;
  #anchors: readonly Anchor[] = [];
  #savedAt: number;
  /** A snapshot being written. */
  #saving: Promise<void> | undefined;
  /** The command before: commands wait for each other. */
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(parts: ControlParts, snapshot: TrustSnapshot, savedAt: number) {
    this.#parts = parts;
    const { chainMax = TRUST_LIMITS.chainMax } = parts;
    this.#trust = new Trust(snapshot, parts.clock.wall(), { chainMax });
    this.#known = new KnownKeys(parts.master, (credential) => unsealed(parts.master, credential));
    this.#savedAt = savedAt;
    this.believe(parts.authorities);
  }

  /** From here on, certificates of these authorities are registered. */
  believe({ anchors, subjectRules }: AuthoritySettings): void {
    this.#anchors = openAnchors(anchors, subjectRules, nodeProvider);
  }

  /** The truth as of now. */
  get snapshot(): TrustSnapshot {
    return this.#trust.snapshot;
  }

  /** What the truth means, here and now. For reading only. */
  get trust(): Trust {
    this.#trust.advance(this.#parts.clock.wall());
    return this.#trust;
  }

  /** Who shows that token, if he may act here and now. */
  bearerOf(token: string): Agent | undefined {
    return bearerOf(this.trust, this.#parts.master, token);
  }

  /** The log, checked link by link; rejects with PN_STORE_CORRUPT where it does not hold. */
  audit(after: Revision): AsyncIterable<StoredEntry> {
    return this.#parts.store.read(after);
  }

  /**
   * Carries out a command on behalf of `by`. Refusals are values; rejects with PN_BUSY when too many commands wait, and
   * with the store's error when the change could not be written: then nothing changed.
   */
  run(command: Command, by: Agent): Promise<Outcome> {
    if (this.#waiting >= WAITING_MAX) {
      const message = `${WAITING_MAX} changes are waiting already`;
      return Promise.reject(new OperationalError('PN_BUSY', message, { retryable: true }));
    }
    this.#waiting++;
    const turn = this.#last.then(() => this.#carryOut(command, by));
    this.#last = turn.then(
      () => this.#waiting--,
      () => this.#waiting--,
    );
    return turn;
  }

  /** Everything that a shard needs at its start. */
  load(): ControlMessage & { kind: 'load' } {
    const { snapshot } = this.#trust;
    const keys = [...snapshot.credentials.values()].flatMap((credential) =>
      credential.kind === 'psk' ? [unsealed(this.#parts.master, credential)] : [],
    );
    const wall = this.#parts.clock.wall();
    return { kind: 'load', wall, revision: snapshot.revision, snapshot: plainSnapshot(snapshot), keys };
  }

  /** Waits for commands under way and keeps a snapshot, so that the next start reads less. */
  async close(): Promise<void> {
    await this.#last;
    await this.#saving;
    await this.#save(1);
  }

  async #carryOut(command: Command, by: Agent): Promise<Outcome> {
    const { clock, publisher, tally, log } = this.#parts;
    const trust = this.#trust;
    trust.advance(clock.wall());
    const { verdict, keys, made, cascade, rows } = await this.#plan(command, by);
    const events = verdict.events ?? [];
    if (verdict.kind === 'refused') tally.change(command.kind, 'refused');
    const aside = { ...(cascade && { cascade }), ...(rows && { rows }) };
    if (events.length === 0) {
      if (verdict.kind === 'refused') return { ...verdict, ...aside };
      const { revision } = trust.snapshot;
      return { kind: 'done', revision, ...madeOf(trust.snapshot, made), ...aside };
    }
    const revision = await this.#append(command.kind, agentName(by), events);
    if (typeof revision !== 'number') {
      tally.change(command.kind, 'failed');
      throw revision.cause;
    }
    if (events.length > LARGE_EVENTS) await giveWay();
    const about = aboutOf(events, trust.snapshot);
    const durable = clock.now();
    // Shards first: they work it out while control does.
    const inForce = publisher.publish(revision, events, keys);
    trust.apply({ revision, events });
    // Read before waiting: a later command cannot have removed it yet.
    const results = madeOf(trust.snapshot, made);
    this.#known.learn(keys, trust.snapshot);
    for (const { key } of keys) key.fill(0); // the shards have their copies
    await inForce;
    await this.#forget();
    if (verdict.kind === 'refused') return verdict; // and that it was tried is recorded
    tally.change(command.kind, 'done');
    if (events.some(({ kind }) => TAKING.has(kind))) tally.revocation(between(durable, clock.now()));
    report(log, 'trust changed', {
      command: command.kind,
      revision,
      by: agentName(by),
      about,
      events: events.length,
    });
    this.#saving ??= this.#save(saveEvery(trust.snapshot)).finally(() => {
      this.#saving = undefined;
    });
    return { kind: 'done', revision, ...results, ...aside };
  }

  /** The revision that the events have become in the log, or why they are not there. */
  async #append(what: string, by: string, events: readonly TrustEvent[]): Promise<Revision | Failed> {
    const { store, clock, log } = this.#parts;
    const entry: LogEntry = { at: clock.wall(), by, events };
    try {
      return await store.append(this.#trust.snapshot.revision, entry);
    } catch (cause) {
      report(log, 'change failed', { command: what, reason: reasonOf(cause) });
      return { cause };
    }
  }

  /**
   * Lets go of relationships that have ended, the oldest half, when there are more than are kept: anybody can make and
   * end them, and what has ended counts for nobody.
   */
  async #forget(): Promise<void> {
    const { endedMax = TRUST_LIMITS.endedMax, publisher } = this.#parts;
    const { snapshot, ended } = this.#trust;
    if (ended < endedMax) return;
    const { events = [] } = forgetRelationships(this.#trust, snapshot.revision, Math.ceil(endedMax / 2));
    const revision = await this.#append('forget', 'gateway', events);
    if (typeof revision !== 'number') return; // there will be another time
    const inForce = publisher.publish(revision, events, []);
    this.#trust.apply({ revision, events });
    await inForce;
  }

  async #plan(command: Command, by: Agent): Promise<Plan> {
    const { entropy, master } = this.#parts;
    const trust = this.#trust;
    await this.#known.prepare(command, trust.snapshot);
    const holderOf = (key: Uint8Array) => this.#known.holderOf(trust.snapshot, key);
    const planning = { trust, by, entropy, master, anchors: this.#anchors, holderOf };
    return command.kind === 'add-devices' || command.kind === 'open-claim-window'
      ? await planLong(planning, command)
      : plan(planning, command);
  }

  /**
   * Keeps a snapshot when `revisions` have passed since the last one, beside whatever else goes on: nobody waits for
   * it. Losing it costs time at the next start only.
   */
  async #save(revisions: number): Promise<void> {
    const { snapshot } = this.#trust;
    const { revision } = snapshot;
    if (revision - this.#savedAt < revisions) return;
    this.#savedAt = revision;
    try {
      const pieces: Uint8Array[] = [];
      for (const piece of recordInPieces(snapshot)) {
        pieces.push(utf8(piece));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await this.#parts.store.saveSnapshot({ revision, state: concat(...pieces) });
    } catch (cause) {
      report(this.#parts.log, 'snapshot not saved', { reason: reasonOf(cause) });
    }
  }
}

interface Failed {
  readonly cause: unknown;
}

function unsealed(master: MasterKey, credential: PskCredential): PskMaterial {
  const { id, actor, identityHex, sealedKey } = credential;
  const key = unsealKey(master, { credential: id, identityHex }, sealedKey);
  if (key === undefined) {
    throw new OperationalError(
      'PN_STORE_CORRUPT',
      `the key of credential ${id} does not open with master.key`,
    );
  }
  return { credential: id, actor, identityHex, key };
}

function reasonOf(cause: unknown): string {
  return cause instanceof OperationalError ? `${cause.code}: ${cause.message}` : String(cause);
}

/** What was made, as it is in the snapshot. */
function madeOf(snapshot: TrustSnapshot, made: Plan['made']): Partial<Outcome & { kind: 'done' }> {
  const actor = made.actor === undefined ? undefined : snapshot.actors.get(made.actor);
  const credential = made.credential === undefined ? undefined : snapshot.credentials.get(made.credential);
  const relationship =
    made.relationship === undefined ? undefined : snapshot.relationships.get(made.relationship);
  return {
    ...(actor === undefined ? {} : { actor }),
    ...(credential === undefined ? {} : { credential }),
    ...(relationship === undefined ? {} : { relationship }),
    ...(made.keyHex === undefined ? {} : { keyHex: made.keyHex }),
    ...(made.token === undefined ? {} : { token: made.token }),
    ...(made.claimCode === undefined ? {} : { claimCode: made.claimCode }),
    ...(made.devices === undefined ? {} : { devices: devicesOf(snapshot, made.devices) }),
  };
}

const devicesOf = ({ actors, credentials }: TrustSnapshot, made: readonly MadeDevice[]): NewDevice[] =>
  made.map((each) => ({
    ...each,
    actor: required(actors.get(each.actor), 'it was just made'),
    credential: required(credentials.get(each.credential), 'it was just made'),
  }));

/** What takes something away: its way to the last shard is measured. */
const TAKING: ReadonlySet<TrustEvent['kind']> = new Set([
  'credential-ended',
  'credential-suspended',
  'actor-suspended',
  'relationships-ended',
  'relationship-suspended',
  'support-withdrawn',
  'actor-removed',
] as const);

const WAITING_MAX = 1_024;
/** Changes of more events than this take long enough that others get a turn between the steps. */
const LARGE_EVENTS = 1_000;
/**
 * Revisions between two snapshots: reading so many takes a few hundredths of a second. Of a large state more: writing
 * it down costs as much as it is large.
 */
const saveEvery = ({ actors, relationships }: TrustSnapshot): number =>
  Math.max(SAVE_EVERY_MIN, actors.size + relationships.size);
const SAVE_EVERY_MIN = 5_000;
