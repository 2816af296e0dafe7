/** Rules about what may be written: purity, banned constructs, mutable state, names, sizes. */
import {
  type Finding,
  findingAt,
  lineAt,
  type Node,
  nodesOf,
  type ParsedFile,
  SyntaxKind,
  startOf,
  textOf,
  walk,
} from './source.ts';
import { roomOf } from './table.ts';

const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 60;
/** The formatter keeps code at 110; comments and literals, which it leaves alone, get a little more. */
const LINE_COLUMNS_MAX = 120;
/** Indented lines of comments: drawings and wire formats. */
const DRAWING_COLUMNS_MAX = 140;

/** Everything that code.ts has to say about one file; which rules apply depends on where it lives. */
export function codeFindings(file: ParsedFile): Finding[] {
  const room = file.path.startsWith('src/') ? roomOf(file.path.slice(4)) : undefined;
  const found = [...widthFindings(file), ...fileNameFindings(file)];
  if (file.path.startsWith('tools/')) found.push(...sizeFindings(file));
  if (room === undefined) return found;
  found.push(...sizeFindings(file), ...bannedFindings(file, room.path), ...stateFindings(file));
  found.push(...nameFindings(file, room.pure || room.path.startsWith('daemon/')));
  if (room.pure) found.push(...purityFindings(file));
  if (PEER_FACING.has(room.path)) found.push(...unboundedFindings(file));
  return found;
}

/** Pure rooms do not wait, do not read clocks, do not roll dice and do not know the process. */
export function purityFindings(file: ParsedFile): Finding[] {
  const found = nodesOf(file, SyntaxKind.AwaitExpression, SyntaxKind.AsyncKeyword).map((node) =>
    findingAt('purity', file, node, 'a pure room never waits (await, async)'),
  );
  walk(file.tree, (node) => {
    if (node.kind !== SyntaxKind.Identifier || !isReference(file, node)) return;
    const name = textOf(file, node);
    // What node:crypto hands out are Buffers; that folder, and no other, turns them into plain arrays.
    if (name === 'Buffer' && file.path.startsWith('src/crypto/node/')) return;
    if (IMPURE_NAMES.has(name))
      found.push(findingAt('purity', file, node, `a pure room does not use ${name}`));
    const after = file.text.slice(node.end, node.end + 8);
    if (name === 'Math' && /^\s*\.random\b/.test(after)) {
      found.push(findingAt('purity', file, node, 'a pure room is given its randomness (Math.random)'));
    }
  });
  return found;
}

/** Constructs that no file below src/ may contain. */
export function bannedFindings(file: ParsedFile, room: string): Finding[] {
  const found: Finding[] = [];
  walk(file.tree, (node) => {
    const message = bannedAt(file, node, room);
    if (message !== undefined) found.push(findingAt('banned', file, node, message));
  });
  for (const match of file.text.matchAll(/@ts-(?:ignore|nocheck|expect-error)|(?:oxlint|eslint)-disable/g)) {
    const line = lineAt(file, match.index);
    found.push({ rule: 'banned', path: file.path, line, message: `${match[0]} needs a waiver` });
  }
  return found;
}

/** State that outlives every object: module-level variables, collections, and static fields. */
export function stateFindings(file: ParsedFile): Finding[] {
  const found: Finding[] = [];
  const say = (node: Node, what: string): void => {
    found.push(findingAt('state', file, node, `${what} is module-level mutable state`));
  };
  file.tree.forEachChild((statement) => {
    if (statement.kind !== SyntaxKind.VariableStatement) return;
    const text = textOf(file, statement);
    if (/^(?:export\s+)?(?:let|var)\b/.test(text)) say(statement, 'let');
    const collection = /^(?:export\s+)?const\s+\w+\s*(:[^=]*)?=\s*new\s+(\w+)/.exec(text);
    if (
      collection &&
      COLLECTIONS.has(collection[2] ?? '') &&
      !/Readonly|readonly/.test(collection[1] ?? '')
    ) {
      say(statement, `a ${collection[2]} not typed as read-only`);
    }
    if (/^(?:export\s+)?const\s+\w+\s*(?::[^=]*)?=\s*(?:\[\s*\]|\{\s*\});?$/.test(text))
      say(statement, 'an empty literal');
  });
  for (const field of nodesOf(file, SyntaxKind.PropertyDeclaration)) {
    const text = textOf(file, field);
    if (/\bstatic\b/.test(text.split('=')[0] ?? '') && !/\breadonly\b/.test(text))
      say(field, 'a static field');
  }
  return found;
}

/** Plain collections kept in objects of the pure core: what a peer can make grow has a limit. */
export function unboundedFindings(file: ParsedFile): Finding[] {
  const found: Finding[] = [];
  walk(file.tree, (node) => {
    if (node.kind !== SyntaxKind.NewExpression || !/^new\s+(?:Map|Set)\b/.test(textOf(file, node))) return;
    const kept = KEEPERS.has(node.parent?.kind ?? SyntaxKind.Unknown) && !isLocalReadOnly(file, node.parent);
    if (kept)
      found.push(findingAt('unbounded', file, node, 'use BoundedMap, or say in a waiver why it cannot grow'));
  });
  return found;
}

/** Names that say nothing. `strict` adds those that are allowed at the edges, where others chose them. */
export function nameFindings(file: ParsedFile, strict: boolean): Finding[] {
  const found: Finding[] = [];
  walk(file.tree, (node) => {
    if (!DECLARATIONS.has(node.kind)) return;
    const name = declaredName(file, node);
    if (name === undefined) return;
    const empty = /(?:Manager|Helpers?|Utils?)$/.test(name) || /^I[A-Z][a-z]/.test(name);
    const vague = strict && /^(?:data|info|handle[A-Z]\w*)$/.test(name);
    if (empty || vague) found.push(findingAt('names', file, node, `${name}: say what it is or does`));
  });
  return found;
}

export function sizeFindings(file: ParsedFile): Finding[] {
  const found: Finding[] = [];
  const lines = file.text.trimEnd().split('\n').length;
  if (lines > FILE_LINES_MAX) {
    found.push({
      rule: 'size',
      path: file.path,
      line: 0,
      message: `${lines} lines, at most ${FILE_LINES_MAX}`,
    });
  }
  for (const node of nodesOf(file, ...FUNCTIONS)) {
    const length = lineAt(file, node.end) - lineAt(file, startOf(file, node)) + 1;
    if (length <= FUNCTION_LINES_MAX) continue;
    const name = declaredName(file, node) ?? 'a function';
    found.push(findingAt('size', file, node, `${name} has ${length} lines, at most ${FUNCTION_LINES_MAX}`));
  }
  return found;
}

function widthFindings(file: ParsedFile): Finding[] {
  if (file.path.includes('/vectors/')) return [];
  return file.text.split('\n').flatMap((line, index) => {
    // Long literals (test vectors, addresses of pages) and drawings cannot be broken without harm.
    const drawing = /^\s*\*\s{2,}/.test(line) && line.length <= DRAWING_COLUMNS_MAX;
    if (line.length <= LINE_COLUMNS_MAX || drawing || /\S{70}/.test(line)) return [];
    const message = `${line.length} columns, at most ${LINE_COLUMNS_MAX}`;
    return [{ rule: 'width', path: file.path, line: index + 1, message }];
  });
}

function fileNameFindings(file: ParsedFile): Finding[] {
  const name = file.path.split('/').at(-1) ?? '';
  const say = (message: string): Finding[] => [{ rule: 'names', path: file.path, line: 0, message }];
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+)*$/.test(name)) return say('file names are kebab-case');
  return /(?:^|-)(?:utils?|helpers?|manager|misc|common)\./.test(name)
    ? say(`${name}: say what is inside`)
    : [];
}

/** What is wrong with one node, if anything. */
function bannedAt(file: ParsedFile, node: Node, room: string): string | undefined {
  switch (node.kind) {
    case SyntaxKind.AnyKeyword:
      return 'any';
    case SyntaxKind.ExportAssignment:
    case SyntaxKind.DefaultKeyword:
      return node.parent?.kind === SyntaxKind.DefaultClause ? undefined : 'default exports';
    case SyntaxKind.ThrowStatement:
      return /^throw\s+new\s+(?:Error|TypeError|RangeError)\b/.test(textOf(file, node))
        ? 'throw a PeerFault, an OperationalError or an assertion instead of a bare Error'
        : undefined;
    case SyntaxKind.HeritageClause:
      return CORE.has(room) ? inheritanceAt(file, node) : undefined;
    case SyntaxKind.Identifier:
      return isReference(file, node) ? bannedName(textOf(file, node), room, file.path) : undefined;
    case SyntaxKind.StringLiteral:
      return textOf(file, node).includes('NODE_ENV') ? 'NODE_ENV: no test-only branches' : undefined;
    default:
      return undefined;
  }
}

function inheritanceAt(file: ParsedFile, node: Node): string | undefined {
  const text = textOf(file, node);
  const ofClass = node.parent?.kind === SyntaxKind.ClassDeclaration && text.startsWith('extends');
  const isFault = file.path.startsWith('src/base/') && text === 'extends Error';
  return ofClass && !isFault ? 'no inheritance in the core' : undefined;
}

function bannedName(name: string, room: string, path: string): string | undefined {
  if (name === 'console' && room !== 'cli') return 'console: report through a port or return it';
  if (name === 'NODE_ENV') return 'NODE_ENV: no test-only branches';
  if (name === 'EventEmitter' && CORE.has(room)) return 'EventEmitter: effects are returned';
  if (name === 'eval') return 'eval';
  if (name === 'timingSafeEqual' && room !== 'crypto' && path !== 'src/admin/auth.ts') {
    return 'secrets are compared in crypto/';
  }
  return undefined;
}

/** An identifier that refers to a binding: not a property after a dot, not a key, not part of an import. */
function isReference(file: ParsedFile, node: Node): boolean {
  const before = file.text.slice(0, startOf(file, node)).trimEnd();
  if (before.endsWith('.') && !before.endsWith('...')) return false;
  const parent = node.parent;
  if (parent === undefined) return true;
  if (parent.kind === SyntaxKind.ImportSpecifier || parent.kind === SyntaxKind.ExportSpecifier) return false;
  const key = KEYED.has(parent.kind) ? (parent as Node & { name?: Node }).name : undefined;
  return key?.pos !== node.pos || parent.kind === SyntaxKind.ShorthandPropertyAssignment;
}

function isLocalReadOnly(file: ParsedFile, parent: Node | undefined): boolean {
  return parent !== undefined && /^[^=]*:\s*Readonly(?:Map|Set)\b/.test(textOf(file, parent));
}

/** The name that a declaration introduces, when it is a plain one. */
function declaredName(file: ParsedFile, node: Node): string | undefined {
  let name: string | undefined;
  node.forEachChild((child) => {
    name ??=
      child.kind === SyntaxKind.Identifier || child.kind === SyntaxKind.PrivateIdentifier
        ? textOf(file, child)
        : undefined;
  });
  return name;
}

const IMPURE_NAMES: ReadonlySet<string> = new Set([
  'Date',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'process',
  'Buffer',
  'fetch',
  'require',
  'globalThis',
]);

const COLLECTIONS: ReadonlySet<string> = new Set([
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'BoundedMap',
  'BoundedQueue',
]);

/** Rooms whose objects grow with what peers send; trust and policy grow with what operators decide. */
const PEER_FACING: ReadonlySet<string> = new Set(['base', 'crypto', 'dtls', 'coap', 'relay', 'enrolment']);

const CORE: ReadonlySet<string> = new Set([
  'base',
  'crypto',
  'dtls',
  'coap',
  'trust',
  'policy',
  'relay',
  'enrolment',
  'daemon/shard',
  'daemon/control',
]);

const FUNCTIONS = [
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.ArrowFunction,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.Constructor,
  SyntaxKind.GetAccessor,
  SyntaxKind.SetAccessor,
] as const;

const DECLARATIONS: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.ClassDeclaration,
  SyntaxKind.InterfaceDeclaration,
  SyntaxKind.TypeAliasDeclaration,
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.MethodSignature,
  SyntaxKind.VariableDeclaration,
  SyntaxKind.Parameter,
]);

const KEYED: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.PropertyAssignment,
  SyntaxKind.PropertyDeclaration,
  SyntaxKind.PropertySignature,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.MethodSignature,
  SyntaxKind.ShorthandPropertyAssignment,
]);

const KEEPERS: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.PropertyDeclaration,
  SyntaxKind.PropertyAssignment,
  SyntaxKind.BinaryExpression,
  SyntaxKind.ReturnStatement,
]);
