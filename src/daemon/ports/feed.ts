/**
 * The feed between control (owns truth) and a shard (owns traffic): plain, structured-clonable messages.
 *
 *   control --load, apply--> shard        a snapshot first, then each revision's events
 *   control --pulse--------> shard        nothing new, and control is still there
 *   control <--applied------ shard        in force on this shard from here on
 *   control --ask----------> shard        sessions, counters, close, drain
 *   control <--answer------- shard
 *   control <--petition----- shard        what only control can decide, on account of a peer
 *   control --word---------> shard
 */
import type { WallTime } from '../../base/index.ts';
import type {
  ActorId,
  CredentialId,
  RefusalCode,
  Revision,
  TrustEvent,
  TrustSnapshot,
} from '../../trust/index.ts';
import type { AuthoritySettings } from './shard-settings.ts';

/** A key in the clear: travels within the process only. */
export interface PskMaterial {
  readonly credential: CredentialId;
  readonly actor: ActorId;
  readonly identityHex: string;
  readonly key: Uint8Array;
}

export type ControlMessage =
  | {
      readonly kind: 'load';
      /** The latest time of day that there has been. */
      readonly wall: WallTime;
      readonly revision: Revision;
      readonly snapshot: TrustSnapshot;
      readonly keys: readonly PskMaterial[];
    }
  | {
      readonly kind: 'apply';
      readonly revision: Revision;
      readonly events: readonly TrustEvent[];
      readonly keys: readonly PskMaterial[];
    }
  /** A shard that hears neither this nor a change for `stalenessMaxMs` answers nobody any more. */
  | { readonly kind: 'pulse'; readonly revision: Revision }
  | { readonly kind: 'ask'; readonly request: number; readonly question: ShardQuestion }
  /** What became of a petition. Whatever it changed has been applied before. */
  | { readonly kind: 'word'; readonly request: number; readonly word: Word };

export type ShardQuestion =
  | { readonly kind: 'sessions' }
  /** How many sessions are those of one of these actors, or act in the name of one. */
  | { readonly kind: 'count-sessions'; readonly of: ReadonlySet<ActorId> }
  | { readonly kind: 'close-session'; readonly id: string }
  | { readonly kind: 'counters' }
  /** Other authorities, or other lists of theirs, count from here on. The answer comes when it is in force. */
  | { readonly kind: 'believe'; readonly authorities: AuthoritySettings }
  /** Stop accepting handshakes, answer new requests 5.03, finish what is under way within the grace, then close all. */
  | { readonly kind: 'drain'; readonly graceMs: number };

export type ShardMessage =
  | { readonly kind: 'listening'; readonly shard: number; readonly listeners: readonly ListenerAddress[] }
  | {
      readonly kind: 'unable';
      readonly shard: number;
      readonly code: `PN_${string}`;
      readonly message: string;
    }
  | { readonly kind: 'applied'; readonly shard: number; readonly revision: Revision }
  | { readonly kind: 'answer'; readonly request: number; readonly answer: ShardAnswer }
  | {
      readonly kind: 'petition';
      readonly shard: number;
      readonly request: number;
      readonly petition: Petition;
    }
  /** For the operator's log: closed event names, see telemetry. */
  | {
      readonly kind: 'log';
      readonly shard: number;
      readonly event: string;
      readonly fields: Readonly<Record<string, string | number | boolean | null>>;
    };

/** What a peer is the occasion of. A shard has so many of each kind under way and no more. */
export type Petition =
  /** A device with an unknown key stands at the door, has proved that it holds it, and a claim window is open. */
  | { readonly kind: 'newcomer'; readonly fingerprintHex: string; readonly spkiHex: string }
  /** A credential that replaces others has been used. */
  | { readonly kind: 'used'; readonly credential: CredentialId }
  /** Whoever stands behind the credential wants the device for the user in whose name he acts. */
  | {
      readonly kind: 'claim';
      readonly credential: CredentialId;
      readonly device: string;
      readonly code: string;
    }
  /** The newcomer behind the credential says that it is `device`, reset; `code`: what it shall be claimed by. */
  | {
      readonly kind: 'reset';
      readonly credential: CredentialId;
      readonly device: string;
      readonly proof: string;
      readonly code: string | null;
    };

export type Word =
  /** `claimCode`: made by the gateway, for the device alone. */
  | { readonly kind: 'done'; readonly claimCode: string | null }
  | { readonly kind: 'refused'; readonly code: RefusalCode }
  /** Not now: control is too busy, or could not write. */
  | { readonly kind: 'failed' };

export type ShardAnswer =
  | { readonly kind: 'sessions'; readonly sessions: readonly SessionView[] }
  | { readonly kind: 'counted'; readonly sessions: number; readonly observations: number }
  | { readonly kind: 'closed'; readonly found: boolean }
  | { readonly kind: 'counters'; readonly counters: ShardCounters }
  /** How many sessions ended, whose certificates these authorities do not vouch for. */
  | { readonly kind: 'believed'; readonly closed: number }
  | { readonly kind: 'drained' };

export interface ListenerAddress {
  readonly address: string;
  readonly port: number;
}

/** One established connection as the admin API shows it. */
export interface SessionView {
  readonly id: string;
  readonly principal: ActorId;
  readonly credential: CredentialId;
  readonly path: string;
  readonly cid: string | null;
  readonly suite: string;
  /** Wall time, milliseconds since 1970. */
  readonly since: number;
  readonly lastSeen: number;
  readonly observations: number;
  readonly revision: Revision;
}

/**
 * Counters and gauges of one shard, keyed by metric name, then by label values joined with ','. Monotonic but for
 * gauges.
 */
export interface ShardCounters {
  readonly counters: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly gauges: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly histograms: Readonly<Record<string, HistogramView>>;
}

export interface HistogramView {
  /** Upper bounds in seconds, ascending; `counts` has one more entry, for everything above. Not cumulative. */
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
}
