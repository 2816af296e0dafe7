/**
 * Authorities: whose certificates this shard believes. A chain is judged by RFC 5280 against the configured anchors;
 * where revocation lists are configured, every issuer on the path needs one that is current, so that a list which is
 * not renewed turns devices away rather than letting revoked ones in.
 *
 * Anchors and lists are replaced while the shard runs. Signatures of a chain that was found good are not checked again
 * for a new list: only what lists say of it.
 */
import { BoundedMap, equalBytes, required, toHex, type WallTime, wallTime } from '../../base/index.ts';
import {
  type Anchor,
  type Certificate,
  crlFreshness,
  matchSubjects,
  nodeCertificateVerifier,
  nodeProvider,
  openAnchors,
  type PathRefusal,
  readCrl,
  type RevocationCheck,
  revocationCheck,
  type SubjectMatch,
  subjectText,
  validatePath,
  type ValidPath,
  type VerifiedList,
  verifyCrl,
} from '../../crypto/index.ts';
import type { AuthoritySettings } from '../ports/index.ts';

/** Who a valid chain speaks of. */
export interface Certified {
  readonly kind: 'certified';
  /** SHA-256 of the anchor's certificate, hexadecimal. */
  readonly anchorHex: string;
  /** What it is registered by; `undefined` for a certificate without a subject that could be written down. */
  readonly subject: string | undefined;
  /** The name that the anchor's rules derive from it. */
  readonly named: SubjectMatch;
  /** From when on this has to be judged anew: a certificate of the path ends, or a list is out of date. */
  readonly until: WallTime;
}

/** A certificate of a path, and who issued it. */
interface Link {
  readonly serialHex: string;
  readonly issuer: Certificate;
}

interface Judged {
  readonly certified: Certified;
  readonly links: readonly Link[];
  /** When the first certificate of the path ends, whatever lists say. */
  readonly pathUntil: WallTime;
  /** Whose lists were asked. */
  readonly generation: number;
}

interface KnownList extends VerifiedList {
  /** As it was configured. */
  readonly bytes: Uint8Array;
}

export class Authorities {
  #settings: AuthoritySettings = NOBODY;
  #anchors: readonly Anchor[] = [];
  #lists: readonly KnownList[] = [];
  #generation = 0;
  /** Chains found good, by hash: devices come back with the same one, at every resumption. */
  readonly #judged = new BoundedMap<string, Judged>(JUDGED_MAX);

  /** The settings were checked where the files were read. */
  constructor(settings: AuthoritySettings) {
    this.replace(settings);
  }

  /** Counts, from 1, what has been believed so far. */
  get generation(): number {
    return this.#generation;
  }

  /** From here on these count, and no others. */
  replace(settings: AuthoritySettings): void {
    const { anchors, subjectRules, revocationLists } = settings;
    const before = this.#settings;
    const same =
      anchors.length === before.anchors.length &&
      anchors.every((der, i) => equalBytes(der, before.anchors[i] as Uint8Array)) &&
      JSON.stringify(subjectRules) === JSON.stringify(before.subjectRules);
    if (!same) {
      this.#anchors = openAnchors(anchors, subjectRules, nodeProvider);
      this.#judged.clear();
    }
    const known = same ? this.#lists : [];
    this.#lists = revocationLists.map(
      (bytes) => known.find((list) => equalBytes(list.bytes, bytes)) ?? this.#read(bytes),
    );
    this.#settings = settings;
    this.#generation++;
  }

  /** Judges a peer's chain, leaf first, at a time that never goes back. */
  judge(chain: readonly Uint8Array[], at: WallTime): Certified | PathRefusal {
    const key = toHex(nodeProvider.hash('sha256', ...chain));
    const known = this.#judged.get(key);
    const still = known && this.#stillGood(known, at);
    if (still !== undefined) {
      if (still !== known) this.#judged.set(key, still);
      return still.certified;
    }
    this.#judged.delete(key);
    const found = this.#validate(chain, at);
    if (found.kind === 'refused') return found;
    if (this.#judged.full) this.#judged.delete(this.#judged.oldest() ?? '');
    this.#judged.set(key, found.judged);
    return found.judged.certified;
  }

  /** What was found before, if it holds at `at` by the lists of today. */
  #stillGood(known: Judged, at: WallTime): Judged | undefined {
    const { certified, links, pathUntil, generation } = known;
    if (generation === this.#generation && at < certified.until) return known;
    if (at >= pathUntil) return undefined;
    const check = this.#checkAt(at);
    if (this.#needsLists && links.some(({ issuer, ...link }) => check(link, issuer) !== 'good'))
      return undefined;
    const until = this.#until(links, pathUntil, at);
    return { ...known, certified: { ...certified, until }, generation: this.#generation };
  }

  #validate(
    chain: readonly Uint8Array[],
    at: WallTime,
  ): { readonly kind: 'good'; readonly judged: Judged } | PathRefusal {
    const path = validatePath({
      chain,
      anchors: this.#anchors.map(({ certificate }) => certificate),
      at,
      purpose: 'client',
      verifier: nodeCertificateVerifier,
      ...(this.#needsLists ? { revocation: { check: this.#checkAt(at), unknown: 'refuse' as const } } : {}),
    });
    if (path.kind === 'refused') return path;
    const { leaf, validUntil: pathUntil } = path;
    const { fingerprintHex: anchorHex, rules } = this.#anchorOf(path);
    const links = linksOf(path);
    const certified: Certified = {
      kind: 'certified',
      anchorHex,
      subject: subjectText(leaf),
      named: matchSubjects(rules, leaf),
      until: this.#until(links, pathUntil, at),
    };
    return { kind: 'good', judged: { certified, links, pathUntil, generation: this.#generation } };
  }

  get #needsLists(): boolean {
    return this.#lists.length > 0;
  }

  #anchorOf({ path }: ValidPath): Anchor {
    const end = required(path.at(-1), 'a path has an end');
    const anchor = this.#anchors.find(({ certificate }) => equalBytes(certificate.der, end.der));
    return required(anchor, 'a path ends at an anchor');
  }

  /** A list that is too old still says who is revoked; that somebody is good, only a current one can say. */
  #checkAt(at: WallTime): RevocationCheck {
    const ever = revocationCheck(this.#lists);
    const current = revocationCheck(this.#lists.filter((list) => isCurrent(list, at)));
    return (certificate, issuer) =>
      ever(certificate, issuer) === 'revoked' ? 'revoked' : current(certificate, issuer);
  }

  /** When the path, or the last list that speaks for one of its issuers, runs out. */
  #until(links: readonly Link[], pathUntil: WallTime, at: WallTime): WallTime {
    if (!this.#needsLists) return pathUntil;
    const ends = links.map(({ issuer }) => {
      const speaking = this.#lists.filter((list) => isCurrent(list, at) && isOf(list, issuer));
      return Math.max(...speaking.map(({ list }) => (list.nextUpdate ?? Number.POSITIVE_INFINITY) + 1));
    });
    return wallTime(Math.min(pathUntil, ...ends));
  }

  #read(bytes: Uint8Array): KnownList {
    const list = readCrl(bytes);
    const issuers = this.#anchors.map(({ certificate }) => certificate);
    const verified = list.kind === 'list' ? verifyCrl(list, issuers, nodeCertificateVerifier) : undefined;
    const good = verified?.kind === 'verified' ? verified : undefined;
    return { ...required(good, 'lists were verified before'), bytes };
  }
}

/** Everything but the anchor, which nobody issued as far as this shard is concerned. */
function linksOf({ path }: ValidPath): readonly Link[] {
  return path.slice(0, -1).map(({ serialHex }, i) => ({
    serialHex,
    issuer: required(path[i + 1], 'the anchor issued the last one'),
  }));
}

function isCurrent(list: VerifiedList, at: WallTime): boolean {
  const freshness = crlFreshness(list, at);
  return freshness === 'current' || freshness === 'no-promise';
}

const isOf = ({ issuer }: VerifiedList, certificate: Certificate): boolean =>
  equalBytes(issuer.subject.der, certificate.subject.der) && equalBytes(issuer.spki, certificate.spki);

const NOBODY: AuthoritySettings = { anchors: [], subjectRules: [], revocationLists: [] };
const JUDGED_MAX = 10_000;
