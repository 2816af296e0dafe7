/**
 * What BoringSSL's test runner asks of a shim on its command line. A flag that is not in the table asks for something
 * that we do not do: the shim then says "unimplemented" (exit code 89), never "passed".
 */
import { signatureById } from '../../src/dtls/suite/signatures.ts';

export interface Flags {
  /** Role of the shim. */
  readonly server: boolean;
  readonly port: number;
  /** Connections after the first, each of them to be resumed. */
  readonly resumptions: number;
  /** Settings of the first connection and of those after it. */
  readonly initial: Wishes;
  readonly resumed: Wishes;
}

/** What one connection is to do and to check. */
export interface Wishes {
  /** Flags without a value that were given, without their dash. */
  readonly on: ReadonlySet<string>;
  /** Values of the others. */
  readonly values: ReadonlyMap<string, string>;
}

/** The flags, or the first word that nobody here understands. */
export function parseFlags(words: readonly string[]): Flags | { readonly unknown: string } {
  const initial = { on: new Set<string>(), values: new Map<string, string>() };
  const resumed = { on: new Set<string>(), values: new Map<string, string>() };
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    const only = /^-on-(initial|resume)-/.exec(word)?.[1];
    const name = word.replace(/^-(?:on-(?:initial|resume)-)?/, '');
    const targets = only === 'initial' ? [initial] : only === 'resume' ? [resumed] : [initial, resumed];
    if (!word.startsWith('-')) return { unknown: word };
    if (SWITCHES.has(name)) {
      for (const target of targets) target.on.add(name);
      continue;
    }
    const takes = VALUES[name];
    const value = words[++at];
    if (takes === undefined || value === undefined || !takes(value)) return { unknown: `${word} ${value}` };
    for (const target of targets) target.values.set(name, value);
  }
  if (!initial.on.has('dtls')) return { unknown: 'a protocol other than DTLS' };
  if (!initial.on.has('server') && resumed.on.has('reverify-on-resume'))
    return { unknown: 'a client that judges twice' };
  return {
    server: initial.on.has('server'),
    port: Number(initial.values.get('port')),
    resumptions: Number(initial.values.get('resume-count') ?? 0),
    initial,
    resumed,
  };
}

/** Flags without a value. */
const SWITCHES: ReadonlySet<string> = new Set([
  'dtls',
  'server',
  // Answers of the driver come in another turn of the event loop.
  'async',
  'shim-writes-first',
  'shim-shuts-down',
  'check-close-notify',
  'require-any-client-certificate',
  'verify-peer',
  'verify-fail',
  'reverify-on-resume',
  'use-export-context',
  'expect-extended-master-secret',
  'expect-session-miss',
  'expect-session-id',
  'expect-no-session-id',
  // What these ask for is all we ever do, or how BoringSSL's interface is used, of which ours has nothing.
  'implicit-handshake',
  'no-tls1',
  'no-tls11',
  'no-tls13',
  'no-ticket',
  'use-early-callback',
  'use-custom-verify-callback',
  'use-old-client-cert-callback',
  'expect-verify-result',
  'expect-no-hrr',
  'decline-alpn',
]);

const any = (): boolean => true;
const version12 = (relation: (version: number) => boolean) => (value: string) => relation(Number(value));

/** Flags with a value, and the values that we can go along with. */
const VALUES: Readonly<Record<string, (value: string) => boolean>> = {
  port: any,
  'resume-count': any,
  'key-file': any,
  'cert-file': any,
  psk: any,
  'psk-identity': any,
  mtu: any,
  'initial-timeout-duration-ms': any,
  'quic-use-legacy-codepoint': any,
  'verify-prefs': (value) => signatureById(Number(value)) !== undefined,
  'export-keying-material': any,
  'export-label': any,
  'export-context': any,
  'min-version': version12((version) => version <= 0x0303 || version === 0xfefd || version === 0xfeff),
  'max-version': version12((version) => version === 0x0303 || version === 0x0304 || version === 0xfefd),
  'expect-version': version12((version) => version === 0xfefd),
};
