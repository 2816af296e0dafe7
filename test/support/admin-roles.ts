/** A small town behind the admin interface, and everybody who may knock at it: for tests of who may do what. */
import type { LightMyRequestResponse } from 'fastify';
import { type AdminUnderTest, adminUnderTest, TOKEN } from './admin.ts';
import type { SessionView } from '../../src/daemon/ports/index.ts';

export const ROLES = ['nobody', 'stranger', 'operator', 'user', 'other', 'suspended', 'ended'] as const;
export type Role = (typeof ROLES)[number];

/**
 * ann owns the lamp, which trusts cid on her word, and has a session; bob has nothing to do with any of them. sue is
 * suspended, and eve's token has ended.
 */
export interface Town {
  readonly admin: AdminUnderTest;
  /** Ids by name; of relationships `lamp>cid`, of credentials `key of lamp`, of sessions `session of lamp`. */
  readonly ids: Readonly<Record<string, string>>;
  /** What somebody is called in this town. */
  readonly named: (name: string) => string;
  readonly claimCode: string;
  readonly tokens: Readonly<Record<Role, string | null>>;
  as(role: Role, request: Call): Promise<LightMyRequestResponse>;
}

export interface Call {
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
}

export const RESET_PROOF = 'what-only-a-reset-lamp-knows';
export const everythingOn = (lamp: string) => [{ actions: ['*'], resources: [`d/${lamp}/*`] }];

/** The interface, with sessions that the tests put there. Making one costs far more than a town. */
export interface Interface {
  readonly admin: AdminUnderTest;
  readonly sessions: SessionView[];
  towns: number;
  /** Requests so far: each comes from another address. */
  asked: number;
}

export async function openInterface(): Promise<Interface> {
  const sessions: SessionView[] = [];
  const admin = await adminUnderTest({
    behaviour: () => ({
      answer: (question) => {
        if (question.kind === 'sessions') return { kind: 'sessions', sessions };
        if (question.kind !== 'close-session') return undefined;
        return { kind: 'closed', found: sessions.some(({ id }) => id === question.id) };
      },
      obedient: true,
    }),
  });
  return { admin, sessions, towns: 0, asked: 0 };
}

/** A town of its own, which no other town of the interface has to do with. */
export async function foundTown(place: Interface): Promise<Town> {
  const { admin, sessions } = place;
  const number = place.towns++;
  const named = (name: string): string => (number === 0 ? name : `${name}-${number}`);
  const ids: Record<string, string> = {};
  const post = async <T>(url: string, body: unknown, token = TOKEN): Promise<T> => {
    const response = await admin.ask(url, { body, token });
    if (response.statusCode >= 300) throw new Error(`${url} ${response.body}`);
    return response.json<T>();
  };
  const token = async (actor: string): Promise<string> => {
    const made = await post<{ id: string; token: string }>('/v1/credentials', {
      actor: named(actor),
      kind: 'token',
    });
    ids[`token of ${actor}`] = made.id;
    return made.token;
  };
  for (const name of ['ann', 'bob', 'cid', 'sue', 'eve']) ids[name] = await admin.addUser(named(name));
  const lamp = await post<{ id: string; credential: { id: string } }>('/v1/actors', {
    kind: 'device',
    name: named('lamp'),
    owner: named('ann'),
    credential: { kind: 'psk' },
  });
  ids['lamp'] = lamp.id;
  ids['key of lamp'] = lamp.credential.id;
  ids['session of lamp'] = named('session-of-lamp');
  sessions.push(sessionOf(named('session-of-lamp'), lamp.id, lamp.credential.id));
  const [user, other, suspended, ended] = [
    await token('user/ann'),
    await token('user/bob'),
    await token('user/sue'),
    await token('user/eve'),
  ];
  const scope = everythingOn(named('lamp'));
  const given = { trustor: named('lamp'), trustee: named('user/cid'), scope, level: 'view', introduce: 1 };
  ids['lamp>cid'] = (await post<{ id: string }>('/v1/relationships', given, user)).id;
  const friend = { trustor: named('user/ann'), trustee: named('user/eve'), scope, level: 'view' };
  ids['ann>eve'] = (await post<{ id: string }>('/v1/relationships', friend, user)).id;
  const fresh = await post<{ claimCode: string }>('/v1/actors', {
    kind: 'device',
    name: named('new'),
    claim: true,
  });
  await admin.ask(`/v1/actors/${lamp.id}/reset-proof`, { method: 'PUT', body: { proof: RESET_PROOF } });
  await admin.ask(`/v1/actors/${ids['sue']}/suspend`, { method: 'POST' });
  await admin.ask(`/v1/credentials/${ids['token of user/eve']}`, { method: 'DELETE' });
  const tokens = { nobody: null, stranger: 'pnt_0', operator: TOKEN, user, other, suspended, ended };
  return {
    admin,
    ids,
    named,
    claimCode: fresh.claimCode,
    tokens,
    as: (role, { method, url, body }) =>
      admin.ask(url, {
        method: method as 'GET',
        token: tokens[role],
        from: `192.0.${(place.asked >> 8) % 250}.${place.asked++ % 250}`,
        ...(body === undefined ? {} : { body }),
      }),
  };
}

function sessionOf(id: string, principal: string, credential: string): SessionView {
  return {
    id,
    principal: principal as SessionView['principal'],
    credential: credential as SessionView['credential'],
    path: '192.0.2.1:5000',
    cid: null,
    suite: 'x',
    since: 1,
    lastSeen: 2,
    observations: 0,
    revision: 1 as SessionView['revision'],
  };
}
