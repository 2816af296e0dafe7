/**
 * Composition root of one shard thread: it opens what the settings name, joins the pure cores to it, and then only
 * passes messages in. It lives as long as its control thread.
 */
import { isMainThread, type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { openBackend } from './adapters/backends/index.ts';
import { steadyClock, systemAlarm } from './adapters/clock/index.ts';
import { type ThreadPeers, threadPeers } from './adapters/threads/index.ts';
import { openListeners } from './adapters/udp/index.ts';
import { assert, milliseconds, OperationalError, required, toHex } from './base/index.ts';
import { CoapEndpoint } from './coap/index.ts';
import { type Entropy, nodeEntropy, nodeProvider, signingKey } from './crypto/index.ts';
import type {
  Backend,
  BackendSettings,
  ControlMessage,
  DatagramPort,
  PeerStarted,
  ShardMessage,
  ShardSettings,
  ShardStart,
} from './daemon/ports/index.ts';
import { Report, Shard } from './daemon/shard/index.ts';
import { connectionIdShape, DtlsEndpoint } from './dtls/index.ts';
import { compileGate, compileRights } from './policy/index.ts';
import { compileRoutes, Relay, type RouteProblem, type RouteTable } from './relay/index.ts';

/** This thread's time. */
const clock = steadyClock();

/** Starts the shard; resolves when it listens. Failures of the environment are told to control as `unable`. */
async function start(begin: ShardStart<MessagePort>, control: MessagePort): Promise<void> {
  const { settings } = begin;
  const tell = (message: ShardMessage): void => control.postMessage(message, []);
  // Control may send before everything is open: what comes early waits, in order.
  const early: Inbound[] = [];
  let opened: Opened | undefined;
  control.on('message', (message: Inbound) => {
    if (message.kind === 'load') clock.raise(message.wall);
    if (opened === undefined) early.push(message);
    else take(opened, message);
  });
  control.on('close', () => process.exit(0));
  try {
    opened = await open(begin, tell);
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error;
    tell({ kind: 'unable', shard: settings.shard, code: error.code, message: error.message });
    control.close(); // and with it this thread
    return;
  }
  for (const message of early.splice(0)) take(opened, message);
}

/** What control's thread sends: the feed, and channels to shards that are started after this one. */
type Inbound = ControlMessage | PeerStarted<MessagePort>;

interface Opened {
  readonly shard: Shard;
  readonly peers: ThreadPeers;
}

function take({ shard, peers }: Opened, message: Inbound): void {
  if (message.kind === 'peer-started') {
    peers.join(message.shard, message.port);
    shard.meet(message.shard);
  } else shard.control(clock.now(), message);
}

async function open(begin: ShardStart<MessagePort>, tell: (message: ShardMessage) => void): Promise<Opened> {
  const { settings } = begin;
  const report = new Report(settings.shard, tell);
  const entropy = nodeEntropy();
  const uint32 = uint32From(entropy);
  const relay = relayOf(settings, entropy);
  let shard: Shard | undefined;
  const running = (): Shard => required(shard, 'inputs come when the shard is there');
  const backends = settings.backends.map((backend) =>
    openOne(backend, uint32, report, (now, job, answer) => running().answered(now, job, answer)),
  );
  const datagrams = await listen(settings, report, backends, (now, path, datagram) => {
    shard?.datagram(now, path, datagram);
  });
  const peers = threadPeers(begin.peers, (from, message) => {
    running().fromPeer(clock.now(), from, message);
  });
  const { limits } = settings;
  shard = new Shard({
    settings,
    dtls: dtlsOf(settings, entropy),
    coap: new CoapEndpoint({
      entropy: uint32,
      limits: { peersMax: limits.connectionsMax, serverExchangesMax: limits.jobsMax },
    }),
    relay,
    backends,
    datagrams,
    peers: settings.shards === 1 ? undefined : peers,
    clock,
    alarm: systemAlarm(() => running().ring(clock.now())),
    tell,
  });
  tell({ kind: 'listening', shard: settings.shard, listeners: datagrams.addresses });
  return { shard, peers };
}

function relayOf(settings: ShardSettings, entropy: Entropy): Relay {
  const routes = compileRoutes(settings.routes);
  if (isProblems(routes)) {
    const text = routes.map(({ route, problem }) => `route ${route}: ${problem}`).join('; ');
    throw new OperationalError('PN_ROUTES', text);
  }
  const { limits } = settings;
  return new Relay({
    routes,
    gate: compileGate(compileRights(settings.rights), settings.backends),
    backends: settings.backends,
    limits: {
      jobsMax: limits.jobsMax,
      jobsPerCallerMax: Math.min(JOBS_PER_CALLER_MAX, limits.jobsMax),
      requestsPerSecond: limits.requestsPerSecond,
      requestBurst: limits.requestBurst,
      principalsMax: limits.connectionsMax,
    },
    idPrefix: `${toHex(entropy(4))}-${settings.node}-${settings.shard}-`,
  });
}

function dtlsOf(settings: ShardSettings, entropy: Entropy): DtlsEndpoint {
  const { dtls, limits, identity } = settings;
  return new DtlsEndpoint({
    settings: {
      suites: dtls.suites,
      credentials: dtls.credentials,
      identity: {
        key: required(signingKey(identity.keyPem), 'control checked the key'),
        chain: identity.chain,
      },
      connectionId: dtls.connectionIds ? connectionIdShape(settings.node, settings.shard) : null,
      resumption: milliseconds(dtls.resumptionMs),
      extendedMasterSecret: dtls.extendedMasterSecret,
      mtu: dtls.mtu,
      idleTimeout: milliseconds(dtls.idleTimeoutMs),
      handshakeTimeout: milliseconds(dtls.handshakeTimeoutMs),
      retransmit: milliseconds(dtls.retransmitMs),
    },
    crypto: nodeProvider,
    entropy,
    limits: { connectionsMax: limits.connectionsMax, handshakesMax: limits.handshakesMax },
  });
}

function openOne(
  settings: BackendSettings,
  entropy: () => number,
  report: Report,
  sink: Parameters<typeof openBackend>[0]['sink'],
): Backend {
  return openBackend({
    settings,
    clock,
    entropy,
    sink,
    changed: (reachable, code) => {
      const event = reachable ? 'backend reachable' : 'backend unreachable';
      const fields = reachable ? { backend: settings.name } : { backend: settings.name, code };
      report.log(clock.now(), event, () => fields);
    },
  });
}

async function listen(
  settings: ShardSettings,
  report: Report,
  backends: readonly Backend[],
  sink: Parameters<typeof openListeners>[0]['sink'],
): Promise<DatagramPort> {
  try {
    return await openListeners({
      listeners: settings.listeners,
      shared: settings.shards > 1,
      queueMax: settings.limits.datagramQueueMax,
      clock,
      sink,
      skipped: (address, error) => {
        report.log(clock.now(), 'listener skipped', () => ({ address, error }));
      },
    });
  } catch (error) {
    for (const backend of backends) backend.close();
    throw error;
  }
}

/** Random uint32 values, drawn from the source many at a time: one draw costs more than a thousand bytes. */
function uint32From(entropy: Entropy): () => number {
  let drawn = new Uint32Array(0);
  let next = 0;
  return () => {
    if (next === drawn.length) {
      drawn = new Uint32Array(entropy(4 * DRAWN_AT_ONCE).slice().buffer);
      next = 0;
    }
    const value = drawn[next] as number;
    drawn[next++] = 0;
    return value;
  };
}

const isProblems = (routes: RouteTable | readonly RouteProblem[]): routes is readonly RouteProblem[] =>
  Array.isArray(routes);

/** A device has few requests under way at once (NSTART, RFC 7252 section 4.7): more is an attempt at our memory. */
const JOBS_PER_CALLER_MAX = 64;
const DRAWN_AT_ONCE = 1_024;

assert(!isMainThread && parentPort !== null, 'worker.ts is started as a thread');
await start(workerData as ShardStart<MessagePort>, parentPort);
