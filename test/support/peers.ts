/**
 * The software of others that the interop tests speak to, and whether this machine has it.
 *
 * `withPeer` registers a suite that gets the peer. Where the peer is missing, the suite is one skipped test that says
 * what to install; where the environment says CI=true it is a failing test, so that a build machine cannot go quiet.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type CProgram, compiled, preprocessed } from './c-programs.ts';
import { madeBy, type Missing } from './debian-source.ts';

export type PeerName = keyof typeof peers;

/** A peer that is here: how to call it, and its version as it says itself. */
export type Peer = { readonly name: PeerName; readonly version: string; readonly command: string };

export type MissingPeer = { readonly name: PeerName; readonly missing: string };

/** Looks for a peer once per process. The sentence of a missing one names the Debian packages. */
export function peer(name: PeerName): Peer | MissingPeer {
  const known = found.get(name);
  if (known !== undefined) return known;
  const definition: PeerDefinition = peers[name];
  const present = definition.look();
  const answer =
    present === undefined
      ? { name, missing: `${name} is not here; get it with: ${definition.install}` }
      : 'missing' in present
        ? { name, missing: `${name} cannot be had: ${present.missing}` }
        : { name, ...present };
  found.set(name, answer);
  return answer;
}

/** A suite that needs a peer; `title` is printed with the peer's version. */
export function withPeer(name: PeerName, title: string, suite: (peer: Peer) => void): void {
  const answer = peer(name);
  if (!('missing' in answer)) {
    describe(`${title} (${answer.version})`, () => suite(answer));
    return;
  }
  const definition: PeerDefinition = peers[name];
  const mustBeHere = process.env['CI'] === 'true' && definition.optional !== true;
  test(title, { skip: mustBeHere ? false : answer.missing }, () => {
    throw new Error(`${answer.missing} (CI=true forbids to skip it)`);
  });
}

type Present = { readonly version: string; readonly command: string };
type PeerDefinition = {
  /** What a person does to get it. */
  readonly install: string;
  /** May be missing even where CI=true. */
  readonly optional?: true;
  look(): Present | Missing | undefined;
};

const peers = {
  openssl: {
    install: 'sudo apt-get install openssl',
    look: () => printedVersion('openssl', ['version'], /OpenSSL (\S+)/),
  },
  'coap-client-openssl': {
    install: 'sudo apt-get install libcoap3-bin',
    look: () => printedVersion('coap-client-openssl', ['-?'], /client-openssl v(\S+)/),
  },
  'coap-client-gnutls': {
    install: 'sudo apt-get install libcoap3-bin',
    look: () => printedVersion('coap-client-gnutls', ['-?'], /client-gnutls v(\S+)/),
  },
  'coap-server-openssl': {
    install: 'sudo apt-get install libcoap3-bin',
    look: () => printedVersion('coap-server-openssl', ['-?'], /server-openssl v(\S+)/),
  },
  'coap-server-gnutls': {
    install: 'sudo apt-get install libcoap3-bin',
    look: () => printedVersion('coap-server-gnutls', ['-?'], /server-gnutls v(\S+)/),
  },
  'gnutls-cli': {
    install: 'sudo apt-get install gnutls-bin',
    look: () => printedVersion('gnutls-cli', ['--version'], /gnutls-cli (\S+)/),
  },
  'node-dtls-client': {
    install: 'npm ci',
    look: () => npmPackage('node-dtls-client'),
  },
  mbedtls: {
    install: 'sudo apt-get install gcc libc6-dev libmbedtls-dev',
    look: () => cPeer('mbedtls/version.h', 'MBEDTLS_VERSION_STRING', mbedtlsClient),
  },
  'mbedtls-3': {
    install: 'sudo apt-get install gcc libc6-dev bzip2',
    look: () => {
      const made = madeBy(new URL('../interop/mbedtls/fetch-library.sh', import.meta.url), 'mbedtls-3');
      if ('missing' in made) return made;
      const { folder: from } = made;
      const program = { ...mbedtlsClient, name: 'mbedtls-3-client', libraries: ['mbedtls3'], from };
      return cPeer('mbedtls/version.h', 'MBEDTLS_VERSION_STRING', program);
    },
  },
  wolfssl: {
    install: 'sudo apt-get install gcc libc6-dev libwolfssl-dev',
    look: () => cPeer('wolfssl/version.h', 'LIBWOLFSSL_VERSION_STRING', wolfsslClient),
  },
  tshark: {
    install: 'sudo apt-get install tshark',
    optional: true,
    look: () => printedVersion('tshark', ['--version'], /TShark \(Wireshark\) ([^\s]+)/),
  },
} as const satisfies Record<string, PeerDefinition>;

function printedVersion(command: string, args: readonly string[], pattern: RegExp): Present | undefined {
  const { error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 10_000 });
  if (error !== undefined) return undefined;
  return { command, version: pattern.exec(stdout + stderr)?.[1] ?? 'version unknown' };
}

function npmPackage(name: string): Present | undefined {
  const manifest = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  if (!existsSync(manifest)) return undefined;
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return { command: name, version };
}

function cPeer(header: string, expression: string, program: CProgram): Present | undefined {
  const version = preprocessed(header, expression, program.from);
  if (version === undefined) return undefined;
  return { version: version.replaceAll('"', ''), command: compiled(program) };
}

const commonHeader = new URL('../interop/support/peer-client.h', import.meta.url);
const mbedtlsClient: CProgram = {
  name: 'mbedtls-client',
  source: new URL('../interop/mbedtls/client.c', import.meta.url),
  includes: [commonHeader],
  libraries: ['mbedtls', 'mbedx509', 'mbedcrypto'],
};
const wolfsslClient: CProgram = {
  name: 'wolfssl-client',
  source: new URL('../interop/wolfssl/client.c', import.meta.url),
  includes: [commonHeader],
  libraries: ['wolfssl'],
};

const found = new Map<PeerName, Peer | MissingPeer>();
