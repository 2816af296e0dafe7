/** What a device shall prove itself with, as `device add`, `rotate`, `transfer` and `reset` take it. */
import type { Command } from 'commander';
import { toHex } from '../base/index.ts';
import { pem } from '../crypto/index.ts';
import type { Enrolment } from '../enrolment/index.ts';
import { CommandFault, EXIT } from './fault.ts';
import { readCertificates, readInput, readKeyFile, readPublicKey } from './key-file.ts';
import type { RevealOptions } from './reveal.ts';
import type { Terminal } from './terminal.ts';
import type { NewKeyWish, NewPskWish } from './views.ts';

export interface CredentialOptions {
  readonly psk?: boolean;
  readonly rpk?: string;
  readonly cert?: string;
  /** The authority; true: the only one that has rules. */
  readonly certByName?: string | true;
  readonly identity?: string;
  readonly keyFile?: string;
}

export function addCredentialOptions(command: Command): Command {
  return command
    .option('--psk', 'with a pre-shared key that the gateway makes and shows once (the default)')
    .option('--rpk <file>', 'with a raw public key: PEM, DER, base64 or JWK, - for standard input')
    .option('--cert <file>', 'with a certificate, PEM or DER, of an authority that the gateway believes')
    .option(
      '--cert-by-name [authority]',
      "with any certificate that the authority's rules (dtls.subject_rules) derive this name from",
    )
    .option('--identity <id>', 'import: its PSK identity, text or hex:...')
    .option('--key-file <file>', 'import: file with its key in hexadecimal, - for standard input');
}

/** Refuses options of more than one kind of credential; `besides` counts as one more. */
export function requireOneKind(options: CredentialOptions, besides: boolean = false): void {
  const { psk, identity, keyFile, rpk, cert, certByName } = options;
  const preShared = psk === true || identity !== undefined || keyFile !== undefined;
  const own = [rpk, cert, certByName].filter((each) => each !== undefined).length;
  const kinds = own + [preShared, besides].filter(Boolean).length;
  if (kinds <= 1) return;
  const hint = '--psk (also --identity with --key-file), --rpk, --cert and --cert-by-name exclude each other';
  throw new CommandFault(EXIT.usage, 'a device is given one kind of credential at a time', hint);
}

/** True when the options name what the credential shall be. */
export const namesCredential = ({ psk, identity, keyFile, ...own }: CredentialOptions): boolean =>
  psk === true ||
  [identity, keyFile, own.rpk, own.cert, own.certByName].some((option) => option !== undefined);

/**
 * The credential that the options ask for; without any, a pre-shared key made by the gateway, which reaches the device
 * in the way that the options show it.
 */
export async function credentialWish(
  options: CredentialOptions & RevealOptions,
  terminal: Terminal,
): Promise<NewPskWish | NewKeyWish> {
  requireOneKind(options);
  const { rpk, cert, certByName, identity, keyFile } = options;
  if (rpk !== undefined) return { kind: 'rpk', publicKey: await readPublicKey(rpk, terminal) };
  if (cert !== undefined) return { kind: 'x509', certificate: await readCertificates(cert, terminal) };
  if (certByName !== undefined)
    return { kind: 'x509', byName: true, ...(certByName === true ? {} : { anchor: certByName }) };
  if (identity === undefined && keyFile === undefined) {
    if (options.ndef !== undefined) return { kind: 'psk', established: 'nfc' };
    const printed = options.qr === 'svg' || options.qr === 'png';
    return printed ? { kind: 'psk', established: 'printed' } : { kind: 'psk' };
  }
  if (identity === undefined || keyFile === undefined) {
    const message = 'an imported key needs both --identity and --key-file';
    throw new CommandFault(EXIT.usage, message, 'leave both away and the gateway makes identity and key');
  }
  const keyHex = await readKeyFile(keyFile, terminal);
  return identity.startsWith('hex:')
    ? { kind: 'psk', identityHex: identity.slice(4), keyHex }
    : { kind: 'psk', identity, keyHex };
}

/** What a tag says, from a file with the bytes of its NDEF message. */
export async function readTag(file: string, terminal: Terminal): Promise<Enrolment> {
  const { decodeEnrolmentMessage, ENROLMENT_FAULTS } = await import('../enrolment/index.ts');
  const decoded = decodeEnrolmentMessage(await readInput(file, terminal));
  if (decoded.kind === 'enrolment') return decoded.enrolment;
  const what = file === '-' ? 'standard input' : file;
  const hint = 'it takes the bytes of one NDEF message, without the TLV that tags put around it';
  throw new CommandFault(EXIT.usage, `${what} ${ENROLMENT_FAULTS[decoded.fault]}`, hint);
}

/** The credential on a tag. */
export function wishOnTag(tag: Enrolment): NewPskWish | NewKeyWish {
  switch (tag.kind) {
    case 'psk': {
      const [identityHex, keyHex] = [toHex(tag.identity), toHex(tag.key)];
      return { kind: 'psk', identityHex, keyHex, established: 'nfc' };
    }
    case 'rpk':
      return { kind: 'rpk', publicKey: pem('PUBLIC KEY', tag.publicKey), established: 'nfc' };
    case 'claim': {
      const hint = 'postern claim --ndef-import FILE --user USER makes somebody its owner';
      throw new CommandFault(EXIT.usage, 'the tag holds a claim code, and no key of a device', hint);
    }
  }
}
