/** Tokens: made here, shown once, and kept as a keyed hash: whoever has the log has no token. */
import { toHex, wallTime } from '../../../base/index.ts';
import { keyedHash, type MasterKey } from '../../../crypto/index.ts';
import {
  type ActorId,
  type Agent,
  type CredentialFacts,
  proofKey,
  refuse,
  type Refused,
  standingOf,
  type Trust,
} from '../../../trust/index.ts';
import type { Planning, TokenWish } from './command.ts';
import { drawCredentialId } from './ids.ts';

interface PreparedToken {
  readonly kind: 'prepared';
  readonly facts: CredentialFacts & { readonly kind: 'token' };
  readonly keys: readonly [];
  readonly token: string;
}

/** Draws a token for an actor. */
export function prepareToken(
  { entropy, master, trust }: Planning,
  { actor, user }: { readonly actor: ActorId; readonly user: ActorId | null },
  { established, notAfter = wallTime(trust.now + LIFE_MS) }: TokenWish,
): PreparedToken | Refused {
  if (notAfter !== null && notAfter <= trust.now) {
    return refuse('validity-empty', 'it would end before it begins', '/notAfter');
  }
  const token = `${PREFIX}${toHex(entropy(TOKEN_BYTES))}`;
  const hashHex = hashOf(master, token);
  const id = drawCredentialId(entropy);
  const bounds = { user, notBefore: null, notAfter } as const;
  return {
    kind: 'prepared',
    facts: { kind: 'token', id, actor, established, hashHex, ...bounds },
    keys: [],
    token,
  };
}

/**
 * Who shows that token, if it is good here and now and its holder may act. Looked up by its hash, which nobody without
 * the master key can steer: how long that takes says nothing about any token.
 */
export function bearerOf(trust: Trust, master: MasterKey, token: string): Agent | undefined {
  const key = proofKey({ kind: 'token', hashHex: hashOf(master, token) });
  const credential = key === undefined ? undefined : trust.snapshot.identities.get(key);
  const standing = credential === undefined ? undefined : standingOf(trust, credential);
  return standing && { kind: 'actor', id: standing.actor.id, credential: standing.credential };
}

/**
 * Whether the agent may still act: between his request and its turn, what he was let in by can have ended, and nothing
 * that he asked for by it happens any more.
 */
export function mayStillAct(trust: Trust, by: Agent): boolean {
  if (by.kind !== 'actor' || by.credential === undefined) return true;
  return standingOf(trust, by.credential)?.actor.id === by.id;
}

const hashOf = (master: MasterKey, token: string): string => keyedHash(master, 'token', token);

/** So that a token can be told from other secrets where it does not belong. */
const PREFIX = 'pnt_';
const TOKEN_BYTES = 32;
const LIFE_MS = 90 * 24 * 60 * 60 * 1_000;
