/**
 * daemon/control: owns the truth. One loop in the main thread; the shards carry the traffic.
 *
 *   admin --command--> Control --append--> store        Publisher --apply--> shards --applied--> answer
 *   admin --query----> Gateway --snapshot, ask--> shards        Supervisor starts and restarts shards
 *   shard --petition-> answerPetition --command--> Control        files --> AuthorityDesk --believe--> every shard
 *
 * Invariants: one writer; what was answered is durable and in force on every running shard; keys are in the clear only
 * on their way to a shard. What it does not do: speak HTTP (admin does) or touch a datagram (shards do).
 */
export {
  type AuthoritiesView,
  AuthorityDesk,
  openAuthorityDesk,
  type Reloaded,
} from './authorities.ts';
export type {
  ActorWish,
  ClaimWindowWish,
  Command,
  CredentialWish,
  DeviceRow,
  IntroductionWish,
  ListedSecret,
  ListedWish,
  NewDevice,
  Outcome,
  RelationshipWish,
  RowRefusal,
} from './commands/index.ts';
export { Control, type ControlParts } from './control.ts';
export { MASTER_CHECK_BLOB, openControl } from './open-control.ts';
export type { Agent } from '../../trust/index.ts';
export { Gateway, type GatewayParts, type Warning } from './gateway.ts';
export type { RevocationView } from './gateway-trust.ts';
export { keepTime, latestTime, watchTime } from './latest-time.ts';
export { answerPetition } from './petitions.ts';
export { Publisher } from './publisher.ts';
export type {
  ActorView,
  AuditView,
  CascadeView,
  ClaimWindowView,
  CredentialView,
  NamedSession,
  Page,
  PageRequest,
  RelationshipView,
} from './queries/index.ts';
export { type Backoff, Supervisor, type SupervisorParts } from './supervisor.ts';
export { Tally } from './tally.ts';
