/**
 * Why bytes from a tag are refused: a closed list, with the words that a person reads. Parsers throw it, and the front
 * door of each format catches it once.
 */
import { PeerFault } from '../base/index.ts';

export const ENROLMENT_FAULTS = {
  'too-large': 'is larger than an enrolment message can be',
  empty: 'holds no record',
  truncated: 'ends inside a record',
  'trailing-bytes': 'goes on after its last record',
  'too-many-records': 'has more records than an enrolment message can have',
  'bad-begin': 'does not begin with its first record, or begins twice',
  'chunked-record': 'has a record in chunks, which is not read here',
  'reserved-format': 'has a record of a reserved type name format',
  'misplaced-field': 'has a record with a type, an id or a payload that its type name format forbids',
  'missing-type': 'has a record without the type that its type name format asks for',
  'bad-type': 'has a record type that is not printable ASCII',
  'bad-uri': 'has a URI that is not UTF-8, or abbreviated in a way that nobody defined',
  'no-enrolment': 'has no enrolment record in it',
  'two-enrolments': 'has more than one enrolment record in it',
  'bad-cbor': 'has an enrolment record that is not CBOR in its shortest form',
  'not-a-map': 'has an enrolment record that is no map',
  'unknown-version': 'has an enrolment record of a version that is not known here',
  'unknown-member': 'has an enrolment record with a member that is not known here',
  'bad-member': 'has an enrolment record with a member of a wrong type or size',
  'unclear-kind': 'has an enrolment record that is not exactly one of key, public key and claim code',
} as const satisfies Record<string, string>;

export type EnrolmentFault = keyof typeof ENROLMENT_FAULTS;

export type Malformed = { readonly kind: 'malformed'; readonly fault: EnrolmentFault };

/** Throws the fault; for use inside parsers that run under {@link decoding}. */
export function refuse(fault: EnrolmentFault): never {
  throw new PeerFault<EnrolmentFault>(fault);
}

/** Runs a parser: its result, or the fault that it found. Whatever else it throws is a bug and passes through. */
export function decoding<T>(parse: () => T): T | Malformed {
  try {
    return parse();
  } catch (error) {
    if (error instanceof PeerFault) return { kind: 'malformed', fault: error.reason as EnrolmentFault };
    throw error;
  }
}
