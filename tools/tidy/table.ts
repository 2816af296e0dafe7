/**
 * The dependency rule as a table: who may import whom. Arrows point to the pure side, siblings do not know each
 * other, and only the two composition roots know everybody. docs/ARCHITECTURE.md draws the same picture.
 */

export interface Room {
  /** Folder or file below src/. */
  readonly path: string;
  /** Pure rooms never wait, never read a clock, and know nothing of the machine they run on. */
  readonly pure: boolean;
  /** Rooms whose front door may be used. Every room may use itself. */
  readonly imports: readonly string[];
  /** Rooms of which only types may be used. */
  readonly types: readonly string[];
  /** npm packages and node modules; `*` at the end matches the rest, `*` alone matches everything. */
  readonly packages: readonly string[];
}

const PURE_ROOMS = ['base', 'crypto', 'dtls', 'coap', 'trust', 'policy', 'relay'];

export const ROOMS = [
  pure('base', [], []),
  pure('crypto', ['base'], ['node:crypto', '@noble/*', '@peculiar/*', 'cborg']),
  pure('dtls', ['base', 'crypto'], []),
  pure('coap', ['base'], []),
  pure('trust', ['base'], []),
  pure('policy', ['base', 'trust'], []),
  pure('relay', ['base', 'coap', 'trust', 'policy'], []),
  pure('enrolment', ['base'], ['cborg']),
  room('daemon/ports', ['base'], [], PURE_ROOMS),
  room('daemon/shard', ['daemon/ports', 'enrolment', ...PURE_ROOMS], []),
  room('daemon/control', ['base', 'daemon/ports', 'trust', 'policy', 'crypto', 'enrolment'], []),
  room('daemon/config', ['daemon/ports', ...PURE_ROOMS], ['node:*', 'typebox', 'typebox/*', 'yaml']),
  // Backends may be reached by DTLS: our client role.
  room('adapters/backends', ['base', 'daemon/ports', 'coap', 'crypto', 'dtls'], ['*']),
  room('adapters/*', ['base', 'daemon/ports', 'coap', 'crypto'], ['*']),
  room('admin', ['base', 'daemon/ports', 'daemon/control', 'daemon/config', 'enrolment'], ['*']),
  // `postern serve` hands over to the composition root.
  room(
    'cli',
    ['main.ts', 'base', 'daemon/config', 'dtls', 'coap', 'crypto', 'enrolment', 'adapters/udp'],
    ['*'],
    ['admin'],
  ),
  room('console', [], ['*'], ['admin']),
  room('main.ts', ['*'], ['*']),
  room('worker.ts', ['*'], ['*']),
] as const satisfies readonly Room[];

/** Folders inside a room that may be entered by themselves. */
export const SUB_DOORS: readonly string[] = ['base/wire', 'crypto/pki'];

/** The room that a file below src/ belongs to; `adapters/*` stands for each of its folders by itself. */
export function roomOf(pathInSrc: string): Room | undefined {
  for (const room of ROOMS) {
    if (room.path === pathInSrc || pathInSrc.startsWith(`${room.path}/`)) return room;
    if (!room.path.endsWith('/*')) continue;
    const parent = room.path.slice(0, -1);
    if (!pathInSrc.startsWith(parent)) continue;
    const [folder] = pathInSrc.slice(parent.length).split('/');
    return { ...room, path: `${parent}${folder}` };
  }
  return undefined;
}

/** Whether `name` (a package, a node module, a room) is on the list. */
export function listed(list: readonly string[], name: string): boolean {
  return list.some((entry) =>
    entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : entry === name || `${entry}/` === name,
  );
}

function pure(path: string, imports: readonly string[], packages: readonly string[]): Room {
  return { path, pure: true, imports, packages, types: [] };
}

function room(
  path: string,
  imports: readonly string[],
  packages: readonly string[],
  types: readonly string[] = [],
): Room {
  return { path, pure: false, imports, packages, types };
}
