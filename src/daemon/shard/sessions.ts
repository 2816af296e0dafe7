/** Sessions: the established connections of this shard and who is at the other end. */
import { type BoundedMap, displayAddress } from '../../base/index.ts';
import type { ConnectionHandle, ConnectionView } from '../../dtls/index.ts';
import type { Principal } from '../../policy/index.ts';
import type { Caller } from '../../relay/index.ts';
import type { CredentialId, Revision } from '../../trust/index.ts';
import type { Clock, SessionView } from '../ports/index.ts';
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

/** Unique among all shards of this process. */
export const sessionId = (shard: number, connection: ConnectionHandle): string => `${shard}-${connection}`;

/** The session as the admin API shows it. */
export function viewOf(
  session: Session,
  connection: ConnectionView,
  shard: number,
  clock: Clock,
): SessionView {
  const offset = clock.wall() - clock.now();
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
