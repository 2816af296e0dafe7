/**
 * trust: who trusts whom, on what ground, who vouched for it, and what falls when a ground falls. Pure: time and ids
 * are arguments, keys arrive sealed and stay so.
 *
 *   command --addActor, introduce, revoke, ...--> verdict: events --append--> log --Trust.apply--> facts and validity
 *                                                                              time --Trust.advance--^
 *
 * Invariants: validity is a least fixpoint, so that nothing holds itself up; nobody gives more than he has; what has
 * ended never returns; ending something never gives a right; the fold of the log is the live state. docs/adr/0018
 * says how relationships become rights on requests.
 *
 * What it does not do: keep keys, read a clock, or decide about requests: policies limit what trust gives.
 */
export {
  ACTOR_KINDS,
  type Actor,
  type ActorId,
  type ActorKind,
  type ActorState,
  type Revision,
} from './actor.ts';
export { apply, replay, type TrustBatch } from './apply.ts';
export type { Cascade, Survivor } from './cascade.ts';
export {
  circleOf,
  isOwn,
  relationshipsAround,
  seesActor,
  seesCredential,
  seesRelationship,
} from './circle.ts';
export type {
  Admission,
  AdmissionCount,
  Claim,
  ClaimCode,
  ClaimWindow,
  ListedDevice,
  ResetProof,
} from './claim.ts';
export {
  addUnclaimedDevice,
  admissionRefusal,
  admitDevice,
  closeClaimWindow,
  issueClaimCode,
  type Newcomer,
  openClaimWindow,
  openWindow,
  setResetProof,
} from './claim-window.ts';
export {
  addActor,
  addPsk,
  type NewActor,
  type NewPsk,
  removeActor,
  resumeActor,
  suspendActor,
} from './commands.ts';
export {
  type Credential,
  type CredentialId,
  type CredentialKind,
  type CredentialOf,
  ESTABLISHMENTS,
  type Establishment,
  isCurrent,
  nameOfSubject,
  type Proof,
  type PskCredential,
  proofKey,
  subjectByName,
} from './credential.ts';
export {
  addActorWith,
  endCredential,
  establishCredential,
  replacedBy,
  resumeCredential,
  type Rotation,
  rotateCredential,
  suspendCredential,
  useCredential,
} from './credential-commands.ts';
export { type Agent, agentName, keyEntitled, kindEntitled, speaksFor } from './entitlement.ts';
export type { CredentialFacts, Fall, Fallen, TrustEvent } from './events.ts';
export { idsOf } from './falls.ts';
export { addSupport, introduce, type NewIntroduction, type Vouch } from './introduction.ts';
export { TRUST_LIMITS } from './limits.ts';
export {
  claimDevice,
  type ClaimWish,
  ownershipRefusal,
  ownerTerms,
  releaseDevice,
  resetDevice,
  resetRefusal,
  type ResetWish,
  returnDevice,
  type ReturnWish,
  transferDevice,
} from './ownership.ts';
export { type Flaw, flawOf, pathOf, type TrustPath } from './path.ts';
export { type Standing, standingOf } from './principal.ts';
export type {
  Ground,
  Origin,
  Relationship,
  RelationshipFacts,
  RelationshipId,
  RelationshipState,
  Support,
} from './relationship.ts';
export {
  establishTrust,
  forgetRelationships,
  type NewRelationship,
  resumeRelationship,
  suspendRelationship,
  type TermsWish,
} from './relationship-commands.ts';
export { revoke, type Revocation, type Revoke, type Shown } from './revocation.ts';
export {
  type Asker,
  type Held,
  type Lack,
  type RightAnswer,
  rightOf,
  type RightQuestion,
} from './rights.ts';
export {
  covers,
  type Grant,
  parseScope,
  type Pattern,
  type Scope,
  SCOPE_ACTIONS,
  type ScopeAction,
  type ScopeWish,
} from './scope.ts';
export {
  emptySnapshot,
  findActor,
  nameKey,
  plainSnapshot,
  recordInPieces,
  recordSnapshot,
  restoreSnapshot,
  type SnapshotRecord,
  type TrustSnapshot,
} from './snapshot.ts';
export { type Bounds, type Level, LEVELS, meet, reaches, type Terms } from './terms.ts';
export { type Shift, Trust, type TrustSettings } from './trust.ts';
export {
  type Accepted,
  type Missing,
  REFUSAL_CODES,
  type RefusalCode,
  refuse,
  type Refused,
  revisionRefusal,
  type Verdict,
} from './verdict.ts';
