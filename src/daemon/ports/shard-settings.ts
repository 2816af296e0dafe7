/** Everything a shard thread is told at its start: the resolved configuration, plain and structured-clonable. */
import type { AnchorRule } from '../../crypto/index.ts';
import type { ActorKind } from '../../trust/index.ts';

export interface ShardSettings {
  readonly shard: number;
  readonly shards: number;
  readonly node: number;
  readonly listeners: readonly ListenerSettings[];
  readonly backends: readonly BackendSettings[];
  readonly routes: readonly RouteSettings[];
  readonly rights: readonly RightSettings[];
  readonly trust: TrustFeedSettings;
  readonly dtls: DtlsListenerSettings;
  /** What the gateway proves itself with to devices that do not share a key with it. */
  readonly identity: IdentitySettings;
  readonly authorities: AuthoritySettings;
  readonly limits: ShardLimits;
}

export interface TrustFeedSettings {
  /** An introduction that would make a longer chain is refused. */
  readonly chainMax: number;
  /** A shard that has not heard control for longer serves nobody: how late a revocation can be at worst. */
  readonly stalenessMaxMs: number;
}

export interface IdentitySettings {
  /** PKCS #8, PEM: never leaves the process. */
  readonly keyPem: string;
  /** DER, leaf first; empty: a raw public key only. */
  readonly chain: readonly Uint8Array[];
}

/** Whose word on devices counts. Whoever read the files has checked what is in them. */
export interface AuthoritySettings {
  /** Certificates that devices' chains must end at, DER. */
  readonly anchors: readonly Uint8Array[];
  /** From their certificates to names of devices. */
  readonly subjectRules: readonly AnchorRule[];
  /** Their revocation lists, DER or PEM. With any, every issuer needs a current one. */
  readonly revocationLists: readonly Uint8Array[];
}

export interface ListenerSettings {
  readonly address: string;
  /** 0: any free port. */
  readonly port: number;
}

export interface BackendSettings {
  readonly name: string;
  readonly kind: 'coap';
  /** Whose resources it serves; without: those of the platform that has its name. */
  readonly actor?: { readonly kind: ActorKind; readonly name: string };
  readonly address: string;
  readonly port: number;
  /** By DTLS (coaps); without: in the clear. */
  readonly security?: BackendSecurity;
  /** The whole exchange; afterwards 5.04. */
  readonly timeoutMs: number;
  /** Requests under way at once; one more is answered 5.03. */
  readonly inflightMax: number;
}

/** What the gateway shows to a backend, and what it knows it by. */
export type BackendSecurity =
  | { readonly kind: 'psk'; readonly identity: Uint8Array; readonly key: Uint8Array }
  /** SHA-256 of the backend's SubjectPublicKeyInfo. */
  | { readonly kind: 'rpk'; readonly keyPem: string; readonly serverFingerprintHex: string }
  | {
      readonly kind: 'x509';
      readonly keyPem: string;
      readonly chain: readonly Uint8Array[];
      readonly anchors: readonly Uint8Array[];
      /** The name that its certificate must have; `null`: the one it is reached by. */
      readonly serverName: string | null;
    };

/**
 * `path` and `rewrite` are templates: `/telemetry/*` matches `/telemetry` and everything below; `*` in `rewrite` is
 * what matched.
 */
export interface RouteSettings {
  readonly name: string;
  readonly path: string;
  readonly backend: string;
  readonly rewrite: string;
}

/**
 * What a device may use: routes by name, actions (`read write create delete execute fetch observe`).
 * `*` names all.
 */
export interface RightSettings {
  readonly devices: readonly string[];
  readonly routes: readonly string[];
  readonly actions: readonly string[];
}

export interface DtlsListenerSettings {
  /** IANA suite names in the server's order of preference. */
  readonly suites: readonly string[];
  /** Kinds of credential that devices may prove themselves with, preferred first. */
  readonly credentials: readonly ('psk' | 'ecdhe-psk' | 'rpk' | 'x509')[];
  readonly extendedMasterSecret: 'wanted' | 'required';
  /** Whether devices may ask for a connection ID (RFC 9146). */
  readonly connectionIds: boolean;
  /** How long a session can be resumed; 0: not at all. */
  readonly resumptionMs: number;
  readonly mtu: number;
  readonly idleTimeoutMs: number;
  readonly handshakeTimeoutMs: number;
  readonly retransmitMs: number;
}

export interface ShardLimits {
  readonly connectionsMax: number;
  readonly handshakesMax: number;
  readonly jobsMax: number;
  readonly datagramQueueMax: number;
  /** Requests per second and burst that one device may send; beyond, 4.29. */
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
}
