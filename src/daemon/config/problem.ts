/** What is wrong with a configuration: everything at once, each with its place, the value found and what helps. */

/** Where a value stands in a file; lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface ConfigProblem {
  /** JSON pointer of the value (RFC 6901); empty for the file as a whole. */
  readonly pointer: string;
  readonly message: string;
  /** The value found, as JSON and cut short; absent where there is none. */
  readonly value?: string;
  readonly hint?: string;
  readonly position?: Position;
}

/** One problem as one or two lines for a terminal. */
export function displayProblem(problem: ConfigProblem): string {
  const { position, pointer, message, value, hint } = problem;
  const where = position === undefined ? '' : `${position.file}:${position.line}:${position.column}: `;
  const found = value === undefined ? '' : ` (found ${value})`;
  const advice = hint === undefined ? '' : `\n  hint: ${hint}`;
  return `${where}${pointer === '' ? '' : `${pointer}: `}${message}${found}${advice}`;
}

/** All problems, a heading first, ending in a newline. */
export function displayProblems(problems: readonly ConfigProblem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return `${[`configuration refused: ${count}`, ...problems.map(displayProblem)].join('\n')}\n`;
}

/** A value as problems show it: JSON on one line, at most 60 characters. */
export function displayValue(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length <= VALUE_LENGTH_MAX ? json : `${json.slice(0, VALUE_LENGTH_MAX - 3)}...`;
}

/** JSON pointer of the value reached by `path`. */
export function pointerOf(path: readonly (string | number)[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The steps that a JSON pointer takes. */
export function stepsOf(pointer: string): string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The one of `known` that `word` was probably meant to be. */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const away = distance(word.toLowerCase(), candidate.toLowerCase());
    if (away < bestDistance) [best, bestDistance] = [candidate, away];
  }
  return best;
}

/** A hint naming the closest of `known`, or all of them when none is close. */
export function didYouMean(word: string, known: readonly string[]): string {
  const close = suggest(word, known);
  if (close !== undefined) return `did you mean ${close}?`;
  return known.length === 0 ? 'there are none' : `one of: ${known.join(', ')}`;
}

/** Levenshtein distance; words longer than any key are not compared. */
function distance(a: string, b: string): number {
  if (a.length > WORD_LENGTH_MAX) return a.length;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

const VALUE_LENGTH_MAX = 60;
const WORD_LENGTH_MAX = 64;
