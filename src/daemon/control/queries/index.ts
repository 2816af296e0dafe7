/** control/queries: what operators read, always from one snapshot. */
export { type AuditView, viewEntry } from './audit.ts';
export { type CarriedView, carriedClaim, carriedKey } from './carried.ts';
export { type ClaimWindowView, viewClaimWindow } from './claim-window.ts';
export { type IdentityView, viewIdentity } from './identity.ts';
export { Listings } from './listings.ts';
export { byKey, type Page, type PageRequest, pageOf } from './page.ts';
export {
  type CascadeView,
  pageOfRelationships,
  type RelationshipView,
  viewCascade,
  viewRelationship,
} from './relationships.ts';
export { Viewer } from './viewer.ts';
export {
  type ActorView,
  type CredentialView,
  type NamedSession,
  viewActor,
  viewCredential,
  viewSession,
} from './views.ts';
