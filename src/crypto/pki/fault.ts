/**
 * Why bytes of a public key infrastructure are refused: a closed list, with the words an operator reads. Parsers below
 * throw it, and the front door of each format catches it once.
 */
import { PeerFault } from '../../base/index.ts';

export const PKI_FAULTS = {
  truncated: 'ends inside an element',
  'bad-tag': 'has an element of another type than its format asks for',
  'bad-length': 'has a length that is indefinite, not minimal or beyond the bytes there are',
  'trailing-bytes': 'goes on after its end',
  'too-large': 'is larger than the limit',
  'too-deep': 'is nested too deeply',
  'bad-integer': 'has an integer that is not minimal, negative or too long',
  'bad-boolean': 'has a boolean that is neither 0x00 nor 0xff',
  'bad-bit-string': 'has a bit string with unused or misplaced bits',
  'bad-oid': 'has an object identifier that is not well-formed',
  'bad-time': 'has a time that is not of the form RFC 5280 allows',
  'bad-text': 'has a text that its string type does not allow',
  'bad-version': 'is of another version than X.509 v3',
  'unknown-critical':
    'has a critical extension that is not understood here (delta, partial or indirect list)',
  'duplicate-extension': 'has one extension twice',
  'empty-list': 'has a list that must not be empty',
  'algorithms-differ': 'names one signature algorithm inside and another outside',
  'unique-identifier': 'has a unique identifier, which RFC 5280 forbids',
} as const satisfies Record<string, string>;

export type PkiFault = keyof typeof PKI_FAULTS;

/** Throws the fault; for use inside parsers that run under {@link decoding}. */
export function refuse(fault: PkiFault): never {
  throw new PeerFault<PkiFault>(fault);
}

export type Malformed = { readonly kind: 'malformed'; readonly fault: PkiFault };

/** Runs a parser: its result, or the fault that it found. Whatever else it throws is a bug and passes through. */
export function decoding<T>(parse: () => T): T | Malformed {
  try {
    return parse();
  } catch (error) {
    if (error instanceof PeerFault) return { kind: 'malformed', fault: error.reason as PkiFault };
    throw error;
  }
}
