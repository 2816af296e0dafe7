/**
 * Authorities: whose certificates this shard believes. A chain is judged by RFC 5280 against the configured anchors;
 * where revocation lists are configured, every issuer on the path needs one that is current, so that a list which is
 * not renewed turns devices away rather than letting revoked ones in.
 */
import { BoundedMap, required, toHex, type WallTime } from '../../base/index.ts';
import {
  type Certificate,
  crlFreshness,
  nodeCertificateVerifier,
  nodeProvider,
  type PathRefusal,
  readCertificate,
  readCrl,
  type RevocationAnswer,
  revocationCheck,
  validatePath,
  type VerifiedList,
  verifyCrl,
} from '../../crypto/index.ts';
import type { AuthoritySettings } from '../ports/index.ts';

/** Who a valid chain speaks of. */
export interface Certified {
  readonly kind: 'certified';
  /** SHA-256 of the anchor's certificate, hexadecimal. */
  readonly anchorHex: string;
  /** RFC 4514. */
  readonly subject: string;
}

export class Authorities {
  readonly #anchors: readonly Certificate[];
  readonly #lists: readonly VerifiedList[];
  readonly #needsLists: boolean;
  /** Chains found good, by hash, and how long that holds: devices come back with the same one, at every resumption. */
  readonly #judged = new BoundedMap<string, { certified: Certified; until: WallTime }>(JUDGED_MAX);

  /** The settings were checked where the files were read. */
  constructor({ anchors, revocationLists }: AuthoritySettings) {
    this.#anchors = anchors.map((der) => {
      const read = readCertificate(der);
      return required(read.kind === 'certificate' ? read : undefined, 'anchors were read before');
    });
    this.#lists = revocationLists.map((bytes) => {
      const list = readCrl(bytes);
      const verified =
        list.kind === 'list' ? verifyCrl(list, this.#anchors, nodeCertificateVerifier) : undefined;
      return required(verified?.kind === 'verified' ? verified : undefined, 'lists were verified before');
    });
    this.#needsLists = revocationLists.length > 0;
  }

  /** Judges a peer's chain, leaf first, at a time that never goes back. */
  judge(chain: readonly Uint8Array[], at: WallTime): Certified | PathRefusal {
    // What revocation lists say changes by itself with time: then every chain is judged anew.
    if (this.#needsLists) return this.#validate(chain, at).found;
    const key = toHex(nodeProvider.hash('sha256', ...chain));
    const known = this.#judged.get(key);
    if (known !== undefined && at < known.until) return known.certified;
    const { found, until } = this.#validate(chain, at);
    if (found.kind === 'certified' && until !== undefined) {
      if (this.#judged.full) this.#judged.delete(this.#judged.oldest() ?? '');
      this.#judged.set(key, { certified: found, until });
    }
    return found;
  }

  #validate(
    chain: readonly Uint8Array[],
    at: WallTime,
  ): { found: Certified | PathRefusal; until?: WallTime } {
    const judged = validatePath({
      chain,
      anchors: this.#anchors,
      at,
      purpose: 'client',
      verifier: nodeCertificateVerifier,
      ...(this.#needsLists ? { revocation: { check: this.#checkAt(at), unknown: 'refuse' as const } } : {}),
    });
    if (judged.kind === 'refused') return { found: judged };
    const anchor = required(judged.path.at(-1), 'a path has an end');
    const anchorHex = toHex(nodeProvider.hash('sha256', anchor.der));
    const { display: subject } = judged.leaf.subject;
    return { found: { kind: 'certified', anchorHex, subject }, until: judged.validUntil };
  }

  /** A list that is too old still says who is revoked; that somebody is good, only a current one can say. */
  #checkAt(at: WallTime): (certificate: Certificate, issuer: Certificate) => RevocationAnswer {
    const ever = revocationCheck(this.#lists);
    const current = revocationCheck(
      this.#lists.filter((list) => {
        const freshness = crlFreshness(list, at);
        return freshness === 'current' || freshness === 'no-promise';
      }),
    );
    return (certificate, issuer) =>
      ever(certificate, issuer) === 'revoked' ? 'revoked' : current(certificate, issuer);
  }
}

/** When the first certificate of a chain, the peer's own, ends; `null` for bytes that are none. */
export function leafEnd(chain: readonly Uint8Array[]): WallTime | null {
  const leaf = readCertificate(chain[0] ?? new Uint8Array(0));
  return leaf.kind === 'certificate' ? leaf.notAfter : null;
}

const JUDGED_MAX = 10_000;
