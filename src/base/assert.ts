/** Assertions about ourselves: a failed one is a bug in Postern, never the fault of a peer or an operator. */

export class AssertionFault extends Error {
  override readonly name = 'AssertionFault';
}

/** Throws {@link AssertionFault} unless `condition` holds. `message` states what should have been true. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionFault(message);
}

/** Returns `value`, which by construction cannot be absent. */
export function required<T>(value: T | undefined | null, message: string): T {
  if (value === undefined || value === null) throw new AssertionFault(message);
  return value;
}

/** Marks the branch of an exhaustive `switch` that the compiler proved empty. */
export function unreachable(value: never): never {
  throw new AssertionFault(`unreachable: ${JSON.stringify(value)}`);
}
