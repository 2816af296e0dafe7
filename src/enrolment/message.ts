/**
 * What is written to a tag: a URI record, which every phone understands, and the enrolment record. The URI holds no
 * secret: phones hand it to whatever application asks.
 */
import { EMPTY } from '../base/index.ts';
import { type Malformed, refuse, decoding } from './fault.ts';
import { decodeNdef, encodeNdef, type NdefRecord } from './ndef.ts';
import { decodeEnrolment, type Enrolment, encodeEnrolment } from './record.ts';
import { isUriRecord, uriOf, uriRecord } from './uri-record.ts';

export interface EnrolmentMessage {
  readonly kind: 'enrolment';
  readonly enrolment: Enrolment;
  /** Of the URI record, if there is one. */
  readonly uri: string | null;
}

/** The URI of a tag: the gateway where it is known, else the device. */
export function enrolmentUri({ device, gateway }: Pick<Enrolment, 'device' | 'gateway'>): string {
  return gateway ?? (device === null ? 'postern:enrolment' : `postern:device/${encodeURIComponent(device)}`);
}

/** The NDEF message of an enrolment. */
export function encodeEnrolmentMessage(enrolment: Enrolment): Uint8Array {
  const payload = encodeEnrolment(enrolment);
  const record: NdefRecord = { format: 'media', type: ENROLMENT_MEDIA_TYPE, id: EMPTY, payload };
  return encodeNdef([uriRecord(enrolmentUri(enrolment)), record]);
}

/** Reads an NDEF message with exactly one enrolment record in it; other records are passed over. */
export function decodeEnrolmentMessage(bytes: Uint8Array): EnrolmentMessage | Malformed {
  const message = decodeNdef(bytes);
  if (message.kind === 'malformed') return message;
  return decoding(() => {
    const { records } = message;
    const [found, second] = records.filter(isEnrolmentRecord);
    if (second !== undefined) refuse('two-enrolments');
    const enrolment = decodeEnrolment((found ?? refuse('no-enrolment')).payload);
    if (enrolment.kind === 'malformed') return enrolment;
    const link = records.find(isUriRecord);
    return { kind: 'enrolment', enrolment, uri: link === undefined ? null : uriOf(link) };
  });
}

/** Types of media are compared without regard to case (RFC 2045 section 5.1). */
const isEnrolmentRecord = ({ format, type }: NdefRecord): boolean =>
  format === 'media' && type.toLowerCase() === ENROLMENT_MEDIA_TYPE;

export const ENROLMENT_MEDIA_TYPE = 'application/vnd.postern.enrolment+cbor';
