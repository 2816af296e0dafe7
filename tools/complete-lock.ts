/**
 * Completes package-lock.json with the platform variants that the registry at hand did not offer.
 *
 * Packages with native binaries (biome, oxlint, …) list one optional dependency per platform. npm leaves those that
 * it cannot resolve out of the lock file, and `npm ci` then calls the lock file incomplete. They are added with the
 * version that their parent pins exactly; npm fetches none of them on a platform that they are not for.
 *
 * Run after a change of dependencies: `node tools/complete-lock.ts`. tidy says when it is needed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { type LockedPackage, type LockFile, missingVariants } from './tidy/lock-file.ts';

const OPERATING_SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'win32',
];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8')) as LockFile;
for (const { name, version, dev } of missingVariants(lock)) {
  lock.packages[`node_modules/${name}`] = {
    version,
    ...(dev ? { dev } : {}),
    ...platformOf(name),
    optional: true,
  };
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')),
);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);

/** What the package's own package.json would say, read from its name: `@biomejs/cli-linux-x64-musl`. */
function platformOf(name: string): LockedPackage {
  const words = name.split('/').at(-1)?.split('-') ?? [];
  const os = words.filter((word) => OPERATING_SYSTEMS.includes(word));
  const cpu = words.filter((word) => PROCESSORS.includes(word));
  const libc = words.some((word) => word.startsWith('musl')) ? ['musl'] : [];
  if (words.some((word) => word === 'gnu' || word === 'gnueabihf')) libc.push('glibc');
  return {
    ...(os.length > 0 ? { os } : {}),
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(libc.length > 0 ? { libc } : {}),
  };
}
