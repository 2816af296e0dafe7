/** Actors: who can trust and be trusted. */
import type { Brand } from '../base/index.ts';

export type ActorId = Brand<string, 'ActorId'>;

export const ACTOR_KINDS = ['user', 'device', 'platform', 'provider', 'manufacturer', 'gateway'] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

export interface Actor {
  readonly id: ActorId;
  readonly kind: ActorKind;
  /** Unique within its kind; what people call it. */
  readonly name: string;
  /** The user on whose behalf a device acts; devices only, and `null` until somebody has claimed it. */
  readonly owner: ActorId | null;
  /** A removed actor is in no snapshot any more, and its id never returns. */
  readonly state: ActorState;
  /** The revision that last changed it. */
  readonly revision: Revision;
}

/** Suspension is reversible: whatever stands on a suspended actor returns with it. */
export type ActorState = 'active' | 'suspended';

/** Position in the event log; every decision and every change names one. */
export type Revision = Brand<number, 'Revision'>;
