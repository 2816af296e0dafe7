/**
 * From a file to a Config, or to everything that is wrong with it.
 *
 *   defaults of the schema < profile < file < environment, demo, flags
 */
import { fileURLToPath } from 'node:url';
import { crossProblems } from './cross-check.ts';
import { fillDefaults, isPlain, merge } from './merge.ts';
import { type ConfigProblem, didYouMean, displayValue, stepsOf } from './problem.ts';
import { type Config, resolveConfig } from './resolve.ts';
import { type Settings, settingsSchema } from './schema.ts';
import { readYaml, type YamlSource } from './source.ts';
import { schemaProblems } from './validate.ts';
import { PROFILES, type Profile } from './vocabulary.ts';

export interface LoadOptions {
  /** Path of the YAML file; `undefined`: the profile alone. */
  readonly file: string | undefined;
  /** `undefined`: the one that the file names, else `edge` with a file and `dev` without. */
  readonly profile: string | undefined;
  /** The state directory that goes before every other (`POSTERN_STATE`). */
  readonly state: string | undefined;
  /** For every listener; 0: any free port. */
  readonly coapsPort?: number;
  readonly adminPort?: number;
  readonly overlay?: ConfigOverlay;
}

/** What the program itself lays above the file, in the shape of the file. */
export interface ConfigOverlay {
  readonly backends?: Readonly<Record<string, { readonly url: string }>>;
}

export type LoadResult =
  | { readonly kind: 'valid'; readonly config: Config }
  | { readonly kind: 'invalid'; readonly problems: readonly ConfigProblem[] };

/** Reads, merges, checks and resolves; reports all problems at once. */
export function loadConfig(options: LoadOptions): LoadResult {
  const read = options.file === undefined ? EMPTY_FILE : readYaml(options.file);
  if (read.kind === 'unreadable') return { kind: 'invalid', problems: read.problems };
  const { source } = read;
  if (!isPlain(source.value)) {
    const problem = { pointer: '', message: 'must be an object', value: displayValue(source.value) };
    return { kind: 'invalid', problems: [locate(problem, source)] };
  }
  const profile = chooseProfile(options, source);
  if (typeof profile !== 'string') return { kind: 'invalid', problems: [profile] };
  const below = readYaml(profileFile(profile));
  if (below.kind === 'unreadable') return { kind: 'invalid', problems: below.problems };

  const merged = withOverrides(merge(below.source.value, source.value), options);
  const filled = fillDefaults(settingsSchema, merged);
  const problems = schemaProblems(filled);
  const sound = (key: string): boolean =>
    !problems.some(
      ({ pointer }) => pointer === '' || pointer === `/${key}` || pointer.startsWith(`/${key}/`),
    );
  const all = [...problems, ...crossProblems(filled as Settings, sound)];
  if (all.length > 0) {
    const placed = all.map((problem) => locate(problem, sourceOf(problem, source, below.source)));
    return { kind: 'invalid', problems: placed };
  }
  return { kind: 'valid', config: resolveConfig(filled as Settings, profile) };
}

function chooseProfile({ file, profile }: LoadOptions, source: YamlSource): Profile | ConfigProblem {
  const named = isPlain(source.value) ? source.value['profile'] : undefined;
  const wanted = profile ?? named ?? (file === undefined ? 'dev' : 'edge');
  const found = PROFILES.find((known) => known === wanted);
  if (found !== undefined) return found;
  const problem = {
    pointer: profile === undefined ? '/profile' : '',
    message: profile === undefined ? 'names no profile' : 'there is no such profile',
    value: displayValue(wanted),
    hint: didYouMean(typeof wanted === 'string' ? wanted : '', PROFILES),
  };
  return profile === undefined ? locate(problem, source) : problem;
}

function withOverrides(value: unknown, { state, coapsPort, adminPort, overlay }: LoadOptions): unknown {
  const above = {
    ...overlay,
    ...(state === undefined ? {} : { state }),
    ...(adminPort === undefined ? {} : { admin: { port: adminPort } }),
  };
  const merged = merge(value, above);
  if (coapsPort === undefined || !isPlain(merged)) return merged;
  const listeners = merged['listeners'];
  if (!Array.isArray(listeners)) return merged;
  const moved: unknown[] = listeners.map((listener: unknown) =>
    isPlain(listener) ? { ...listener, port: coapsPort } : listener,
  );
  return { ...merged, listeners: moved };
}

/** What the file says nothing about is the profile's, and stands there. */
function sourceOf({ pointer }: ConfigProblem, file: YamlSource, profile: YamlSource): YamlSource {
  const [key] = stepsOf(pointer);
  const says = ({ value }: YamlSource): boolean =>
    key !== undefined && isPlain(value) && Object.hasOwn(value, key);
  return !says(file) && says(profile) ? profile : file;
}

function locate(problem: ConfigProblem, source: YamlSource): ConfigProblem {
  const position = source.position(problem.pointer);
  return position === undefined ? problem : { ...problem, position };
}

/** Profiles lie beside the sources and beside what is built from them, at the same depth. */
function profileFile(profile: Profile): string {
  return fileURLToPath(new URL(`../../../config/profiles/${profile}.yaml`, import.meta.url));
}

const EMPTY_FILE = {
  kind: 'read',
  source: { value: {}, position: () => undefined },
} as const satisfies ReturnType<typeof readYaml>;
