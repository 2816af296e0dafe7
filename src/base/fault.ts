/** The two ways in which somebody else can be at fault. Our own faults are assertions (assert.ts). */

/**
 * A peer broke a rule of its protocol. Thrown inside a pure core, caught in exactly one place per protocol, where a
 * closed table turns the reason into what the peer gets to see. Never leaves the core.
 */
export class PeerFault<Reason extends string> extends Error {
  override readonly name = 'PeerFault';
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Something around us failed: a port is taken, a disk is full, a backend does not answer. `code` is stable
 * (`PN_...`).
 */
export class OperationalError extends Error {
  override readonly name = 'OperationalError';
  readonly code: `PN_${string}`;
  readonly retryable: boolean;

  constructor(code: `PN_${string}`, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}
