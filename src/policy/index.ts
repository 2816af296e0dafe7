/**
 * policy: who may do what. Pure: a canonical request, the gate and trust in, a Decision (a value) out.
 *
 *   relay --CanonicalRequest--> decide(request, gate, trust) --> Decision {permit + path | deny + what is missing}
 *
 * Invariants: total, deterministic, independent of the order of rules; default deny; rules only give.
 * Trust gives rights, the configuration beside it; authored policies and arbitration become further stages between
 * request and decision. Nothing here knows CoAP beyond the table of methods.
 */
export {
  DECIDED_BY,
  type DecidedBy,
  type Decision,
  DENIAL_REASONS,
  type Denial,
  type DenialReason,
  explain,
  explainFlaw,
  type Grounds,
  type Missing,
  type Permit,
} from './decision.ts';
export {
  ACTIONS,
  type Action,
  actionOf,
  type CanonicalRequest,
  isCanonicalSegment,
  type Principal,
  pathText,
  type Resource,
  resourceName,
} from './request.ts';
export {
  compileGate,
  decide,
  type Gate,
  type Holder,
  LEVEL_OF_ACTION,
  scopeName,
  unownedDenial,
} from './gate.ts';
export { compileRights, type RightRule, type Rights } from './rights.ts';
