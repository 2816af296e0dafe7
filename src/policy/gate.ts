/**
 * Gate: whether a request may pass. Trust gives; the configuration's rights are the bootstrap beside it, for devices
 * only; the default is deny.
 *
 *   holder of the resource (device, its owner, platform) --valid relationship that covers it--> principal    by trust
 *   configuration: these devices may do that on these routes                                                 by rights
 */
import { BoundedMap } from '../base/index.ts';
import {
  type ActorKind,
  findActor,
  type Level,
  type RightAnswer,
  rightOf,
  type Trust,
} from '../trust/index.ts';
import type { Decision, Denial, Missing } from './decision.ts';
import { type Action, type CanonicalRequest, pathText, type Principal, type Resource } from './request.ts';
import { rightRuleFor, type Rights } from './rights.ts';

/** Whose resources a backend serves: an actor, by name. */
export interface Holder {
  readonly kind: ActorKind;
  readonly name: string;
}

export interface Gate {
  readonly rights: Rights;
  /** By backend; a backend that is not in it serves the platform of its own name. */
  readonly holders: BoundedMap<string, Holder>;
}

/** The gate of these rights, and of backends with the actor whose resources they serve, where that is told. */
export function compileGate(
  rights: Rights,
  backends: readonly { readonly name: string; readonly actor?: Holder }[],
): Gate {
  const holders = new BoundedMap<string, Holder>(backends.length + 1);
  for (const { name, actor } of backends) holders.set(name, actor ?? { kind: 'platform', name });
  return { rights, holders };
}

/** The decision on one request, at the revision and the time of `trust`. Total and deterministic. */
export function decide(request: CanonicalRequest, gate: Gate, trust: Trust): Decision {
  const { principal, action, resource } = request;
  const { revision } = trust.snapshot;
  const unowned = unownedDenial(principal, trust);
  if (unowned !== undefined) return unowned;
  const given = askTrust(trust, gate, request);
  if (given?.kind === 'held') {
    const { relationship, path, length, level } = given;
    const grounds = { relationship, path: path.steps, length, level };
    return { outcome: 'permit', by: 'trust', revision, determinedBy: relationship, grounds };
  }
  const rule = rightRuleFor(gate.rights, principal, resource.route, action);
  if (rule !== undefined) {
    return { outcome: 'permit', by: 'rights', revision, determinedBy: rule, grounds: null };
  }
  const missing: Missing =
    given === undefined ? nobodyToTrust(principal, resource, action) : { kind: 'trust', lack: given.lack };
  const by = given === undefined ? 'rights' : 'trust';
  return { outcome: 'deny', by, revision, reason: 'no-right', missing };
}

/** A device that acts in nobody's name is denied everything, whether or not it exists. */
export function unownedDenial(principal: Principal, { snapshot }: Trust): Denial | undefined {
  if (principal.kind !== 'device' || principal.user !== null) return undefined;
  const missing = { kind: 'owner', device: principal.name } as const;
  return { outcome: 'deny', by: 'trust', revision: snapshot.revision, reason: 'unowned-device', missing };
}

/** How a resource is called in scopes: `d/<device>/<path>` for what a device holds, else `backend/<name>/<path>`. */
export function scopeName(resource: Resource, holder: Holder | undefined): string {
  const place = holder?.kind === 'device' ? `d/${holder.name}` : `backend/${resource.backend}`;
  return `${place}${pathText(resource.segments)}`;
}

/** `undefined` when the resource belongs to nobody who could trust anybody. */
function askTrust(
  trust: Trust,
  { holders }: Gate,
  { principal, action, resource }: CanonicalRequest,
): RightAnswer | undefined {
  const holder = holders.get(resource.backend);
  const actor = holder && findActor(trust.snapshot, holder.kind, holder.name);
  if (actor === undefined) return undefined;
  return rightOf(trust, {
    of: actor.id,
    asker: { actor: principal.actor, user: principal.user },
    action,
    resource: scopeName(resource, holder),
    level: LEVEL_OF_ACTION[action],
  });
}

function nobodyToTrust(principal: Principal, resource: Resource, action: Action): Missing {
  if (principal.kind !== 'device') return { kind: 'holder', backend: resource.backend };
  return { kind: 'right', device: principal.name, route: resource.route, action };
}

/** The level that each action needs unless its resource says otherwise. */
export const LEVEL_OF_ACTION = {
  read: 'view',
  observe: 'view',
  fetch: 'view',
  write: 'operate',
  execute: 'operate',
  create: 'manage',
  delete: 'manage',
} as const satisfies Record<Action, Level>;
