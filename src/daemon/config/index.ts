/**
 * daemon/config: the shape of this process, from a YAML file.
 *
 *   file --source--> values --merge(profile)--> --schema--> --cross-check--> Settings --resolve--> Config (frozen)
 *
 * One schema gives types, validation, the JSON Schema and the reference page. All problems are reported at once, with
 * pointer, value, hint and line. What it does not do: hold anything about actors and credentials (the store does).
 */
export { type ConfigOverlay, type LoadOptions, type LoadResult, loadConfig } from './load.ts';
export { type ConfigProblem, displayProblem, displayProblems, type Position } from './problem.ts';
export type { Config } from './resolve.ts';
export { configSchema, type Settings } from './schema.ts';
export {
  LOG_FORMATS,
  LOG_LEVELS,
  type LogFormat,
  type LogLevel,
  PROFILES,
  type Profile,
} from './vocabulary.ts';
