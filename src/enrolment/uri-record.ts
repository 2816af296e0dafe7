/** URI records (NFC Forum, URI Record Type Definition 1.0): an abbreviation code, then the rest of the URI in UTF-8. */
import { concat, EMPTY, fromUtf8, utf8 } from '../base/index.ts';
import { refuse } from './fault.ts';
import type { NdefRecord } from './ndef.ts';

/** A record that holds `uri`, unabbreviated: no abbreviation exists for what Postern writes. */
export function uriRecord(uri: string): NdefRecord {
  const payload = concat(new Uint8Array([0]), utf8(uri));
  return { format: 'well-known', type: 'U', id: EMPTY, payload };
}

export const isUriRecord = ({ format, type }: NdefRecord): boolean => format === 'well-known' && type === 'U';

/** The URI of a URI record, with its abbreviation written out (section 3.2.2). */
export function uriOf({ payload }: NdefRecord): string {
  const [code] = payload;
  const prefix = code === undefined ? undefined : ABBREVIATIONS[code];
  const rest = fromUtf8(payload.subarray(1));
  return prefix === undefined || rest === undefined ? refuse('bad-uri') : prefix + rest;
}

/** Table 3, by code. */
const ABBREVIATIONS = [
  '',
  'http://www.',
  'https://www.',
  'http://',
  'https://',
  'tel:',
  'mailto:',
  'ftp://anonymous:anonymous@',
  'ftp://ftp.',
  'ftps://',
  'sftp://',
  'smb://',
  'nfs://',
  'ftp://',
  'dav://',
  'news:',
  'telnet://',
  'imap:',
  'rtsp://',
  'urn:',
  'pop:',
  'sip:',
  'sips:',
  'tftp:',
  'btspp://',
  'btl2cap://',
  'btgoep://',
  'tcpobex://',
  'irdaobex://',
  'file://',
  'urn:epc:id:',
  'urn:epc:tag:',
  'urn:epc:pat:',
  'urn:epc:raw:',
  'urn:epc:',
  'urn:nfc:',
];
