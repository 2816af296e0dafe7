/** BoringSSL's test runner: built once per machine from Debian's source, then run with our shim. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Missing, ownFolder } from '../support/debian-source.ts';
import { boringSslSource, ensureGo, GO_LIBRARIES } from './debian.ts';
import { RESOURCES } from './identity.ts';

export interface Runner {
  readonly binary: string;
  /** Its folder, with the certificates and keys that it hands to the shim. */
  readonly resources: string;
  readonly cache: string;
}

/** What the runner said in one run. */
export interface Outcome {
  readonly verdicts: ReadonlyMap<string, 'PASS' | 'FAIL' | 'SKIP'>;
  readonly output: string;
}

export function preparedRunner(): Runner | Missing {
  const missing = ensureGo();
  if (missing !== undefined) return missing;
  const cache = ownFolder('bogo');
  const source = boringSslSource();
  if (typeof source !== 'string') return source;
  const resources = join(source, FOLDER);
  const original = readFileSync(join(resources, 'runner.go'), 'utf8');
  const altered = ALTERATIONS.reduce(alter, original);
  const binary = join(cache, `runner-${createHash('sha256').update(altered).digest('hex').slice(0, 16)}`);
  if (!existsSync(binary)) build(cache, source, altered, binary);
  return { binary, resources, cache };
}

/** Runs the tests of these names, all when there are none given; `shim` is a shell script made for this run. */
export async function runTests(
  runner: Runner,
  shim: string,
  options: { names?: readonly string[]; config?: string; workers: number },
): Promise<Outcome> {
  const results = join(runner.cache, `results-${process.pid}.json`);
  const words = ['-pipe', '-allow-unimplemented', '-shim-path', shim, '-resource-dir', runner.resources];
  words.push('-num-workers', String(options.workers), '-idle-timeout', '10s', '-json-output', results);
  if (options.config !== undefined) words.push('-shim-config', options.config);
  if (options.names !== undefined) words.push('-test', options.names.join(';'));
  const output = await outputOf(runner.binary, words, runner.resources);
  if (!existsSync(results))
    throw new RangeError(`the runner did not come to an end: ${output.slice(0, 2_000)}`);
  const { tests } = JSON.parse(readFileSync(results, 'utf8')) as {
    tests: Record<string, { actual: string }>;
  };
  rmSync(results);
  rmSync(shim);
  const verdicts = Object.entries(tests).map(([name, { actual }]) => [name, actual as 'PASS'] as const);
  return { verdicts: new Map(verdicts), output };
}

/** The command that the runner starts for each test. */
export function shimScript(runner: Runner): string {
  const shim = fileURLToPath(new URL('shim.ts', import.meta.url));
  return script(runner, 'shim', [
    // Starting takes longer than most tests: what the shim is compiled to is kept.
    `export NODE_COMPILE_CACHE='${join(runner.cache, 'compiled')}' ${RESOURCES}='${runner.resources}'`,
    `exec '${process.execPath}' '${shim}' "$@"`,
  ]);
}

/** Fails every test of DTLS at once and does none of the others: what the runner then says tells them apart. */
export function surveyScript(runner: Runner): string {
  return script(runner, 'survey', ['case " $* " in *" -dtls "*) exit 1;; esac', 'exit 89']);
}

function script(runner: Runner, name: string, lines: readonly string[]): string {
  const file = join(runner.cache, `${name}-${process.pid}.sh`);
  const handshaker = 'if [ "$1" = -is-handshaker-supported ]; then echo No; exit 0; fi';
  writeFileSync(file, ['#!/bin/sh', handshaker, ...lines, ''].join('\n'));
  chmodSync(file, 0o700);
  return file;
}

/** In a Go workspace of its own: no module is downloaded, everything is on the machine. */
function build(cache: string, source: string, altered: string, binary: string): void {
  const workspace = join(cache, 'go');
  const module = join(workspace, 'src', MODULE);
  for (const folder of [FOLDER, 'util/testresult'])
    cpSync(join(source, folder), join(module, folder), { recursive: true });
  writeFileSync(join(module, FOLDER, 'runner.go'), altered);
  const environment = {
    ...process.env,
    GO111MODULE: 'off',
    GOFLAGS: '',
    GOPATH: `${workspace}:${GO_LIBRARIES}`,
    GOCACHE: join(cache, 'go-build'),
  };
  const built = `${binary}.new-${process.pid}`;
  const words = ['test', '-c', '-o', built, '.'];
  execFileSync('go', words, { cwd: join(module, FOLDER), env: environment, stdio: 'pipe', timeout: 300_000 });
  renameSync(built, binary);
}

function alter(text: string, { from, to }: { from: string; to: string }): string {
  if (!text.includes(from)) throw new RangeError(`the runner has no: ${from}`);
  return text.replaceAll(from, to);
}

async function outputOf(command: string, words: readonly string[], folder: string): Promise<string> {
  const child = spawn(command, words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((done) => child.once('close', done));
  return Buffer.concat(chunks).toString('utf8');
}

const MODULE = 'boringssl.googlesource.com/boringssl';
const FOLDER = 'ssl/test/runner';

/**
 * Where the runner's tests are not about RSA they still use it, because that is its default. Ours is ECDSA with P-256,
 * so that is the default in our build of it; tests that name a certificate or a suite for what it is stay as they are.
 */
const ALTERATIONS = [
  // Keys that the shim is given.
  {
    from: 'path.Join(*resourceDir, rsaCertificateFile)',
    to: 'path.Join(*resourceDir, ecdsaP256CertificateFile)',
  },
  { from: 'path.Join(*resourceDir, rsaKeyFile)', to: 'path.Join(*resourceDir, ecdsaP256KeyFile)' },
  // Keys of the runner as a server. With an ECDSA one it would not choose a suite with PSK.
  {
    from: 'if len(config.Certificates) == 0 {\n\t\t\tconfig.Certificates = []Certificate{rsaCertificate}',
    to:
      'if len(config.Certificates) == 0 {\n\t\t\tconfig.Certificates = []Certificate{rsaCertificate}\n\t\t}\n' +
      '\t\tif config.PreSharedKey == nil && config.Certificates[0].PrivateKey == rsaCertificate.PrivateKey {\n' +
      '\t\t\tconfig.Certificates = []Certificate{ecdsaP256Certificate}',
  },
  { from: '\tcert := rsaCertificate\n', to: '\tcert := ecdsaP256Certificate\n' },
  // Its favourite suite.
  {
    from: '[]uint16{TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}',
    to: '[]uint16{TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}',
  },
  // And its favourite suite with a pre-shared key.
  {
    from: '[]uint16{TLS_PSK_WITH_AES_128_CBC_SHA},\n\t\t\t\tPreSharedKey: []byte("secret")',
    to: '[]uint16{TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256},\n\t\t\t\tPreSharedKey: []byte("secret")',
  },
];
