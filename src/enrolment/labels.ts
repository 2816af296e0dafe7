/** Rows for label printers: CSV as RFC 4180 has it, one line for each device, with what the device must be given. */
import { pskQrText } from './qr-text.ts';

/** A device whose key was just made. */
export interface Label {
  readonly name: string;
  readonly owner: string;
  /** As text, or `hex:...`. */
  readonly identity: string;
  readonly identityHex: string;
  readonly keyHex: string;
}

/** The first line, which names the columns. */
export const labelHead = (): string => line(HEAD);

/** One line for each label, each ended by CR LF (RFC 4180 section 2). */
export function labelLines(labels: readonly Label[]): string {
  return labels
    .map(({ name, owner, identity, identityHex, keyHex }) =>
      line([name, owner, identity, keyHex, pskQrText(identityHex, keyHex)]),
    )
    .join('');
}

const line = (fields: readonly string[]): string => `${fields.map(field).join(',')}\r\n`;

/** Quoted where it would be misread (RFC 4180 section 2, rules 6 and 7). */
function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const HEAD = ['name', 'owner', 'identity', 'key', 'qr'];
