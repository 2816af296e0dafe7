/** The last column of docs/THREATS.md: tests whose titles begin with the id of a threat are entered there. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { ROOT } from '../run.ts';
import { code, type Page } from './markdown.ts';

const PATH = 'docs/THREATS.md';

/** The page with every test that names a threat; what people wrote stays, but for tests that are gone. */
export function threatsPage(): Page {
  const named = testsByThreat();
  const text = readFileSync(`${ROOT}${PATH}`, 'utf8').replaceAll(
    /^(\| ([A-Z]\d\d) \|.*\|)([^|]*)\|$/gm,
    (_row, start: string, id: string, evidence: string) =>
      `${start} ${evidenceFor(named.get(id) ?? [], evidence)} |`,
  );
  return { path: PATH, text };
}

/** Paths of test files by the ids in their titles: `test('D07, D08: …'`. */
function testsByThreat(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const path of globSync('test/security/**/*.test.ts', { cwd: ROOT }).toSorted()) {
    const titles = readFileSync(`${ROOT}${path}`, 'utf8').matchAll(
      /\b(?:test|describe)\(\s*['"`]((?:[A-Z]\d\d(?:, )?)+):/g,
    );
    for (const [, ids = ''] of titles) {
      for (const id of ids.split(', ')) {
        const paths = found.get(id) ?? [];
        if (!paths.includes(path)) found.set(id, [...paths, path]);
      }
    }
  }
  return found;
}

function evidenceFor(named: readonly string[], written: string): string {
  const kept = [...written.matchAll(/`(test\/[^`]+)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => existsSync(`${ROOT}${path}`) && !named.includes(path));
  const paths = [...named, ...kept];
  if (paths.length > 0) return paths.map(code).join(', ');
  return written.includes('not yet:') ? written.trim() : 'not yet: a test';
}
