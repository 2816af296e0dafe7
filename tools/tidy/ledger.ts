/**
 * Rules about test/rfc/ledger.md, which says for each requirement of an RFC which test shows it. A test is named by its
 * file, in backquotes, and may be followed by its title: `test/rfc/rfc7252.test.ts` "4.2 …".
 */
import { type Finding, lineAt, type TextFile } from './source.ts';

const LEDGER = 'test/rfc/ledger.md';

export function ledgerFindings(files: readonly TextFile[]): Finding[] {
  const ledger = files.find((file) => file.path === LEDGER);
  if (ledger === undefined) return [];
  const byPath = new Map(files.map((file) => [file.path, file.text]));
  return [...ledger.text.matchAll(/`(test\/[\w/.-]+)`(?:\s+"([^"\n]+)")?/g)].flatMap((match) => {
    const [, path = '', title] = match;
    const text = byPath.get(path);
    const missing =
      text === undefined ? path : title !== undefined && !text.includes(title) ? `${path} "${title}"` : '';
    if (missing === '') return [];
    return [
      {
        rule: 'ledger',
        path: LEDGER,
        line: lineAt(ledger, match.index),
        message: `no such test: ${missing}`,
      },
    ];
  });
}
