/**
 * tidy: the rules of the house, checked on the syntax tree. Prints one line per breach.
 *
 * What each rule means is in docs/STYLE.md; who may import whom in tidy/table.ts; exceptions in tidy-waivers.ts.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { codeFindings } from './tidy/code.ts';
import { importFindings } from './tidy/imports.ts';
import { ledgerFindings } from './tidy/ledger.ts';
import { type LockFile, lockFindings, type Manifest } from './tidy/lock-file.ts';
import { type Finding, parseFiles, type TextFile } from './tidy/source.ts';
import { textFindings } from './tidy/text.ts';
import { WAIVERS, type Waiver } from './tidy-waivers.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Every breach in a set of files, waivers not yet taken into account. */
export function findings(files: readonly TextFile[]): Finding[] {
  const paths = new Set(files.map((file) => file.path));
  const parsed = parseFiles(files.filter((file) => /^(?:src|tools|test)\/.*\.ts$/.test(file.path)));
  return [
    ...files.flatMap(textFindings),
    ...parsed.flatMap((file) => [...codeFindings(file), ...importFindings(file, (path) => paths.has(path))]),
    ...ledgerFindings(files),
  ];
}

/** Splits findings into those that stand and the waivers that excuse nothing. */
export function waive(
  found: readonly Finding[],
  waivers: readonly Waiver[],
  lineOf: (finding: Finding) => string,
): { standing: Finding[]; idle: Waiver[] } {
  const used = new Set<Waiver>();
  const standing = found.filter((finding) => {
    const waiver = waivers.find(
      ({ rule, path, line }) =>
        rule === finding.rule &&
        path === finding.path &&
        (line === undefined || lineOf(finding).includes(line)),
    );
    if (waiver !== undefined) used.add(waiver);
    return waiver === undefined;
  });
  return { standing, idle: waivers.filter((waiver) => !used.has(waiver)) };
}

/** Breaches of this repository as it lies on the disk, tracked or about to be. */
export function tidyRepository(): string[] {
  const files = textFilesOfRepository();
  const byPath = new Map(files.map((file) => [file.path, file.text.split('\n')]));
  const lock = JSON.parse(read('package-lock.json')) as LockFile;
  const found = [...findings(files), ...lockFindings(lock, JSON.parse(read('package.json')) as Manifest)];
  const { standing, idle } = waive(found, WAIVERS, (at) => byPath.get(at.path)?.[at.line - 1] ?? '');
  return [
    ...standing.map(({ path, line, rule, message }) => `${path}:${line} [${rule}] ${message}`),
    ...idle.map(
      ({ rule, path, line }) => `tools/tidy-waivers.ts [waiver] nothing needs: ${rule} ${path} ${line ?? ''}`,
    ),
  ];
}

function textFilesOfRepository(): TextFile[] {
  const listing = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const paths = execFileSync('git', listing, { cwd: root, encoding: 'utf8' }).split('\0');
  return paths
    .filter((path) => path !== '' && existsSync(`${root}${path}`) && statSync(`${root}${path}`).isFile())
    .map((path) => ({ path, text: read(path) }))
    .filter((file) => !file.text.includes('\0'));
}

function read(path: string): string {
  return readFileSync(`${root}${path}`, 'utf8');
}

if (import.meta.main) {
  const breaches = tidyRepository();
  for (const breach of breaches) console.log(breach);
  if (breaches.length > 0) console.log(`tidy: ${breaches.length} to put right`);
  process.exitCode = breaches.length > 0 ? 1 : 0;
}
