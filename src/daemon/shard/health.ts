/** Health: everything a shard counts, and how full its limits are, in the words of the metrics page. */
import type { CoapEndpoint } from '../../coap/index.ts';
import type { DtlsEndpoint } from '../../dtls/index.ts';
import type { Relay } from '../../relay/index.ts';
import type { Backend, DatagramPort, MetricName, ShardCounters, ShardSettings } from '../ports/index.ts';
import { type Petitions, PETITIONS_MAX } from './petitions.ts';
import type { Router } from './router.ts';
import type { Tally } from './tally.ts';

export interface HealthParts {
  readonly tally: Tally;
  readonly dtls: DtlsEndpoint;
  readonly coap: CoapEndpoint;
  readonly relay: Relay;
  readonly router: Router;
  readonly petitions: Petitions;
  readonly datagrams: DatagramPort;
  readonly backends: readonly Backend[];
  readonly settings: ShardSettings;
}

type Cells = Record<string, number>;

export function countersOf(parts: HealthParts): ShardCounters {
  const { tally, datagrams, backends, router } = parts;
  const counters: { [M in MetricName]?: Cells } = {
    postern_handshakes_total: tally.handshakes.record(),
    postern_records_dropped_total: tally.recordsDropped.record(),
    postern_messages_dropped_total: tally.messagesDropped.record(),
    postern_sessions_closed_total: tally.sessionsClosed.record(),
    postern_requests_total: tally.requests.record(),
    postern_decisions_total: tally.decisions.record(),
    postern_newcomers_total: tally.newcomers.record(),
    postern_claims_total: tally.claims.record(),
    postern_datagrams_total: { in: datagrams.counts.received, out: datagrams.counts.transmitted },
    postern_socket_errors_total: Object.fromEntries(datagrams.counts.errors),
    postern_backend_errors_total: byBackend(backends, (backend) => backend.counts.errors),
    postern_backend_dropped_total: byBackend(backends, (backend) => backend.counts.dropped),
    postern_forwarded_datagrams_total: { '': router.forwarded },
    postern_limit_overflows_total: overflowsOf(parts),
  };
  const gauges: { [M in MetricName]?: Cells } = {
    postern_sessions: { '': parts.dtls.occupancy().connections },
    ...limitsOf(parts),
  };
  return { counters, gauges, histograms: { postern_request_seconds: tally.requestSeconds.view() } };
}

/** One gauge for each limit, and what it is set to. */
function limitsOf({ dtls, coap, relay, petitions, backends, settings }: HealthParts): {
  readonly postern_limit_used: Cells;
  readonly postern_limit_max: Cells;
} {
  const { connections, handshakes } = dtls.occupancy();
  const { peers, serverExchanges } = coap.occupancy();
  const { limits } = settings;
  const inflightMax = settings.backends.map((backend) => [`${INFLIGHT}${backend.name}`, backend.inflightMax]);
  return {
    postern_limit_used: {
      connections,
      handshakes,
      jobs: relay.jobs,
      coap_peers: peers,
      coap_exchanges: serverExchanges,
      petitions: petitions.size,
      ...byBackend(backends, (backend) => backend.inflight, INFLIGHT),
    },
    postern_limit_max: {
      connections: limits.connectionsMax,
      handshakes: limits.handshakesMax,
      jobs: limits.jobsMax,
      coap_peers: limits.connectionsMax,
      coap_exchanges: limits.jobsMax,
      petitions: Object.values(PETITIONS_MAX).reduce((sum, max) => sum + max, 0),
      ...Object.fromEntries(inflightMax),
    },
  };
}

function overflowsOf({ tally, router, petitions }: HealthParts): Cells {
  const { messagesDropped } = tally;
  return {
    connections: tally.sessionsClosed.of('evicted'),
    handshakes: tally.handshakes.of('failed,evicted,psk'),
    jobs: tally.requests.of('overloaded'),
    requests_per_second: tally.requests.of('rate-limited'),
    coap_peers: messagesDropped.of('too-many-peers'),
    coap_exchanges: messagesDropped.of('too-many-exchanges'),
    paths: router.overflows,
    petitions: petitions.overflows,
  };
}

function byBackend(backends: readonly Backend[], count: (backend: Backend) => number, prefix = ''): Cells {
  return Object.fromEntries(backends.map((backend) => [`${prefix}${backend.name}`, count(backend)]));
}

const INFLIGHT = 'backend_inflight_';
