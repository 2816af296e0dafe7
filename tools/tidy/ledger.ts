/**
 * Rules about test/rfc/ledger*.md, which say for each requirement of an RFC which test shows it. A test is named by its
 * file, in backquotes, and may be followed by its title: `test/rfc/rfc7252.test.ts` "4.2 …".
 */
import { type Finding, lineAt, type TextFile } from './source.ts';

/** Tests that a ledger names and that are not there. */
export function ledgerFindings(files: readonly TextFile[]): Finding[] {
  const texts = new Map(files.map((file) => [file.path, file.text]));
  const ledgers = files.filter((file) => /^test\/rfc\/ledger[\w-]*\.md$/.test(file.path));
  return ledgers.flatMap((ledger) =>
    [...ledger.text.matchAll(/`(test\/[\w/.-]+)`(?:\s+"([^"\n]+)")?/g)].flatMap((match) => {
      const missing = missingTest(texts, match[1] ?? '', match[2]);
      if (missing === undefined) return [];
      const line = lineAt(ledger, match.index);
      return [{ rule: 'ledger', path: ledger.path, line, message: `no such test: ${missing}` }];
    }),
  );
}

function missingTest(texts: ReadonlyMap<string, string>, path: string, title?: string): string | undefined {
  const text = texts.get(path);
  if (text === undefined) return path;
  return title === undefined || text.includes(title) ? undefined : `${path} "${title}"`;
}
