/**
 * Rights: which device may do what on which route, as the configuration says: the bootstrap beside trust. Compiled once
 * from rules, which only ever give, so their order and repetition do not matter.
 */
import { BoundedMap } from '../base/index.ts';
import { ACTIONS, type Action, type Principal } from './request.ts';

/** Gives the devices the actions on the routes, all by name; `*` names all. */
export interface RightRule {
  readonly devices: readonly string[];
  readonly routes: readonly string[];
  readonly actions: readonly string[];
}

export interface Rights {
  readonly byRoute: BoundedMap<string, RouteRights>;
  readonly everyRoute: RouteRights;
}

interface RouteRights {
  readonly everyDevice: Grants;
  readonly byDevice: BoundedMap<string, Grants>;
}

/** For each action the first rule that gives it. */
type Grants = { [A in Action]: string | undefined };

/** Compiles the rules. Unknown actions give nothing: the configuration schema has refused them before. */
export function compileRights(rules: readonly RightRule[]): Rights {
  const capacity = 1 + rules.reduce((sum, rule) => sum + rule.routes.length + rule.devices.length, 0);
  const rights: Rights = { byRoute: new BoundedMap(capacity), everyRoute: noRights(capacity) };
  rules.forEach((rule, index) => {
    for (const route of rule.routes) {
      const target = route === ALL ? rights.everyRoute : rightsOfRoute(rights, route, capacity);
      for (const device of rule.devices)
        grant(grantsOfDevice(target, device), rule.actions, `right ${index + 1}`);
    }
  });
  return rights;
}

/** The rule that gives the action on the route to this principal; rights are given to devices only. */
export function rightRuleFor(
  rights: Rights,
  principal: Principal,
  route: string,
  action: Action,
): string | undefined {
  if (principal.kind !== 'device') return undefined;
  return (
    granted(rights.byRoute.get(route), principal.name, action) ??
    granted(rights.everyRoute, principal.name, action)
  );
}

function granted(rights: RouteRights | undefined, device: string, action: Action): string | undefined {
  if (rights === undefined) return undefined;
  return rights.byDevice.get(device)?.[action] ?? rights.everyDevice[action];
}

function rightsOfRoute(rights: Rights, route: string, capacity: number): RouteRights {
  let found = rights.byRoute.get(route);
  if (found === undefined) {
    found = noRights(capacity);
    rights.byRoute.set(route, found);
  }
  return found;
}

function grantsOfDevice(rights: RouteRights, device: string): Grants {
  if (device === ALL) return rights.everyDevice;
  let found = rights.byDevice.get(device);
  if (found === undefined) {
    found = noGrants();
    rights.byDevice.set(device, found);
  }
  return found;
}

function grant(grants: Grants, actions: readonly string[], rule: string): void {
  for (const action of ACTIONS) {
    const given = actions.includes(ALL) || actions.includes(action);
    if (given) grants[action] ??= rule;
  }
}

const noRights = (capacity: number): RouteRights => ({
  everyDevice: noGrants(),
  byDevice: new BoundedMap(capacity),
});

const noGrants = (): Grants => ({
  read: undefined,
  observe: undefined,
  write: undefined,
  create: undefined,
  delete: undefined,
  execute: undefined,
  fetch: undefined,
});

const ALL = '*';
