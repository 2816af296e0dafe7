/** Rules about package.json and package-lock.json. */
import type { Finding } from './source.ts';

export interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface LockFile {
  packages: Record<string, LockedPackage>;
}

export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** The platform variants that a locked package names and the lock file does not hold. */
export function missingVariants(lock: LockFile): { name: string; version: string; dev: boolean }[] {
  return Object.entries(lock.packages).flatMap(([path, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(
        ([name]) =>
          !(`node_modules/${name}` in lock.packages || `${path}/node_modules/${name}` in lock.packages),
      )
      .map(([name, version]) => ({ name, version, dev: entry.dev === true })),
  );
}

/** No addresses of registries, every platform present, every dependency pinned. */
export function lockFindings(lock: LockFile, manifest: Manifest): Finding[] {
  const say = (path: string, message: string): Finding => ({ rule: 'lock', path, line: 0, message });
  const resolved = Object.entries(lock.packages)
    .filter(([, entry]) => entry.resolved !== undefined)
    .map(([path]) => say('package-lock.json', `${path} names the address it came from (resolved)`));
  const missing = missingVariants(lock).map(({ name }) =>
    say('package-lock.json', `${name} is missing: run node tools/complete-lock.ts`),
  );
  const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))
    .map(([name, version]) => say('package.json', `${name} is not pinned to one version: ${version}`));
  return [...resolved, ...missing, ...loose];
}
