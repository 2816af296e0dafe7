/** Gateway: everything that a front door may ask of control, in one place. */
import type { Actor, ActorId, Agent, Credential, CredentialId } from '../../trust/index.ts';
import type {
  BackendSettings,
  RouteSettings,
  SessionView,
  ShardCounters,
  ShardSettings,
} from '../ports/index.ts';
import type { AuthorityDesk } from './authorities.ts';
import { type Command, mayStillAct, type Outcome } from './commands/index.ts';
import type { Control } from './control.ts';
import { TrustDesk } from './gateway-trust.ts';
import {
  type ActorView,
  byKey,
  type CarriedView,
  carriedClaim,
  carriedKey,
  type CredentialView,
  type IdentityView,
  Listings,
  type NamedSession,
  type Page,
  type PageRequest,
  pageOf,
  Viewer,
  viewActor,
  viewCredential,
  viewIdentity,
  viewSession,
} from './queries/index.ts';
import { BEHIND_MS_MAX } from './latest-time.ts';
import type { Supervisor } from './supervisor.ts';
import type { Tally } from './tally.ts';

export interface GatewayParts {
  readonly control: Control;
  readonly supervisor: Supervisor;
  readonly tally: Tally;
  readonly settings: Omit<ShardSettings, 'shard'>;
  readonly authorities: AuthorityDesk;
  /** How far the system's time of day is behind the latest that there has been, milliseconds. */
  readonly clock: { behind(): number };
  /** The gateway's own public key, DER. */
  readonly spki: Uint8Array;
}

export type Warning = 'clock-behind' | 'authorities-refused' | 'revocation-list-not-current';

export class Gateway {
  readonly #parts: GatewayParts;
  readonly #listings = new Listings();
  /** Relationships, and the log. */
  readonly trust: TrustDesk;
  /** Whose certificates count. */
  readonly authorities: AuthorityDesk;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    this.authorities = parts.authorities;
    this.authorities.serve((authorities) => {
      parts.control.believe(authorities);
      return parts.supervisor.believe(authorities);
    });
    this.trust = new TrustDesk(parts.control, async (of) => {
      const answers = await parts.supervisor.ask({ kind: 'count-sessions', of });
      const counted = answers.filter((answer) => answer.kind === 'counted');
      const sum = (key: 'sessions' | 'observations'): number =>
        counted.reduce((total, answer) => total + answer[key], 0);
      return { sessions: sum('sessions'), observations: sum('observations') };
    });
  }

  /** Whether every shard serves: not while starting, draining, or replacing one. */
  get ready(): boolean {
    return this.#parts.supervisor.ready;
  }

  /** What keeps devices out, or might soon, although every shard serves. */
  get warnings(): readonly Warning[] {
    const { problem, revocationLists } = this.authorities.view;
    return [
      ...(this.#parts.clock.behind() > BEHIND_MS_MAX ? (['clock-behind'] as const) : []),
      ...(problem === null ? [] : (['authorities-refused'] as const)),
      ...(revocationLists.some(({ state }) => state === 'stale' || state === 'not-yet')
        ? (['revocation-list-not-current'] as const)
        : []),
    ];
  }

  /** What devices know this gateway by: its public key, and that key's fingerprint. */
  get identity(): IdentityView {
    return viewIdentity(this.#parts.spki, this.#parts.settings.identity.chain);
  }

  get backends(): readonly BackendSettings[] {
    return this.#parts.settings.backends;
  }

  get routes(): readonly RouteSettings[] {
    return this.#parts.settings.routes;
  }

  /** Carries out a command; see Control.run. */
  run(command: Command, by: Agent): Promise<Outcome> {
    return this.#parts.control.run(command, by);
  }

  /** Who shows that token, if he may act here and now. */
  bearerOf(token: string): Agent | undefined {
    return this.#parts.control.bearerOf(token);
  }

  actors(
    filter: { readonly kind: Actor['kind'] | null; readonly name: string | null },
    request: PageRequest,
    by: Agent,
  ): Page<ActorView> | undefined {
    const { snapshot } = this.#parts.control;
    return this.#listings.actors(snapshot, this.#viewer(by), filter, request);
  }

  /** `undefined` when there is none that the agent sees. */
  actor(id: string, by: Agent): ActorView | undefined {
    const found = this.#parts.control.snapshot.actors.get(id as ActorId);
    const actor = this.#viewer(by).actorOrNone(found);
    return actor && viewActor(actor);
  }

  credentials(actor: string | null, request: PageRequest, by: Agent): Page<CredentialView> | undefined {
    const { snapshot } = this.#parts.control;
    return this.#listings.credentials(snapshot, this.#viewer(by), actor as ActorId | null, request);
  }

  /** `undefined` when there is none that the agent sees. */
  credential(id: string, by: Agent): CredentialView | undefined {
    const { snapshot } = this.#parts.control;
    const found = snapshot.credentials.get(id as CredentialId);
    const credential = this.#viewer(by).credentialOrNone(found);
    return credential && viewCredential(snapshot, credential);
  }

  /** A credential as of now, from what a command gave back. */
  view(credential: Credential): CredentialView {
    return viewCredential(this.#parts.control.snapshot, credential);
  }

  /** What was just made for a device, a key or a claim code, as it is carried there by hand. */
  carried(
    made:
      | { readonly credential: Credential; readonly keyHex: string }
      | { readonly actor: Actor; readonly claimCode: string },
  ): CarriedView | undefined {
    const { control, supervisor } = this.#parts;
    const door = { listeners: supervisor.addresses, fingerprint: this.identity.fingerprint };
    if ('actor' in made) return carriedClaim(door, { device: made.actor.name, code: made.claimCode });
    const { credential, keyHex } = made;
    const device = control.snapshot.actors.get(credential.actor)?.name;
    if (credential.kind !== 'psk' || device === undefined) return undefined;
    return carriedKey(door, { device, identityHex: credential.identityHex, keyHex });
  }

  /** The sessions of all shards that the agent sees, of one principal or of all, by age. */
  async sessions(
    principal: string | null,
    request: PageRequest,
    by: Agent,
  ): Promise<Page<NamedSession> | undefined> {
    const { control } = this.#parts;
    const sessions = (await this.#sessions(by))
      .filter((session) => principal === null || session.principal === principal)
      .map((session) => viewSession(control.snapshot, session))
      .toSorted(byKey(sessionKey));
    return pageOf(sessions, sessionKey, request);
  }

  /** Ends a session; false when there is none of that id that the agent sees. */
  async closeSession(id: string, by: Agent): Promise<boolean> {
    if (!mayStillAct(this.#parts.control.trust, by)) return false;
    if (by.kind === 'actor' && !(await this.#sessions(by)).some((session) => session.id === id)) return false;
    const answers = await this.#parts.supervisor.ask({ kind: 'close-session', id });
    return answers.some((answer) => answer.kind === 'closed' && answer.found);
  }

  async #sessions(by: Agent): Promise<readonly SessionView[]> {
    const answers = await this.#parts.supervisor.ask({ kind: 'sessions' });
    const viewer = this.#viewer(by);
    return answers
      .flatMap((answer) => (answer.kind === 'sessions' ? answer.sessions : []))
      .filter(({ principal }) => viewer.owns(principal));
  }

  #viewer(by: Agent): Viewer {
    return new Viewer(this.#parts.control.trust, by);
  }

  /** What was counted: by each shard, and by control. */
  async counters(): Promise<{ shards: readonly ShardCounters[]; control: ShardCounters }> {
    const { control, supervisor, tally } = this.#parts;
    const answers = await supervisor.ask({ kind: 'counters' });
    const shards = answers.flatMap((answer) => (answer.kind === 'counters' ? answer.counters : []));
    const { revision, actors, credentials, relationships } = control.snapshot;
    const kinds = new Map<string, number>();
    for (const { kind } of actors.values()) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    return {
      shards,
      control: tally.counters({
        postern_revision: { '': revision },
        postern_actors: Object.fromEntries(kinds),
        postern_credentials: { '': credentials.size },
        postern_relationships: { '': relationships.size },
        postern_shards_running: { '': supervisor.running },
      }),
    };
  }
}

/** Wall times have 13 digits until the year 2286. */
const sessionKey = ({ since, id }: NamedSession): string => `${since} ${id}`;
