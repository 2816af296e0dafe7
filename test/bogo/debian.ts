/**
 * What Debian has of BoringSSL, got with apt: Go and its crypto library as packages, the test runner as source. The
 * source comes through an apt state of our own, so that nothing of the machine's configuration changes: the archive is
 * the one that the machine has its packages from.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Why something is not to be had. */
export interface Missing {
  readonly missing: string;
}

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

/** The folder `src` of BoringSSL, unpacked below `cache`. */
export function boringSslSource(cache: string): string | Missing {
  const unpacked = join(cache, 'source');
  const found = () => globSync(join(unpacked, '*', 'src'))[0];
  const before = found();
  if (before !== undefined) return before;
  const archive = debianArchive();
  if (archive === undefined) return { missing: 'no Debian archive among the sources of apt' };
  try {
    download(cache, archive);
    const [tarball] = globSync(join(cache, '*.orig.tar.xz'));
    mkdirSync(unpacked, { recursive: true });
    execFileSync('tar', ['xf', tarball as string, '-C', unpacked]);
  } catch (fault) {
    return { missing: `apt-get could not fetch the source of ${SOURCE}: ${lastLine(fault)}` };
  }
  return found() ?? { missing: `the source of ${SOURCE} has no folder src` };
}

/** With an apt state of its own: verified by the archive's signature all the same. */
function download(cache: string, archive: string): void {
  const state = join(cache, 'apt');
  for (const folder of ['lists/partial', 'archives/partial'])
    mkdirSync(join(state, folder), { recursive: true });
  writeFileSync(join(state, 'sources.list'), `${archive}\n`);
  const own = {
    'Dir::Etc::SourceList': join(state, 'sources.list'),
    'Dir::Etc::SourceParts': '-',
    'Dir::State::Lists': join(state, 'lists'),
    'Dir::Cache': state,
    'APT::Sandbox::User': process.getuid?.() === 0 ? 'root' : '',
  };
  const options = Object.entries(own).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  apt([...options, 'update'], cache);
  apt([...options, 'source', '--download-only', SOURCE], cache);
}

/** The deb-src line for the archive and release that this machine's packages come from. */
function debianArchive(): string | undefined {
  const release = /^VERSION_CODENAME=(\w+)/m.exec(read('/etc/os-release'))?.[1];
  if (release === undefined) return undefined;
  const lists = ['/etc/apt/sources.list', ...globSync('/etc/apt/sources.list.d/*.list')];
  const stanzas = globSync('/etc/apt/sources.list.d/*.sources').flatMap((file) =>
    read(file).split(/\n\s*\n/),
  );
  const lines = lists.flatMap((file) => read(file).split('\n'));
  return [
    ...lines.map((line) => fromLine(line, release)),
    ...stanzas.map((text) => fromStanza(text, release)),
  ].find((line) => line !== undefined);
}

/** `deb [options] URI suite component...` */
function fromLine(line: string, release: string): string | undefined {
  const [, options = '', uri = '', suite, components = ''] =
    /^deb(?:-src)?\s+(\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
  const fits = suite === release && components.split(/\s+/).includes('main');
  return fits ? `deb-src ${options}${uri} ${release} main` : undefined;
}

/** The fields of deb822, one a line. */
function fromStanza(text: string, release: string): string | undefined {
  const field = (name: string) => new RegExp(`^${name}:\\s*(.+)$`, 'mi').exec(text)?.[1]?.split(/\s+/) ?? [];
  const [uri] = field('URIs');
  const [key] = field('Signed-By');
  if (uri === undefined || !field('Suites').includes(release) || !field('Components').includes('main'))
    return undefined;
  const options = key?.startsWith('/') === true ? `[signed-by=${key}] ` : '';
  return `deb-src ${options}${uri} ${release} main`;
}

function apt(words: readonly string[], folder = '/'): void {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['-q', ...words], {
    cwd: folder,
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

const SOURCE = 'android-platform-external-boringssl';
const PACKAGES = ['golang-go', 'golang-golang-x-crypto-dev'];
const APT_MS_MAX = 300_000;
