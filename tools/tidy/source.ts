/** Source files as the rules see them: path, text, lines and syntax tree. */
import { type Node, type SourceFile, SyntaxKind } from 'typescript/unstable/ast';
import { createVirtualFileSystem, type FileSystem } from 'typescript/unstable/fs';
import { API } from 'typescript/unstable/sync';

/** One breach of a rule. `line` counts from 1; 0 means the file as a whole. */
export interface Finding {
  readonly rule: string;
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** A text file; `path` is relative to the repository root, with forward slashes. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

export interface ParsedFile extends TextFile {
  readonly tree: SourceFile;
}

/** Something else than a comment that the rules look at: its line, and what it is. */
export type Rule = (file: ParsedFile) => Finding[];

/**
 * Parses TypeScript files with the compiler's own parser. They live in a file system in memory without any library,
 * so that nothing is resolved or type-checked and examples in tests need no disk.
 */
export function parseFiles(files: readonly TextFile[]): ParsedFile[] {
  const root = `/postern/${++parses}`;
  const project = `${root}/tsconfig.json`;
  const options = { noLib: true, noResolve: true, types: [], allowImportingTsExtensions: true, noEmit: true };
  const contents: Record<string, string> = {
    [project]: JSON.stringify({ compilerOptions: options, include: ['**/*.ts'] }),
  };
  for (const file of files) contents[`${root}/${file.path}`] = file.text;
  disk = createVirtualFileSystem(contents);
  compiler ??= new API({ cwd: '/postern', fs: currentDisk });
  const program = compiler.updateSnapshot({ openProjects: [project] }).getProject(project)?.program;
  return files.map((file) => {
    const tree = program?.getSourceFile(`${root}/${file.path}`);
    if (tree === undefined) throw new Error(`the compiler did not parse ${file.path}`);
    return { ...file, tree };
  });
}

/** One compiler process serves all calls; it ends by itself when this process does. */
let compiler: API | undefined;
let parses = 0;
let disk: FileSystem = {};
const currentDisk: FileSystem = {
  directoryExists: (path) => disk.directoryExists?.(path),
  fileExists: (path) => disk.fileExists?.(path),
  getAccessibleEntries: (path) => disk.getAccessibleEntries?.(path),
  readFile: (path) => disk.readFile?.(path),
  realpath: (path) => disk.realpath?.(path) ?? path,
};

/** Calls `visit` with `node` and everything below it, parents first. */
export function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  node.forEachChild((child) => {
    walk(child, visit);
  });
}

/** The nodes of one kind, in order of appearance. */
export function nodesOf(file: ParsedFile, ...kinds: readonly SyntaxKind[]): Node[] {
  const found: Node[] = [];
  walk(file.tree, (node) => {
    if (kinds.includes(node.kind)) found.push(node);
  });
  return found;
}

/** Source text of a node without its leading comments. */
export function textOf(file: ParsedFile, node: Node): string {
  return file.text.slice(startOf(file, node), node.end);
}

/** Offset of the first character of a node after its leading comments and white space. */
export function startOf(file: ParsedFile, node: Node): number {
  return node.getStart(file.tree);
}

/** The line that an offset is on, from 1. */
export function lineAt(file: TextFile, offset: number): number {
  let line = 1;
  for (let at = file.text.indexOf('\n'); at !== -1 && at < offset; at = file.text.indexOf('\n', at + 1))
    line++;
  return line;
}

/** A finding at a node. */
export function findingAt(rule: string, file: ParsedFile, node: Node, message: string): Finding {
  return { rule, path: file.path, line: lineAt(file, startOf(file, node)), message };
}

export { type Node, SyntaxKind };
