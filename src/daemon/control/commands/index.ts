/** control/commands: what operators ask for, worked out against a snapshot. */
export type {
  ActorWish,
  Command,
  CredentialWish,
  MadeDevice,
  NewDevice,
  Outcome,
  Plan,
  Planning,
} from './command.ts';
export type {
  ClaimWindowWish,
  DeviceRow,
  ListedSecret,
  ListedWish,
  RowRefusal,
} from './enrolment-command.ts';
export { drawRelationshipId } from './ids.ts';
export type { DoorCommand } from './door-command.ts';
export { giveWay, type Pause, unhurried } from './pause.ts';
export { agentRefusal } from './agents.ts';
export { plan } from './plan.ts';
export { planLong } from './plan-long.ts';
export type { IntroductionWish, RelationshipWish, TrustCommand } from './trust-command.ts';
export { resolveActor } from './references.ts';
export { bearerOf, mayStillAct } from './token.ts';
