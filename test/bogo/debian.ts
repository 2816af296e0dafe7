/** What Debian has of BoringSSL, got with apt: Go and its crypto library as packages, the test runner as source. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { madeBy, type Missing } from '../support/debian-source.ts';

/** Where Debian puts the sources of Go libraries. */
export const GO_LIBRARIES = '/usr/share/gocode';

/** Go and what the runner imports; installed where that needs no questions. */
export function ensureGo(): Missing | undefined {
  if (hasGo()) return undefined;
  if (!isDebian()) return { missing: 'the runner is built from Debian packages, and this is no Debian' };
  if (process.getuid?.() !== 0) return { missing: `needs: sudo apt-get install ${PACKAGES.join(' ')}` };
  try {
    apt(['update']);
    apt(['install', '-y', '--no-install-recommends', ...PACKAGES]);
  } catch (fault) {
    return { missing: `apt-get could not install ${PACKAGES.join(' ')}: ${lastLine(fault)}` };
  }
  return hasGo() ? undefined : { missing: `${PACKAGES.join(' ')} are installed, and yet Go is not there` };
}

/** The folder `src` of BoringSSL. */
export function boringSslSource(): string | Missing {
  const made = madeBy(new URL('fetch.sh', import.meta.url), 'boringssl');
  return 'missing' in made ? made : join(made.folder, 'src');
}

function apt(words: readonly string[]): void {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['-q', ...words], {
    env: environment,
    stdio: 'pipe',
    timeout: APT_MS_MAX,
  });
}

const isDebian = (): boolean => /^ID(?:_LIKE)?=.*debian/m.test(read('/etc/os-release'));
const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');

function hasGo(): boolean {
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' });
  } catch {
    return false;
  }
  return existsSync(join(GO_LIBRARIES, 'src/golang.org/x/crypto'));
}

function lastLine(fault: unknown): string {
  const text = fault instanceof Error ? String((fault as { stderr?: Buffer }).stderr ?? fault.message) : '';
  return text.trim().split('\n').at(-1) ?? '';
}

const PACKAGES = ['golang-go', 'golang-golang-x-crypto-dev'];
const APT_MS_MAX = 300_000;
