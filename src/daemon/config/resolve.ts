/** From valid settings to the frozen Config that the process runs on. */
import { resolve as absolute } from 'node:path';
import { required } from '../../base/index.ts';
import type { AuthorityFiles, BackendFiles, BackendSettings, ShardSettings } from '../ports/index.ts';
import type { ActorKind } from '../../trust/index.ts';
import { parseBackendUrl } from './backend-url.ts';
import type { Settings } from './schema.ts';
import type { LogFormat, LogLevel, Profile } from './vocabulary.ts';

/** What the process is told; deeply frozen, milliseconds throughout. */
export interface Config {
  readonly profile: Profile;
  /** Absolute. */
  readonly stateDirectory: string;
  readonly graceMs: number;
  readonly admin: { readonly address: string; readonly port: number; readonly hosts: readonly string[] };
  readonly log: { readonly level: LogLevel; readonly format: LogFormat };
  /** By the names of the backends that are reached by coaps. */
  readonly backendFiles: Readonly<Record<string, BackendFiles>>;
  /** The same for every shard, but for its number. */
  readonly shard: Omit<ShardSettings, 'shard' | 'identity' | 'authorities'>;
  /** Files of the gateway's own key and certificates; `null`: it makes its own key, and has none. */
  readonly identity: { readonly keyFile: string | null; readonly certificateFile: string | null };
  /** Files of the authorities that devices' certificates come from. */
  readonly authorities: AuthorityFiles;
}

export function resolveConfig(settings: Settings, profile: Profile): Config {
  const { dtls, limits } = settings;
  return freeze({
    profile,
    stateDirectory: absolute(settings.state),
    graceMs: milliseconds(settings.shutdown_grace_s),
    admin: settings.admin,
    log: settings.log,
    identity: { keyFile: dtls.key_file ?? null, certificateFile: dtls.certificate_file ?? null },
    authorities: {
      anchors: dtls.trust_anchors,
      subjectRules: dtls.subject_rules.map(({ trust_anchor: anchor, ...rule }) => ({ anchor, rule })),
      revocationLists: dtls.revocation_lists,
    },
    backendFiles: Object.fromEntries(
      Object.entries(settings.backends).flatMap(([name, backend]) => {
        const files = backendFiles(backend);
        return files === null ? [] : [[name, files] as const];
      }),
    ),
    shard: {
      shards: settings.shards,
      node: settings.node,
      listeners: settings.listeners,
      backends: Object.entries(settings.backends).map(([name, backend]) => resolveBackend(name, backend)),
      routes: settings.routes,
      rights: settings.rights,
      trust: {
        chainMax: settings.trust.chain_max,
        stalenessMaxMs: milliseconds(settings.trust.staleness_max_s),
      },
      dtls: {
        suites: dtls.suites,
        credentials: dtls.credentials,
        extendedMasterSecret: dtls.extended_master_secret,
        connectionIds: dtls.connection_ids,
        resumptionMs: milliseconds(dtls.resumption_s),
        mtu: dtls.mtu_bytes,
        idleTimeoutMs: milliseconds(dtls.idle_timeout_s),
        handshakeTimeoutMs: milliseconds(dtls.handshake_timeout_s),
        retransmitMs: milliseconds(dtls.retransmit_s),
      },
      limits: {
        connectionsMax: limits.connections_max,
        handshakesMax: limits.handshakes_max,
        jobsMax: limits.jobs_max,
        datagramQueueMax: limits.datagram_queue_max,
        requestsPerSecond: limits.requests_per_second,
        requestBurst: limits.request_burst,
      },
    },
  });
}

function resolveBackend(name: string, backend: Settings['backends'][string]): BackendSettings {
  const { address, port } = required(parseBackendUrl(backend.url), 'cross checks refuse other addresses');
  return {
    name,
    kind: backend.kind,
    ...(backend.actor === undefined ? {} : { actor: parseHolder(backend.actor) }),
    address,
    port,
    timeoutMs: milliseconds(backend.timeout_s),
    inflightMax: backend.inflight_max,
  };
}

function backendFiles({ psk, rpk, x509 }: Settings['backends'][string]): BackendFiles | null {
  if (psk !== undefined) return { kind: 'psk', identity: psk.identity, keyFile: psk.key_file };
  if (rpk !== undefined) {
    return { kind: 'rpk', keyFile: rpk.key_file ?? null, serverFingerprint: rpk.server_fingerprint };
  }
  if (x509 === undefined) return null;
  const { key_file: keyFile, certificate_file: certificateFile, trust_anchors: anchors } = x509;
  return { kind: 'x509', keyFile, certificateFile, anchors, serverName: x509.server_name ?? null };
}

/** `device/lock-1` and the like; the schema refuses anything else. */
function parseHolder(text: string): NonNullable<BackendSettings['actor']> {
  const slash = text.indexOf('/');
  return { kind: text.slice(0, slash) as ActorKind, name: text.slice(slash + 1) };
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1_000);

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}
