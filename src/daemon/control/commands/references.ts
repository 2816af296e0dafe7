/** References: how those who ask for something name an actor. What does not concern the one who asks is not there. */
import {
  type Actor,
  type ActorId,
  ACTOR_KINDS,
  type Agent,
  findActor,
  refuse,
  type Refused,
  seesActor,
  type Trust,
  TRUST_LIMITS,
} from '../../../trust/index.ts';

/** Who asks, and of what state. */
export interface Asking {
  readonly trust: Trust;
  readonly by: Agent;
}

/**
 * The actor that a reference means: its id, `KIND/NAME`, or its name where only one kind has it. `anybody`: also one
 * that the agent has had nothing to do with yet; whom to trust is for the trustor to say.
 */
export function resolveActor(
  asking: Asking,
  reference: string,
  field: string,
  among: 'seen' | 'anybody' = 'seen',
): ActorId | Refused {
  const { actors } = asking.trust.snapshot;
  const isThere = (actor: Actor): boolean => among === 'anybody' || sees(asking, actor);
  const byId = actors.get(reference as ActorId);
  if (byId !== undefined && isThere(byId)) return byId.id;
  const slash = reference.indexOf('/');
  const [wanted, name] =
    slash === -1 ? [null, reference] : [reference.slice(0, slash), reference.slice(slash + 1)];
  const found = ACTOR_KINDS.filter((kind) => wanted === null || kind === wanted)
    .flatMap((kind) => findActor(asking.trust.snapshot, kind, name) ?? [])
    .filter(isThere);
  const [only, another] = found;
  if (only === undefined) return refuse('actor-unknown', `there is no actor ${printable(reference)}`, field);
  if (another === undefined) return only.id;
  const kinds = found.map(({ kind }) => `${kind}/${name}`).join(', ');
  return refuse('actor-unknown', `several are called ${name}: say which, ${kinds}`, field);
}

/** The device of that name or id. */
export function resolveDevice(
  asking: Asking,
  reference: string,
  among: 'seen' | 'anybody' = 'seen',
): Actor | Refused {
  const device = findActor(asking.trust.snapshot, 'device', reference);
  if (device !== undefined && (among === 'anybody' || sees(asking, device))) return device;
  return refuse('actor-unknown', 'there is no such device', '/device');
}

/** The user of that name or id. */
export function resolveUser(asking: Asking, reference: string): ActorId | Refused {
  const user = findActor(asking.trust.snapshot, 'user', reference);
  if (user !== undefined && sees(asking, user)) return user.id;
  return refuse('actor-unknown', 'there is no such user', '/user');
}

/** Whose credential it shall be: the device of that name, or what else the reference means. */
export function resolveHolder(asking: Asking, reference: string): Actor | Refused {
  const device = resolveDevice(asking, reference);
  if (!('code' in device)) return device;
  const id = resolveActor(asking, reference, '/actor');
  if (typeof id !== 'string') return id;
  return asking.trust.snapshot.actors.get(id) ?? refuse('actor-unknown', 'there is no such actor', '/actor');
}

const sees = ({ trust, by }: Asking, { id }: Actor): boolean =>
  by.kind !== 'actor' || seesActor(trust, by.id, id);

const printable = (text: string): string =>
  text.slice(0, TRUST_LIMITS.nameLengthMax).replaceAll(/[^!-~]/g, '?');
