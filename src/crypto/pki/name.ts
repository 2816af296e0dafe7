/** Distinguished names (RFC 5280 4.1.2.4): kept as they are encoded, shown as RFC 4514 writes them. */
import { toHex } from '../../base/index.ts';
import { type DerElement, type DerReader, TAG, textOf } from './der.ts';
import { refuse } from './fault.ts';

export interface DistinguishedName {
  /** As encoded; names are equal when these bytes are. */
  readonly der: Uint8Array;
  /** RFC 4514: `CN=lock-1,O=Example`, most specific part first; safe to print. */
  readonly display: string;
  /** Every common name, in order; more than one is legal and ambiguous. */
  readonly commonNames: readonly string[];
}

/** Reads a Name. Throws a fault (see fault.ts). */
export function readName(reader: DerReader): DistinguishedName {
  const element = reader.element(TAG.sequence);
  const parts: string[] = [];
  const commonNames: string[] = [];
  const sets = reader.within(element.content);
  while (!sets.done) {
    const set = sets.inside(TAG.set);
    if (set.done) refuse('empty-list');
    const attributes: string[] = [];
    while (!set.done) {
      const attribute = set.sequence();
      const type = attribute.oid();
      const value = attribute.any();
      attribute.end();
      const text = textOf(value);
      if (type === OID_COMMON_NAME && text !== undefined) commonNames.push(text);
      attributes.push(`${ATTRIBUTES[type] ?? type}=${displayValue(value, text)}`);
    }
    parts.unshift(attributes.join('+'));
  }
  // Names of the peer's choosing are copied: the certificate they came in is borrowed.
  return { der: element.whole.slice(), display: parts.join(','), commonNames };
}

/** RFC 4514 2.4, and everything that is not plain printable text as `\xx`: it ends up in logs and on terminals. */
function displayValue(value: DerElement, text: string | undefined): string {
  if (text === undefined) return `#${toHex(value.whole)}`;
  return text
    .replaceAll(/[,+"\\<>;=]/g, (letter) => `\\${letter}`)
    .replaceAll(/^[ #]|(?<!^) $/g, (letter) => `\\${letter}`)
    .replaceAll(
      /[\p{C}\p{Zl}\p{Zp}]/gu,
      (letter) => `\\u{${(letter.codePointAt(0) as number).toString(16)}}`,
    );
}

const OID_COMMON_NAME = '2.5.4.3';

const ATTRIBUTES: Readonly<Record<string, string>> = {
  [OID_COMMON_NAME]: 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.42': 'GN',
  '2.5.4.46': 'dnQualifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
};
