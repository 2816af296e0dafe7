/**
 * The authorities whose word on devices counts, while the gateway runs: read again from where they come from, checked,
 * and in force on every shard before the call returns. What is not good leaves everything as it was.
 *
 *   reload --source.read--> checked, and no list older than one before --> log of list numbers --> control, every shard
 */
import { concat, OperationalError, toHex, utf8, type WallTime } from '../../base/index.ts';
import {
  type Certificate,
  compareCrls,
  crlFreshness,
  type ListAge,
  nodeCertificateVerifier,
  nodeProvider,
  readCertificate,
  readCrl,
  type VerifiedList,
  verifyCrl,
} from '../../crypto/index.ts';
import {
  type AuthoritySettings,
  type AuthoritySource,
  type OperatorLog,
  report,
  type Store,
} from '../ports/index.ts';

export interface AuthorityParts {
  readonly source: AuthoritySource;
  readonly store: Pick<Store, 'getBlob' | 'putBlob'>;
  readonly log: OperatorLog;
  readonly wall: () => WallTime;
}

/** Who is told of other authorities. Resolves, with how many sessions ended, when they count everywhere. */
export type Believe = (authorities: AuthoritySettings) => Promise<number>;

export interface AuthoritiesView {
  readonly anchors: readonly AnchorView[];
  readonly revocationLists: readonly ListView[];
  /** Why what is there now is not in force; `null`: it is. */
  readonly problem: string | null;
}

interface AnchorView {
  /** SHA-256 of the certificate. */
  readonly fingerprint: string;
  readonly subject: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** Rules from its certificates to names of devices. */
  readonly rules: number;
}

interface ListView {
  readonly issuer: string;
  /** Hexadecimal. */
  readonly number: string | null;
  readonly thisUpdate: number;
  readonly nextUpdate: number | null;
  readonly revoked: number;
  readonly state: 'not-yet' | 'current' | 'stale' | 'no-promise';
}

export type Reloaded =
  | { readonly kind: 'done'; readonly changed: boolean; readonly closed: number }
  | { readonly kind: 'refused'; readonly detail: string };

/** By issuer: the newest list that has ever been in force. */
type Newest = ReadonlyMap<string, ListAge>;

interface Read {
  readonly settings: AuthoritySettings;
  readonly anchors: readonly Certificate[];
  readonly lists: readonly VerifiedList[];
}

export class AuthorityDesk {
  readonly #parts: AuthorityParts;
  #read: Read;
  #newest: Newest;
  #problem: string | null = null;
  #believe: Believe = () => Promise.resolve(0);
  /** The reload before: they wait for each other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: AuthorityParts, read: Read, newest: Newest) {
    this.#parts = parts;
    this.#read = read;
    this.#newest = newest;
  }

  get settings(): AuthoritySettings {
    return this.#read.settings;
  }

  get view(): AuthoritiesView {
    const now = this.#parts.wall();
    const { settings, anchors, lists } = this.#read;
    return {
      anchors: anchors.map((each) => viewAnchor(each, settings)),
      revocationLists: lists.map((each) => viewList(each, now)),
      problem: this.#problem,
    };
  }

  /** From here on `believe` carries changes to whoever has to know. */
  serve(believe: Believe): void {
    this.#believe = believe;
  }

  /** Reads everything again. What is refused has changed nothing. */
  reload(): Promise<Reloaded> {
    const turn = this.#last.then(() => this.#reload());
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #reload(): Promise<Reloaded> {
    const { source, store, log } = this.#parts;
    let read: Read;
    try {
      read = readAll(source.read());
      refuseOlder(read.lists, this.#newest);
      this.#newest = await remember(store, read.lists, this.#newest);
    } catch (thrown) {
      if (!(thrown instanceof OperationalError)) throw thrown;
      this.#problem = thrown.message;
      report(log, 'authorities not reloaded', { reason: thrown.message });
      return { kind: 'refused', detail: thrown.message };
    }
    const mended = this.#problem !== null;
    this.#problem = null;
    if (isSame(read.settings, this.#read.settings)) {
      if (mended) this.#reportReloaded(0);
      return { kind: 'done', changed: false, closed: 0 };
    }
    // Until every shard has them they are not in force, and the next reload tries again.
    const closed = await this.#believe(read.settings).catch((cause: unknown) => {
      this.#problem = `not every shard has them: ${cause instanceof Error ? cause.message : String(cause)}`;
      throw cause;
    });
    this.#read = read;
    this.#reportReloaded(closed);
    return { kind: 'done', changed: true, closed };
  }

  #reportReloaded(closed: number): void {
    const { anchors, lists } = this.#read;
    report(this.#parts.log, 'authorities reloaded', { anchors: anchors.length, lists: lists.length, closed });
  }
}

/** Throws PN_AUTHORITIES_INVALID for what is refused, a list older than one that was in force before among it. */
export async function openAuthorityDesk(parts: AuthorityParts): Promise<AuthorityDesk> {
  const { store, source } = parts;
  const read = readAll(source.read());
  const known = await newestIn(store);
  refuseOlder(read.lists, known);
  return new AuthorityDesk(parts, read, await remember(store, read.lists, known));
}

function readAll(settings: AuthoritySettings): Read {
  const anchors = settings.anchors.map((der) => {
    const read = readCertificate(der);
    if (read.kind === 'certificate') return read;
    throw invalid('an anchor is no certificate');
  });
  const lists = settings.revocationLists.map((bytes) => {
    const list = readCrl(bytes);
    const verified = list.kind === 'list' ? verifyCrl(list, anchors, nodeCertificateVerifier) : list;
    if (verified.kind === 'verified') return verified;
    throw invalid(verified.problem);
  });
  return { settings, anchors, lists };
}

/** A replayed old list would bring revoked certificates back (RFC 5280 5.2.3: numbers only grow; threat G10). */
function refuseOlder(lists: readonly VerifiedList[], newest: Newest): void {
  for (const [issuer, age] of newestOf(lists)) {
    const before = newest.get(issuer);
    if (before === undefined || compareCrls(age, before) !== 'older') continue;
    const list = lists.find((each) => issuerOf(each) === issuer);
    const name = list?.list.issuer.display ?? '';
    throw invalid(
      `the revocation list of ${name} is ${displayAge(age)}, and ${displayAge(before)} was in force before`,
    );
  }
}

function newestOf(lists: readonly VerifiedList[], before: Newest = new Map()): Newest {
  const newest = new Map(before);
  for (const each of lists) {
    const issuer = issuerOf(each);
    const { number, thisUpdate } = each.list;
    const known = newest.get(issuer);
    if (known === undefined || compareCrls(each.list, known) === 'newer')
      newest.set(issuer, { number, thisUpdate });
  }
  return newest;
}

/** Written before it counts: after a crash in between, nothing older is taken. */
async function remember(
  store: AuthorityParts['store'],
  lists: readonly VerifiedList[],
  before: Newest,
): Promise<Newest> {
  const newest = newestOf(lists, before);
  const text = JSON.stringify([...newest]);
  if (text !== JSON.stringify([...before])) await store.putBlob(NEWEST_BLOB, utf8(text));
  return newest;
}

async function newestIn(store: AuthorityParts['store']): Promise<Newest> {
  const kept = await store.getBlob(NEWEST_BLOB);
  if (kept === undefined) return new Map();
  return new Map(JSON.parse(new TextDecoder().decode(kept)) as [string, ListAge][]);
}

/** Name and key: another authority of the same name counts its lists by itself. */
const issuerOf = ({ issuer }: VerifiedList): string =>
  toHex(nodeProvider.hash('sha256', concat(issuer.subject.der, issuer.spki)));

const displayAge = ({ number, thisUpdate }: ListAge): string =>
  `${number === undefined ? 'one' : `number ${BigInt(`0x${number}`)}`} of ${new Date(thisUpdate).toISOString()}`;

function isSame(a: AuthoritySettings, b: AuthoritySettings): boolean {
  const text = ({ anchors, subjectRules, revocationLists }: AuthoritySettings): string =>
    JSON.stringify([anchors.map(hash), subjectRules, revocationLists.map(hash)]);
  return text(a) === text(b);
}

function viewAnchor(
  { der, subject, notAfter }: Certificate,
  { subjectRules }: AuthoritySettings,
): AnchorView {
  const fingerprint = hash(der);
  const rules = subjectRules.filter(({ anchorHex }) => anchorHex === fingerprint).length;
  return { fingerprint, subject: subject.display, notAfter, rules };
}

function viewList(verified: VerifiedList, now: WallTime): ListView {
  const { issuer, number = null, thisUpdate, nextUpdate = null, revoked } = verified.list;
  const state = crlFreshness(verified, now);
  return { issuer: issuer.display, number, thisUpdate, nextUpdate, revoked: revoked.size, state };
}

const hash = (bytes: Uint8Array): string => toHex(nodeProvider.hash('sha256', bytes));

const invalid = (message: string): OperationalError =>
  new OperationalError('PN_AUTHORITIES_INVALID', message);

const NEWEST_BLOB = 'revocation-list-numbers';
