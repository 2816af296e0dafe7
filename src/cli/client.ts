/** The admin interface as the command line uses it: typed calls, and faults that say what to do. */
import type { GatewayAddress } from './admin-address.ts';
import { CommandFault, EXIT, type ExitCode, sentenceOf, systemCode } from './fault.ts';
import type {
  ActorView,
  CredentialView,
  DeviceRow,
  GatewayView,
  MadeDevices,
  NewDeviceView,
  NewKeyWish,
  NewPskWish,
  RowError,
  SessionView,
} from './views.ts';

export interface AdminClient {
  actors(kind: 'user' | 'device'): Promise<ActorView[]>;
  /** The actor of that name or id; a fault when there is none. */
  actor(kind: 'user' | 'device', name: string): Promise<ActorView>;
  addUser(name: string): Promise<ActorView>;
  addDevice(name: string, owner: string, credential: NewPskWish | NewKeyWish): Promise<NewDeviceView>;
  addDevices(devices: readonly DeviceRow[], partial: boolean): Promise<MadeDevices>;
  gateway(): Promise<GatewayView>;
  removeActor(id: string): Promise<void>;
  credentials(actor: string): Promise<CredentialView[]>;
  sessions(): Promise<SessionView[]>;
  closeSession(id: string): Promise<void>;
  /** All items of a list. */
  list<T>(path: string, query?: Readonly<Record<string, string>>): Promise<T[]>;
  get<T>(path: string, query?: Readonly<Record<string, string>>): Promise<T>;
  /** A change; `ifRevision` makes it fail when the object has changed since. */
  post<T>(path: string, body?: unknown, ifRevision?: string): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  remove<T>(path: string): Promise<T>;
}

/** Where to, as whom, and by what means. */
interface Wire extends GatewayAddress {
  readonly transport: typeof fetch;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string | null;
}

interface Problem {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly field?: string;
  readonly errors?: readonly RowError[];
}

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly ifRevision?: string;
  readonly timeoutMs?: number;
}

const PAGE_SIZE = '200';
const TIMEOUT_MS = 30_000;
/** Ten thousand keys take a while to make and to seal. */
const BATCH_MS = 300_000;

/** A client for the gateway at `url`; nothing is sent before the first call. */
export function adminClient({ url, token }: GatewayAddress, transport: typeof fetch): AdminClient {
  const address: Wire = { url, token, transport };
  const list = <T>(path: string, query: Readonly<Record<string, string>>): Promise<T[]> =>
    listAll<T>(address, path, query);
  return {
    actors: (kind) => list<ActorView>('/v1/actors', { kind }),
    actor: async (kind, name) => {
      const found = (await list<ActorView>('/v1/actors', { kind, name })).find(
        (actor) => actor.name === name,
      );
      const byId = found ?? (await actorById(address, kind, name));
      if (byId !== undefined) return byId;
      throw new CommandFault(
        EXIT.failure,
        `there is no ${kind} named '${name}'`,
        `see: postern ${kind} list`,
      );
    },
    addUser: (name) => call<ActorView>(address, post('/v1/actors', { kind: 'user', name })),
    addDevice: (name, owner, credential) =>
      call<NewDeviceView>(address, post('/v1/actors', { kind: 'device', name, owner, credential })),
    addDevices: (devices, partial) =>
      call<MadeDevices>(address, { ...post('/v1/devices/batch', { devices, partial }), timeoutMs: BATCH_MS }),
    gateway: () => call<GatewayView>(address, { method: 'GET', path: '/v1/gateway' }),
    removeActor: (id) => call<void>(address, remove(`/v1/actors/${encodeURIComponent(id)}`)),
    credentials: (actor) => list<CredentialView>('/v1/credentials', { actor }),
    sessions: () => list<SessionView>('/v1/sessions', {}),
    list: (path, query = {}) => list(path, query),
    get: (path, query = {}) => call(address, { method: 'GET', path, query }),
    post: (path, body, ifRevision) =>
      call(address, { ...post(path, body), ...(ifRevision === undefined ? {} : { ifRevision }) }),
    put: (path, body) => call(address, { method: 'PUT', path, body }),
    remove: (path) => call(address, remove(path)),
    closeSession: (id) => call<void>(address, remove(`/v1/sessions/${encodeURIComponent(id)}`)),
  };
}

async function listAll<T>(
  address: Wire,
  path: string,
  query: Readonly<Record<string, string>>,
): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | null | undefined;
  do {
    const page: Page<T> | undefined = await call<Page<T> | undefined>(address, {
      method: 'GET',
      path,
      query: { ...query, limit: PAGE_SIZE, ...(typeof cursor === 'string' ? { cursor } : {}) },
    });
    if (!Array.isArray(page?.items)) throw notOurs(address);
    all.push(...page.items);
    cursor = page.next;
  } while (typeof cursor === 'string' && cursor !== '');
  return all;
}

async function actorById(address: Wire, kind: string, id: string): Promise<ActorView | undefined> {
  if (!ACTOR_ID.test(id)) return undefined;
  const response = await send(address, { method: 'GET', path: `/v1/actors/${id}` });
  if (!response.ok) return undefined;
  const actor = (await response.json()) as ActorView;
  return actor.kind === kind ? actor : undefined;
}

async function call<T>(address: Wire, what: Call): Promise<T> {
  const response = await send(address, what);
  const text = await response.text();
  if (!response.ok) throw refusalOf(address, response.status, text);
  try {
    return (text === '' ? undefined : JSON.parse(text)) as T;
  } catch {
    throw notOurs(address);
  }
}

async function send(address: Wire, what: Call): Promise<Response> {
  const query = what.query === undefined ? '' : `?${new URLSearchParams(what.query).toString()}`;
  try {
    return await address.transport(`${address.url}${what.path}${query}`, {
      method: what.method,
      headers: {
        authorization: `Bearer ${address.token}`,
        ...(what.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(what.ifRevision === undefined ? {} : { 'if-match': `"${what.ifRevision}"` }),
      },
      body: what.body === undefined ? null : JSON.stringify(what.body),
      redirect: 'error',
      signal: AbortSignal.timeout(what.timeoutMs ?? TIMEOUT_MS),
    });
  } catch (thrown) {
    throw unreachableGateway(address, thrown);
  }
}

function unreachableGateway(address: Wire, thrown: unknown): CommandFault {
  const code = systemCode(thrown);
  if (code === 'ECONNREFUSED') {
    const hint = 'start one with npm start, or name another with --url or POSTERN_URL';
    return new CommandFault(EXIT.unavailable, `no gateway answers at ${address.url}`, hint);
  }
  const why =
    code ?? (thrown instanceof Error && thrown.name === 'TimeoutError' ? 'timeout' : sentenceOf(thrown));
  return new CommandFault(
    EXIT.unavailable,
    `cannot reach ${address.url}: ${why}`,
    'check --url or POSTERN_URL',
  );
}

function refusalOf(address: Wire, status: number, text: string): CommandFault {
  const problem = problemOf(text);
  if (problem === undefined) return notOurs(address);
  const exit: ExitCode = status === 503 ? EXIT.unavailable : EXIT.failure;
  const message = problem.detail ?? clause(problem.title) ?? `the gateway answered ${status}`;
  const { code, field, errors } = problem;
  return new CommandFault(exit, message, hintFor(status, code), {
    ...(code === undefined ? {} : { code }),
    ...(field === undefined ? {} : { field }),
    ...(errors === undefined ? {} : { errors }),
  });
}

/** A title as it goes on behind `postern: `. */
const clause = (title: string | undefined): string | undefined =>
  title === undefined ? undefined : title.slice(0, 1).toLowerCase() + title.slice(1);

function problemOf(text: string): Problem | undefined {
  try {
    const problem: unknown = JSON.parse(text);
    return typeof problem === 'object' && problem !== null ? problem : undefined;
  } catch {
    return undefined;
  }
}

function hintFor(status: number, code: string | undefined): string | undefined {
  const known = code === undefined ? undefined : HINTS[code];
  if (known !== undefined) return known;
  if (status === 401)
    return 'the admin token is in the file admin.token of the state directory (or POSTERN_TOKEN)';
  if (status === 429) return 'too many requests: wait a moment and try again';
  if (status === 503) return 'the gateway is starting or stopping: try again';
  return undefined;
}

const notOurs = (address: Wire): CommandFault =>
  new CommandFault(
    EXIT.unavailable,
    `what answers at ${address.url} is not a postern gateway`,
    'check --url or POSTERN_URL',
  );

const post = (path: string, body: unknown): Call => ({ method: 'POST', path, body });
const remove = (path: string): Call => ({ method: 'DELETE', path });

/** What ids of actors look like. */
export const ACTOR_ID = /^[a-z]{3}-[0-9a-f]{20}$/;

const HINTS: Readonly<Record<string, string>> = {
  'name-taken': 'choose another name, or remove it first',
  'owner-unknown': 'add the owner first: postern user add NAME',
  'owns-devices': 'see them with: postern device list',
  'relationship-unknown': 'see: postern trust list',
  'revision-stale': 'see: postern trust preview ID',
  'terms-exceeded': 'see what the introducer has: postern trust list --of INTRODUCER',
  'introductions-exhausted':
    'the trustor lets nobody pass this on so often: --introduce when trust was added',
  'operator-only': "take the operator's token: admin.token in the state directory of the gateway",
  'not-entitled': 'see who may: postern trust list',
  'manufacturer-bound': "an operator may: with admin.token of the gateway's state directory",
  'token-invalid':
    'it is wrong, has ended or run out, or its holder is suspended: ask an operator for another',
  'actor-unknown': 'name it by id, KIND/NAME or name; see: postern user list, postern device list',
  'session-unknown': 'see: postern sessions list',
  'identity-taken': 'take another identity or key, or remove the device that has it: postern device list',
  'key-reused': 'a device that changes hands needs a key that nobody had before',
  'claim-code-missing': 'its owner lets go of it first: postern device release NAME',
  'claim-code-expired': 'make another: postern device claim-code NAME',
  'claim-code-spent': 'too many wrong codes; an operator makes another: postern device claim-code NAME',
  'already-owned': 'its owner can let go of it: postern device release NAME',
  'not-owned': 'its first owner claims it: postern claim NAME --user USER',
  'reset-proof-missing':
    'set one while its owner is there: postern device reset-proof NAME --proof-file FILE',
  'credential-replaced': 'see: postern device show NAME',
};
