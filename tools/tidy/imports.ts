/** Rules about who imports whom, and through which door. */
import { posix } from 'node:path';
import {
  type Finding,
  findingAt,
  type Node,
  type ParsedFile,
  SyntaxKind,
  startOf,
  textOf,
  walk,
} from './source.ts';
import { listed, type Room, roomOf, SUB_DOORS } from './table.ts';

interface Import {
  readonly node: Node;
  readonly from: string;
  readonly typeOnly: boolean;
}

/** Checks every import of `file` against the table. `exists` tells which paths below the root are files. */
export function importFindings(file: ParsedFile, exists: (path: string) => boolean): Finding[] {
  if (!file.path.startsWith('src/')) return [];
  const here = roomOf(file.path.slice(4));
  if (here === undefined) {
    return [
      { rule: 'rooms', path: file.path, line: 0, message: 'belongs to no room of tools/tidy/table.ts' },
    ];
  }
  return importsOf(file).flatMap((found) => {
    const message = found.from.startsWith('.')
      ? relativeBreach(file.path, here, found, exists)
      : packageBreach(here, found.from);
    return message === undefined ? [] : [findingAt('imports', file, found.node, message)];
  });
}

/** Every static and dynamic import and re-export of a file. */
export function importsOf(file: ParsedFile): Import[] {
  const found: Import[] = [];
  walk(file.tree, (node) => {
    const parts: Node[] = [];
    node.forEachChild((child) => {
      parts.push(child);
    });
    if (node.kind === SyntaxKind.ImportDeclaration || node.kind === SyntaxKind.ExportDeclaration) {
      const specifier = parts.findLast((part) => part.kind === SyntaxKind.StringLiteral);
      if (specifier === undefined) return;
      const from = unquote(textOf(file, specifier));
      found.push({ node, from, typeOnly: isTypeOnly(file.text.slice(startOf(file, node), node.end)) });
    } else if (node.kind === SyntaxKind.CallExpression && parts[0]?.kind === SyntaxKind.ImportKeyword) {
      const [, specifier] = parts;
      if (specifier) found.push({ node, from: unquote(textOf(file, specifier)), typeOnly: false });
    } else if (node.kind === SyntaxKind.ImportType && parts[0]) {
      found.push({ node, from: unquote(textOf(file, parts[0])), typeOnly: true });
    }
  });
  return found;
}

/** `import type …`, `export type …`, or braces in which every name carries `type`. */
function isTypeOnly(statement: string): boolean {
  if (/^(?:import|export)\s+type\b/.test(statement)) return true;
  const names = /^(?:import|export)\s*\{([^}]*)\}/.exec(statement)?.[1];
  if (names === undefined) return false;
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .every((name) => name.startsWith('type '));
}

function relativeBreach(
  path: string,
  here: Room,
  found: Import,
  exists: (path: string) => boolean,
): string | undefined {
  const target = posix.normalize(posix.join(posix.dirname(path), found.from));
  if (!target.startsWith('src/')) return `${found.from} is outside src/`;
  if (!/\.(?:ts|json)$/.test(target)) return `${found.from}: write the extension .ts`;
  const there = roomOf(target.slice(4));
  if (there === undefined) return `${target} belongs to no room`;
  if (there.path !== here.path && !mayEnter(here, there, found.typeOnly)) {
    return `${here.path} may not import ${there.path}${here.types.includes(there.path) ? ' (but its types)' : ''}`;
  }
  const door = closedDoor(path, target, exists);
  return door === undefined ? undefined : `enter ${posix.dirname(door)} through its index.ts`;
}

function mayEnter(here: Room, there: Room, typeOnly: boolean): boolean {
  return listed(here.imports, there.path) || (typeOnly && listed(here.types, there.path));
}

/**
 * The index.ts that an import from `path` to `target` should have used, if it walks past one. Between rooms that is the
 * room's own door (or one of SUB_DOORS); within a room, the door of every folder that has one.
 */
function closedDoor(path: string, target: string, exists: (path: string) => boolean): string | undefined {
  const there = roomOf(target.slice(4))?.path ?? '';
  if (roomOf(path.slice(4))?.path !== there) {
    const doors = [there, ...SUB_DOORS].map((room) => `src/${room}/index.ts`);
    return doors.includes(target) || `src/${there}` === target ? undefined : `src/${there}/index.ts`;
  }
  if (posix.basename(target) === 'index.ts') return undefined;
  for (let folder = posix.dirname(target); !path.startsWith(`${folder}/`); folder = posix.dirname(folder)) {
    if (exists(`${folder}/index.ts`)) return `${folder}/index.ts`;
  }
  return undefined;
}

function packageBreach(here: Room, name: string): string | undefined {
  return listed(here.packages, name) ? undefined : `${here.path} may not import the package ${name}`;
}

function unquote(literal: string): string {
  return literal.replaceAll(/^['"`]|['"`]$/g, '');
}
