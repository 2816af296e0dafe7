/**
 * Small C programs of the tests, compiled when first needed against the libraries of the system, or others.
 *
 * A built program is kept under the temporary directory, named by the hash of its sources and compiler arguments,
 * so that a change of either builds anew and parallel test files share one result.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { ownFolder } from './debian-source.ts';

export type CProgram = {
  /** Name of the built file. */
  readonly name: string;
  readonly source: URL;
  /** Files whose change must build anew. */
  readonly includes: readonly URL[];
  readonly libraries: readonly string[];
  /** A folder whose include/ and lib/ come before those of the system. */
  readonly from?: string;
};

/** The path of the executable. Throws with the compiler's words when it does not build. */
export function compiled(program: CProgram): string {
  const { from } = program;
  const places = from === undefined ? [] : ['-isystem', join(from, 'include'), `-L${join(from, 'lib')}`];
  const args = ['-O1', '-Wall', '-Wextra', '-Werror', ...places, program.source.pathname];
  const libraries = program.libraries.map((library) => `-l${library}`);
  const hash = createHash('sha256').update([...args, ...libraries].join('\0'));
  for (const file of [program.source, ...program.includes]) hash.update(readFileSync(file));
  const directory = ownFolder('c');
  const executable = join(directory, `${program.name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(executable)) return executable;
  const unfinished = `${executable}.${process.pid}`;
  const compiler = spawnSync('cc', [...args, '-o', unfinished, ...libraries], { encoding: 'utf8' });
  if (compiler.status !== 0) throw new Error(`cc failed for ${program.name}:\n${compiler.stderr}`);
  renameSync(unfinished, executable);
  return executable;
}

/** The text that a C expression of a header preprocesses to, or undefined when header or compiler is missing. */
export function preprocessed(header: string, expression: string, from?: string): string | undefined {
  const places = from === undefined ? [] : ['-isystem', join(from, 'include')];
  const compiler = spawnSync('cc', ['-E', '-P', ...places, '-'], {
    input: `#include <${header}>\n${expression}\n`,
    encoding: 'utf8',
  });
  return compiler.status === 0 ? compiler.stdout.trim().split('\n').at(-1) : undefined;
}
