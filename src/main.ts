/**
 * The composition root of the process: the only file, besides worker.ts, that knows everybody. `postern serve` calls
 * {@link serve}; the command line is in src/cli.
 *
 *   configuration -> state (store, master key, token) -> control -> admin listens -> shards listen -> ready line
 */
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { createAdmin } from './admin/index.ts';
import { type SteadyClock, steadyClock } from './adapters/clock/index.ts';
import { shardThreads } from './adapters/shard-threads/index.ts';
import {
  openAdminToken,
  openAuthorities,
  openBackendSecurity,
  openIdentity,
  openMasterKey,
  prepareStateDirectory,
  removeFile,
  replaceFile,
  watchFiles,
} from './adapters/state/index.ts';
import { openSqliteStore } from './adapters/store/index.ts';
import { openLog, openMetrics, sumCounters } from './adapters/telemetry/index.ts';
import { displayAddress, OperationalError, required } from './base/index.ts';
import { type Entropy, nodeEntropy, tokenMatches } from './crypto/index.ts';
import { type Config, type ConfigOverlay, displayProblems, loadConfig } from './daemon/config/index.ts';
import {
  answerPetition,
  type AuthorityDesk,
  type Control,
  Gateway,
  keepTime,
  latestTime,
  MASTER_CHECK_BLOB,
  openAuthorityDesk,
  openControl,
  Publisher,
  Supervisor,
  Tally,
  watchTime,
} from './daemon/control/index.ts';
import {
  type AuthorityFiles,
  CONTROL_METRICS,
  type ListenerAddress,
  METRICS,
  type OperatorLog,
  report,
  type Store,
} from './daemon/ports/index.ts';

export interface ServeOptions {
  /** Path of the YAML file; `undefined`: the profile alone. */
  readonly config: string | undefined;
  /** `dev` or `edge`; `undefined`: what the file says. */
  readonly profile: string | undefined;
  /** Overrides of the configuration; 0: any free port. */
  readonly coapsPort?: number;
  readonly adminPort?: number;
  /** Believe the system's clock although later times have been seen: they came from a clock that was wrong. */
  readonly acceptClock?: boolean;
  /** Called with nothing started yet; what it returns lies above the configuration file (the demo's backend port). */
  readonly beforeStart?: () => Promise<ConfigOverlay>;
  /** Called once, right after the ready line. When it rejects, the gateway drains and `serve` rejects likewise. */
  readonly onReady?: (ready: Ready) => Promise<void>;
  /** Called when the gateway is told to stop, before it drains. */
  readonly onStop?: () => Promise<void>;
}

export interface Ready {
  readonly coapsPort: number;
  readonly adminPort: number;
  /** `http://127.0.0.1:8080` */
  readonly adminUrl: string;
  readonly tokenFile: string;
  readonly stateDir: string;
}

/**
 * Runs the gateway until SIGTERM or SIGINT, and resolves with the exit code: 0 after draining, 78 for a configuration
 * that is refused, 69 when an address is not available, 1 for anything else that fails. A second signal ends the
 * process at once.
 */
export async function serve(options: ServeOptions): Promise<number> {
  process.umask(0o077);
  const stop = stopSignal();
  try {
    const config = await configure(options);
    if (config === undefined) return EXIT_CONFIGURATION;
    const running = await start(config, options.acceptClock === true);
    try {
      announce(config, running);
      await options.onReady?.(running.ready);
      await stop.requested;
      await options.onStop?.();
    } finally {
      await running.drain();
    }
    return 0;
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error;
    process.stderr.write(`postern: ${error.message}\n`);
    return EXITS[error.code] ?? EXIT_FAILURE;
  } finally {
    stop.forget();
  }
}

interface Running {
  readonly ready: Ready;
  readonly listeners: readonly ListenerAddress[];
  readonly admin: ListenerAddress;
  readonly log: OperatorLog;
  /** Finishes what is under way, within the grace, and closes everything. */
  drain(): Promise<void>;
}

/** The configuration in force; `undefined` after saying everything that is wrong with it. */
async function configure(options: ServeOptions): Promise<Config | undefined> {
  const { config: file, profile, coapsPort, adminPort, beforeStart } = options;
  const wanted = {
    file,
    profile,
    state: process.env['POSTERN_STATE'],
    ...(coapsPort === undefined ? {} : { coapsPort }),
    ...(adminPort === undefined ? {} : { adminPort }),
  };
  const first = loadConfig(wanted);
  const overlay = first.kind === 'valid' ? await beforeStart?.() : undefined;
  const loaded = overlay === undefined ? first : loadConfig({ ...wanted, overlay });
  if (loaded.kind === 'valid') return loaded.config;
  process.stderr.write(`postern: ${displayProblems(loaded.problems)}`);
  return undefined;
}

/** Opens everything, or nothing: what is open when a later step fails is closed again. */
async function start(config: Config, acceptClock: boolean): Promise<Running> {
  const { stateDirectory } = config;
  prepareStateDirectory(stateDirectory);
  const store = openSqliteStore(join(stateDirectory, 'postern.db'));
  try {
    return await startWith(config, store, acceptClock);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function startWith(config: Config, store: Store, acceptClock: boolean): Promise<Running> {
  const { stateDirectory } = config;
  const log = openLog(config.log);
  const entropy = nodeEntropy();
  const { master, token, spki, settings: kept } = await openSecrets(config, store, entropy);
  const clock = steadyClock();
  const source = { read: () => openAuthorities(config.authorities) };
  const authorities = await openAuthorityDesk({ source, store, log, wall: () => clock.wall() });
  const settings = { ...kept, authorities: authorities.settings };
  const tally = new Tally();
  const publisher: Publisher = new Publisher((shard) => supervisor.end(shard));
  const parts = { store, master, authorities: settings.authorities, entropy, clock };
  const control = await openControl({ ...parts, publisher, tally, log, ...settings.trust });
  await setTime(clock, store, control, acceptClock);
  const supervisor = new Supervisor({
    settings,
    start: shardThreads(WORKER),
    load: () => control.load(),
    petition: (petition) => answerPetition(control, petition),
    publisher,
    tally,
    log,
  });
  const gateway = new Gateway({ control, supervisor, tally, settings, authorities, spki, clock });
  const admin = await createAdmin({
    gateway,
    settings: config.admin,
    recognise: (given) => tokenMatches(given, token.digest),
    metrics: metricsOf(gateway),
    log,
    version: versionOf(),
  });

  const adminAddress = await admin.listen();
  let listeners: readonly ListenerAddress[];
  try {
    listeners = await supervisor.start();
  } catch (error) {
    await admin.close();
    throw error;
  }
  const watching = [reloadOnChange(config.authorities, authorities), watchTime({ clock, store, log })];
  const ready = readyOf(stateDirectory, token.file, listeners, adminAddress);
  const { revision, actors } = control.snapshot;
  const { profile } = config;
  report(log, 'gateway ready', { profile, state: stateDirectory, revision, actors: actors.size });
  const drain = async (): Promise<void> => {
    report(log, 'gateway draining', { grace_ms: config.graceMs });
    for (const end of watching) end();
    await supervisor.drain(config.graceMs);
    await admin.close();
    await control.close();
    await keepTime(store, clock.wall());
    await store.close();
    removeFile(portsFile(stateDirectory));
    report(log, 'gateway stopped');
  };
  return { ready, listeners, admin: adminAddress, log, drain };
}

/** Keys, token and certificates: what the state directory holds, and what the configuration names. */
async function openSecrets(config: Config, store: Store, entropy: Entropy) {
  const { stateDirectory } = config;
  const sealedBefore = (await store.getBlob(MASTER_CHECK_BLOB)) !== undefined;
  const { key: master } = openMasterKey(stateDirectory, entropy, sealedBefore);
  const token = openAdminToken(stateDirectory, entropy);
  const { keyPem, chain, spki } = openIdentity(stateDirectory, config.identity);
  const backends = config.shard.backends.map((backend) => {
    const files = config.backendFiles[backend.name];
    return files === undefined ? backend : { ...backend, security: openBackendSecurity(files, keyPem) };
  });
  const settings = { ...config.shard, identity: { keyPem, chain }, backends };
  return { master, token, spki, settings };
}

/** No time counts that is earlier than what was seen before the gateway stopped, unless an operator says so. */
async function setTime(
  clock: SteadyClock,
  store: Store,
  { snapshot }: Control,
  acceptClock: boolean,
): Promise<void> {
  const { revision: head } = snapshot;
  if (acceptClock) await keepTime(store, clock.wall(), { head });
  else clock.raise(await latestTime(store, head));
}

/**
 * Authorities are read again when one of their files changes, and at SIGHUP, unless that is how a terminal says that it
 * is gone; what it returns ends that.
 */
function reloadOnChange({ anchors, revocationLists }: AuthorityFiles, desk: AuthorityDesk): () => void {
  // What is wrong with them is in the log, and nothing else can fail but the store: then the next change tries again.
  const reload = (): void => void desk.reload().catch(() => undefined);
  const unwatch = watchFiles([...anchors, ...revocationLists], reload);
  if (!process.stdin.isTTY) process.on('SIGHUP', reload);
  return () => {
    unwatch();
    process.off('SIGHUP', reload);
  };
}

/** Tells the world: ports.json first, so that whoever waits for the ready line finds it. */
function announce(config: Config, { listeners, admin }: Running): void {
  const coaps = displayAddress(firstOf(listeners));
  const ports = {
    pid: process.pid,
    coaps,
    admin: displayAddress(admin),
    listeners: listeners.map((listener) => displayAddress(listener)),
  };
  replaceFile(portsFile(config.stateDirectory), `${JSON.stringify(ports, null, 2)}\n`);
  process.stdout.write(`postern ready coaps=${coaps} admin=${ports.admin} pid=${process.pid}\n`);
}

function readyOf(
  stateDir: string,
  tokenFile: string,
  listeners: readonly ListenerAddress[],
  admin: ListenerAddress,
): Ready {
  const reachable =
    admin.address === '0.0.0.0' ? '127.0.0.1' : admin.address === '::' ? '::1' : admin.address;
  return {
    coapsPort: firstOf(listeners).port,
    adminPort: admin.port,
    adminUrl: `http://${displayAddress({ address: reachable, port: admin.port })}`,
    tokenFile,
    stateDir,
  };
}

function metricsOf(gateway: Gateway): { contentType: string; text: () => Promise<string> } {
  const page = openMetrics();
  const text = async (): Promise<string> => {
    const { shards, control } = await gateway.counters();
    return await page.render([
      [METRICS, sumCounters(shards)],
      [CONTROL_METRICS, control],
    ]);
  };
  return { contentType: page.contentType, text };
}

interface StopSignal {
  readonly requested: Promise<void>;
  /** Gives the signals back. */
  forget(): void;
}

/** Resolves at the first SIGTERM or SIGINT; the second ends the process, whatever it is doing. */
function stopSignal(): StopSignal {
  let signals = 0;
  let resolve: () => void = () => undefined;
  const requested = new Promise<void>((settle) => {
    resolve = settle;
  });
  const received = (): void => {
    if (++signals > 1) process.exit(EXIT_FAILURE);
    resolve();
  };
  for (const signal of STOP_SIGNALS) process.on(signal, received);
  return {
    requested,
    forget: () => {
      for (const signal of STOP_SIGNALS) process.off(signal, received);
    },
  };
}

function versionOf(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

const firstOf = (listeners: readonly ListenerAddress[]): ListenerAddress =>
  required(listeners[0], 'a shard that listens has a listener');

const portsFile = (stateDirectory: string): string => join(stateDirectory, 'ports.json');

/** Beside this file, in the form that runs: `.ts` in a working tree, `.js` in what is built. */
const WORKER = new URL(`worker${extname(import.meta.filename)}`, import.meta.url);
const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const EXIT_FAILURE = 1;
const EXIT_UNAVAILABLE = 69;
const EXIT_CONFIGURATION = 78;
/** What is not here fails otherwise. */
const EXITS: Readonly<Record<string, number>> = {
  PN_PORT_IN_USE: EXIT_UNAVAILABLE,
  PN_PORT_FORBIDDEN: EXIT_UNAVAILABLE,
  PN_LISTEN_FAILED: EXIT_UNAVAILABLE,
  PN_IDENTITY_INVALID: EXIT_CONFIGURATION,
  PN_AUTHORITIES_INVALID: EXIT_CONFIGURATION,
  PN_BACKEND_SECURITY: EXIT_CONFIGURATION,
};
