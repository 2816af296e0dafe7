/** Sessions: the established connections of this shard and who is at the other end. */
import { type BoundedMap, displayAddress } from '../../base/index.ts';
import type { ConnectionHandle, ConnectionView, DtlsEndpoint } from '../../dtls/index.ts';
import type { Principal } from '../../policy/index.ts';
import type { Caller } from '../../relay/index.ts';
import type { CredentialId, Revision } from '../../trust/index.ts';
import type { Clock, SessionView, ShardSettings } from '../ports/index.ts';
import type { Credentials } from './credentials.ts';

export interface Session extends Caller {
  readonly connection: ConnectionHandle;
  readonly credential: CredentialId;
  /** Who it was when it was established: what is shown should it have ended. */
  readonly first: Principal;
  /** Bytes of plaintext that the peer takes in one record. */
  readonly sendLimit: number;
  /** At which revision `principal` was true. */
  checked: Revision;
}

export type Sessions = BoundedMap<ConnectionHandle, Session>;

/** The session's principal at the current revision; it is looked up again only when the revision has changed. */
export function currentPrincipal(session: Session, credentials: Credentials): Principal | null {
  if (session.checked !== credentials.revision) {
    session.principal = credentials.principal(session.credential) ?? null;
    session.checked = credentials.revision;
  }
  return session.principal;
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
    cid: null,
    suite: connection.suite,
    since: Math.round(connection.since + offset),
    lastSeen: Math.round(connection.lastSeen + offset),
    observations: 0,
    revision: session.checked,
  };
}

/** Unique among all shards of this process. */
const sessionId = (shard: number, connection: ConnectionHandle): string => `${shard}-${connection}`;
