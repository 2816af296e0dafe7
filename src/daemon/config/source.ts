/** YAML files with positions: what is written where. */
import { readFileSync } from 'node:fs';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { type ConfigProblem, type Position, pointerOf, stepsOf } from './problem.ts';

export interface YamlSource {
  /** The file as plain JSON values; `{}` for an empty one. */
  readonly value: unknown;
  /** Where the value at a JSON pointer stands: itself, or the closest thing around it. */
  position(pointer: string): Position | undefined;
}

export type SourceResult =
  | { readonly kind: 'read'; readonly source: YamlSource }
  | { readonly kind: 'unreadable'; readonly problems: readonly ConfigProblem[] };

/** Reads and parses a file. */
export function readYaml(file: string): SourceResult {
  let textOfFile: string;
  try {
    textOfFile = readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    const message = reason === 'ENOENT' ? `no such file: ${file}` : `cannot read ${file}: ${reason}`;
    return { kind: 'unreadable', problems: [{ pointer: '', message }] };
  }
  return parseYaml(file, textOfFile);
}

/** Parses YAML 1.2 (and so JSON). Duplicate keys, unknown tags and files beyond 1 MiB are problems. */
export function parseYaml(file: string, yaml: string): SourceResult {
  if (yaml.length > FILE_LENGTH_MAX) {
    return { kind: 'unreadable', problems: [{ pointer: '', message: `${file} is larger than 1 MiB` }] };
  }
  const lines = new LineCounter();
  const document = parseDocument(yaml, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    version: '1.2',
  });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    const problems = faults.map(({ message, pos }) => ({ pointer: '', message, position: at(pos[0]) }));
    return { kind: 'unreadable', problems };
  }
  try {
    const value: unknown = document.toJS({ maxAliasCount: ALIAS_COUNT_MAX }) ?? {};
    const position = (pointer: string): Position | undefined => {
      for (let steps = stepsOf(pointer); ; steps = steps.slice(0, -1)) {
        const node = steps.length === 0 ? document.contents : document.getIn(steps, true);
        if (isNode(node) && node.range) return at(node.range[0]);
        if (steps.length === 0) return undefined;
      }
    };
    return { kind: 'read', source: { value, position } };
  } catch (cause) {
    const message = `cannot be read as plain values: ${cause instanceof Error ? cause.message : 'unknown'}`;
    return { kind: 'unreadable', problems: [{ pointer: pointerOf([]), message, position: at(0) }] };
  }
}

const FILE_LENGTH_MAX = 1_048_576;
const ALIAS_COUNT_MAX = 100;
