/** Tells the usual documents in DER apart by their outermost shape, to say what was found where a key should be. */
import { DerReader, derDocument, TAG } from './der.ts';
import { decoding } from './fault.ts';

export type DerKind =
  | { readonly kind: 'spki' }
  | { readonly kind: 'certificate' }
  | {
      readonly kind: 'private-key';
      readonly format: 'pkcs8' | 'sec1' | 'pkcs1' | 'encrypted-pkcs8';
    }
  | { readonly kind: 'other'; readonly words: string };

/** What DER looks like from outside; nothing inside is judged. */
export function describeDer(der: Uint8Array): DerKind {
  const kind = decoding((): DerKind => {
    const outer = derDocument(der, BYTES_MAX);
    const first = outer.any();
    if (first.tag === TAG.integer) return beginningWithNumber(first.content, outer);
    if (first.tag !== TAG.sequence || outer.done) return other('something that is no key');
    const second = outer.any();
    if (second.tag === TAG.bitString && outer.done) return { kind: 'spki' };
    if (second.tag === TAG.sequence && outer.nextTag === TAG.bitString) {
      return isRequest(first.content) ? other('a certificate request') : { kind: 'certificate' };
    }
    if (second.tag === TAG.octetString && outer.done)
      return { kind: 'private-key', format: 'encrypted-pkcs8' };
    return other('something that is no key');
  });
  return kind.kind === 'malformed' ? other('bytes that are not DER, or damaged') : kind;
}

/** PKCS #8 (RFC 5958), SEC 1 (RFC 5915) and PKCS #1 (RFC 8017) keys, and PKCS #12, begin with a version. */
function beginningWithNumber(version: Uint8Array, outer: DerReader): DerKind {
  switch (outer.nextTag) {
    case TAG.octetString:
      return { kind: 'private-key', format: 'sec1' };
    case TAG.sequence:
      return version[0] === 3 ? other('a PKCS #12 store') : { kind: 'private-key', format: 'pkcs8' };
    case TAG.integer: {
      outer.any();
      const isPublic = outer.done;
      return isPublic ? other('an RSA public key (PKCS #1)') : { kind: 'private-key', format: 'pkcs1' };
    }
    default:
      return other('something that is no key');
  }
}

/** A request (RFC 2986) begins with its version, a v3 certificate with a tagged one, a list with an algorithm. */
const isRequest = (content: Uint8Array): boolean => new DerReader(content).nextTag === TAG.integer;

const other = (words: string): DerKind => ({ kind: 'other', words });

const BYTES_MAX = 65_536;
