/**
 * docgen: writes the reference pages and the JSON Schema of the configuration from the tables in the source, and
 * enters into docs/THREATS.md which tests show what.
 *
 *   node tools/docgen.ts           writes what differs
 *   node tools/docgen.ts --check   says what differs, and exits with 1 if something does
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { coapPage } from './docgen/coap.ts';
import { cliPage } from './docgen/cli.ts';
import { configPages } from './docgen/config.ts';
import { dtlsPage } from './docgen/dtls.ts';
import type { Page } from './docgen/markdown.ts';
import { roomsPage } from './docgen/rooms.ts';
import { telemetryPage } from './docgen/telemetry.ts';
import { threatsPage } from './docgen/threats.ts';
import { ROOT } from './run.ts';

/** Every generated page, as it ought to be. */
export function pages(): Page[] {
  return [...configPages(), dtlsPage(), coapPage(), cliPage(), telemetryPage(), roomsPage(), threatsPage()];
}

/** The paths of the pages that are not on the disk as they ought to be. */
export function drifted(): string[] {
  return pages()
    .filter(
      ({ path, text }) => !existsSync(`${ROOT}${path}`) || readFileSync(`${ROOT}${path}`, 'utf8') !== text,
    )
    .map(({ path }) => path);
}

if (import.meta.main) {
  const stale = drifted();
  const checking = process.argv.includes('--check');
  for (const { path, text } of checking ? [] : pages().filter((written) => stale.includes(written.path))) {
    mkdirSync(dirname(`${ROOT}${path}`), { recursive: true });
    writeFileSync(`${ROOT}${path}`, text);
  }
  for (const path of stale) console.log(checking ? `${path} differs: run npm run docgen` : `wrote ${path}`);
  process.exitCode = checking && stale.length > 0 ? 1 : 0;
}
