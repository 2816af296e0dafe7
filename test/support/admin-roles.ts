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
export const EVERYTHING = [{ actions: ['*'], resources: ['d/lamp/*'] }];

export async function foundTown(): Promise<Town> {
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
  const ids: Record<string, string> = {};
  const post = async <T>(url: string, body: unknown, token = TOKEN): Promise<T> => {
    const response = await admin.ask(url, { body, token });
    if (response.statusCode >= 300) throw new Error(`${url} ${response.body}`);
    return response.json<T>();
  };
  const token = async (actor: string): Promise<string> => {
    const made = await post<{ id: string; token: string }>('/v1/credentials', { actor, kind: 'token' });
    ids[`token of ${actor}`] = made.id;
    return made.token;
  };
  for (const name of ['ann', 'bob', 'cid', 'sue', 'eve']) ids[name] = await admin.addUser(name);
  const lamp = await admin.addDevice('lamp');
  ids['lamp'] = lamp.id;
  ids['key of lamp'] = lamp.credential.id;
  ids['session of lamp'] = 'session-of-lamp';
  sessions.push(sessionOf(lamp.id, lamp.credential.id));
  const [user, other, suspended, ended] = [
    await token('user/ann'),
    await token('user/bob'),
    await token('user/sue'),
    await token('user/eve'),
  ];
  const given = { trustor: 'lamp', trustee: 'user/cid', scope: EVERYTHING, level: 'view', introduce: 1 };
  ids['lamp>cid'] = (await post<{ id: string }>('/v1/relationships', given, user)).id;
  const friend = { trustor: 'user/ann', trustee: 'user/eve', scope: EVERYTHING, level: 'view' };
  ids['ann>eve'] = (await post<{ id: string }>('/v1/relationships', friend, user)).id;
  const fresh = await post<{ claimCode: string }>('/v1/actors', { kind: 'device', name: 'new', claim: true });
  await admin.ask(`/v1/actors/${lamp.id}/reset-proof`, { method: 'PUT', body: { proof: RESET_PROOF } });
  await admin.ask(`/v1/actors/${ids['sue']}/suspend`, { method: 'POST' });
  await admin.ask(`/v1/credentials/${ids['token of user/eve']}`, { method: 'DELETE' });
  const tokens = { nobody: null, stranger: 'pnt_0', operator: TOKEN, user, other, suspended, ended };
  let asked = 0;
  return {
    admin,
    ids,
    claimCode: fresh.claimCode,
    tokens,
    as: (role, { method, url, body }) =>
      admin.ask(url, {
        method: method as 'GET',
        token: tokens[role],
        from: `192.0.2.${1 + (asked++ % 250)}`,
        ...(body === undefined ? {} : { body }),
      }),
  };
}

function sessionOf(principal: string, credential: string): SessionView {
  return {
    id: 'session-of-lamp',
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
