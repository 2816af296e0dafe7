/**
 * policy: who may do what. Pure: a canonical request and the rules in, a Decision (a value) out.
 *
 *   relay --CanonicalRequest--> decide(request, rights, revision) --> Decision {permit | deny + what is missing}
 *
 * Invariants: total, deterministic, independent of the order of rules; default deny; rules only give.
 * Today trust gives rights as lists of routes; relationships, authored policies and arbitration become further
 * stages between request and decision. Nothing here knows CoAP beyond the table of methods.
 */
export {
  DECIDED_BY,
  type DecidedBy,
  type Decision,
  DENIAL_REASONS,
  type Denial,
  type DenialReason,
  explain,
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
export { compileRights, decide, type RightRule, type Rights } from './rights.ts';
