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
  /** The user on whose behalf a device acts; devices only. */
  readonly owner: ActorId | null;
  /** The revision that last changed it. */
  readonly revision: Revision;
}

/** Position in the event log; every decision and every change names one. */
export type Revision = Brand<number, 'Revision'>;
