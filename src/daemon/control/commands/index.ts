/** control/commands: what operators ask for, worked out against a snapshot. */
export type { ActorWish, Command, CredentialWish, Outcome, Plan, Planning } from './command.ts';
export { plan } from './plan.ts';
export type { IntroductionWish, RelationshipWish, TrustCommand } from './trust-command.ts';
export { resolveActor } from './plan-trust.ts';
