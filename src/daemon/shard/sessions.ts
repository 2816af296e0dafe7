/** Sessions: the established connections of this shard and who is at the other end. */
import { assert, BoundedMap, displayAddress, type Path, toHex, type WallTime } from '../../base/index.ts';
import type {
  Claim,
  CloseReason,
  ConnectionHandle,
  ConnectionView,
  DtlsEndpoint,
  VerifiedPeer,
} from '../../dtls/index.ts';
import type { Principal } from '../../policy/index.ts';
import type { Caller } from '../../relay/index.ts';
import type { ActorId, CredentialId, Revision } from '../../trust/index.ts';
import type { Clock, SessionView, ShardSettings } from '../ports/index.ts';
import type { Credentials, Standing, Touched } from './credentials.ts';

export interface Session extends Caller {
  readonly connection: ConnectionHandle;
  credential: CredentialId;
  /** Who it was when it was established, or came back as: what is shown should it have ended. */
  first: Principal;
  /** Bytes of plaintext that the peer takes in one record. */
  readonly sendLimit: number;
  /** What the peer has shown. */
  readonly shown: Claim['kind'];
  /** The certificates that it showed. */
  readonly chain: readonly Uint8Array[] | null;
  /** From when on they have to be judged anew; `null`: it showed none. */
  certifiedUntil: WallTime | null;
  /** The fingerprint of the raw public key that it has proved to hold; `null`: it has shown something else. */
  readonly rawKey: string | null;
  /** The same while it asks to be another device by that key. */
  returningBy: string | null;
  /** Claims that control has not answered yet. */
  claims: number;
  /** At which revision `principal` was true. */
  checked: Revision;
  /** By which authorities, as `Credentials.believed` counts them. */
  believed: number;
  /** When `principal` may cease to be, whatever the revision; `null`: never by itself. */
  until: WallTime | null;
}

export class Sessions {
  readonly #sessions: BoundedMap<ConnectionHandle, Session>;
  #nextEnd: WallTime | null = null;

  constructor(connectionsMax: number) {
    this.#sessions = new BoundedMap(connectionsMax);
  }

  get(connection: ConnectionHandle): Session | undefined {
    return this.#sessions.get(connection);
  }

  values(): IterableIterator<Session> {
    return this.#sessions.values();
  }

  add(session: Session): void {
    const added = this.#sessions.set(session.connection, session);
    assert(added, 'there are no more sessions than connections');
    this.#nextEnd = earlierOf(this.#nextEnd, session.until);
  }

  delete(session: Session): void {
    this.#sessions.delete(session.connection);
  }

  /** Before this time none of them ends by itself; `null`: none ever does. */
  get nextEnd(): WallTime | null {
    return this.#nextEnd;
  }

  /** Looks everybody up again, or only those that were touched: those whose principal is gone. */
  lost(credentials: Credentials, touched?: Touched): Session[] {
    const lost: Session[] = [];
    let nextEnd: WallTime | null = touched === undefined ? null : this.#nextEnd;
    for (const session of this.#sessions.values()) {
      if (touched !== undefined && !isTouched(session, touched)) continue;
      if (currentPrincipal(session, credentials) === null) lost.push(session);
      else nextEnd = earlierOf(nextEnd, session.until);
    }
    this.#nextEnd = nextEnd;
    return lost;
  }

  /** Another snapshot may call something else by the same number: everybody is looked up again. */
  forgetChecked(): void {
    for (const session of this.#sessions.values()) session.checked = UNCHECKED;
  }
}

function isTouched({ credential, first, principal }: Session, { actors, credentials }: Touched): boolean {
  const user = principal?.user ?? null;
  return credentials.has(credential) || actors.has(first.actor) || (user !== null && actors.has(user));
}

/** The session that begins with a connection just established. */
export function beginSession(
  connection: ConnectionHandle,
  peer: VerifiedPeer,
  { principal, until }: Standing,
  { sendLimit, credentials }: { readonly sendLimit: number; readonly credentials: Credentials },
): Session {
  const { claim } = peer;
  const { credential } = principal;
  const chain = claim.kind === 'x509' ? claim.chain : null;
  // It may have ended since the handshake asked: then it does so at once.
  const certifiedUntil = chain && (credentials.certifiedUntil(chain, credential) ?? credentials.now);
  return {
    connection,
    credential,
    principal,
    first: principal,
    shown: claim.kind,
    sendLimit,
    chain,
    certifiedUntil,
    checked: credentials.revision,
    believed: credentials.believed,
    rawKey: claim.kind === 'rpk' ? toHex(claim.fingerprint) : null,
    returningBy: null,
    claims: 0,
    until: earlierOf(until, certifiedUntil),
    jobs: 0,
  };
}

/**
 * The session's principal now; it is looked up again only when the revision or the authorities have changed, or its
 * time has come.
 */
export function currentPrincipal(session: Session, credentials: Credentials): Principal | null {
  const { until, believed } = session;
  const due = until !== null && credentials.now >= until;
  const same = session.checked === credentials.revision && believed === credentials.believed;
  if (!due && same) return session.principal;
  const certified = isCertified(session, credentials);
  const standing = certified
    ? (credentials.standing(session.credential) ?? returned(session, credentials))
    : undefined;
  session.principal = standing?.principal ?? null;
  session.checked = credentials.revision;
  session.believed = certified ? credentials.believed : NEVER;
  session.until = earlierOf(standing?.until ?? null, session.certifiedUntil);
  return session.principal;
}

/** Whether what the peer showed is still good, and for whom it was. A list may have been renewed meanwhile. */
function isCertified(session: Session, credentials: Credentials): boolean {
  const { chain, certifiedUntil, credential, believed } = session;
  if (chain === null || certifiedUntil === null) return true;
  if (believed === credentials.believed && credentials.now < certifiedUntil) return true;
  const until = credentials.certifiedUntil(chain, credential);
  if (until !== undefined) session.certifiedUntil = until;
  return until !== undefined;
}

/** A credential that has ended while its key went over to another device, at the peer's own wish. */
function returned(session: Session, credentials: Credentials): Standing | undefined {
  const { returningBy } = session;
  const credential = returningBy === null ? undefined : credentials.ofKey(returningBy);
  const standing = credential && credentials.standing(credential);
  if (standing === undefined) return undefined;
  session.credential = standing.principal.credential;
  session.first = standing.principal;
  session.returningBy = null;
  return standing;
}

/** Of two ends, where `null` is none. */
function earlierOf(a: WallTime | null, b: WallTime | null): WallTime | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

/** What a peer is told whose ground is gone: about its certificate, if it showed one. */
export function lossOf({ shown, certifiedUntil }: Session, now: WallTime): CloseReason {
  if (certifiedUntil !== null && certifiedUntil <= now) return 'certificate-expired';
  return shown === 'x509' ? 'certificate-revoked' : 'revoked';
}

/** All sessions as the admin API shows them. */
export function viewsOf(
  sessions: Sessions,
  parts: { readonly dtls: DtlsEndpoint; readonly settings: ShardSettings; readonly clock: Clock },
): SessionView[] {
  const { dtls, settings, clock } = parts;
  const offset = clock.wall() - clock.now();
  const views: SessionView[] = [];
  for (const session of sessions.values()) {
    const connection = dtls.view(session.connection);
    if (connection !== undefined) views.push(viewOf(session, connection, settings.shard, offset));
  }
  return views;
}

/** Where the peers of all sessions are. */
export function pathsOf(sessions: Sessions, dtls: DtlsEndpoint): Path[] {
  return [...sessions.values()].flatMap(({ connection }) => dtls.view(connection)?.path ?? []);
}

/** How many of them are an actor's out of `of`, or act in the name of one, and how many observations those hold. */
export function countOf(
  sessions: Sessions,
  of: ReadonlySet<ActorId>,
): { readonly sessions: number; readonly observations: number } {
  let count = 0;
  for (const { first, principal } of sessions.values()) {
    const user = (principal ?? first).user;
    if (of.has(first.actor) || (user !== null && of.has(user))) count++;
  }
  return { sessions: count, observations: 0 };
}

/** The connection of the session with this id. */
export function sessionNamed(sessions: Sessions, shard: number, id: string): ConnectionHandle | undefined {
  for (const { connection } of sessions.values()) if (sessionId(shard, connection) === id) return connection;
  return undefined;
}

/** @param offset from the monotonic clock to the time of day. */
function viewOf(session: Session, connection: ConnectionView, shard: number, offset: number): SessionView {
  return {
    id: sessionId(shard, session.connection),
    principal: session.first.actor,
    credential: session.credential,
    path: displayAddress(connection.path.remote),
    cid: connection.cid.length === 0 ? null : toHex(connection.cid),
    suite: connection.suite,
    since: Math.round(connection.since + offset),
    lastSeen: Math.round(connection.lastSeen + offset),
    observations: 0,
    revision: session.checked,
  };
}

/** Unique among all shards of this process. */
const sessionId = (shard: number, connection: ConnectionHandle): string => `${shard}-${connection}`;

const UNCHECKED = -1 as Revision;
/** The authorities that count are counted from 1. */
const NEVER = 0;
