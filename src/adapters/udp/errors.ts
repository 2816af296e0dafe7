/** Errors of sockets become counts by errno name: a closed-enough set, since only the system makes them. */

/** `ECONNREFUSED` and the like; `unknown` for what has no such name. */
export function errorName(error: unknown): string {
  const code = error !== null && typeof error === 'object' && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'unknown';
}

export function countError(errors: Map<string, number>, error: unknown): void {
  const name = errorName(error);
  errors.set(name, (errors.get(name) ?? 0) + 1);
}
