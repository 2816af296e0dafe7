/** What the bench and its generator process say to each other, one JSON message each. */

export type Order =
  | {
      readonly kind: 'aim';
      readonly target: Target;
    }
  /** Opens sessions `from` to `from + count - 1`, so many handshakes at a time. */
  | { readonly kind: 'open'; readonly from: number; readonly count: number; readonly concurrency: number }
  | ({ readonly kind: 'gets' } & Window & {
        readonly sessions: number;
        readonly concurrency: number;
      })
  /** Opens and closes sessions from number `from` on. */
  | ({ readonly kind: 'handshakes' } & Window & { readonly from: number; readonly concurrency: number })
  /** How many sessions servers have ended so far, and when the last of them. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'close' };

/** Where the sessions go, how they are protected and what they ask for. */
export interface Target {
  readonly port: number;
  /** Of the server: its CPU time is read when measuring begins and ends. */
  readonly pid: number;
  readonly protection: 'none' | 'one-key' | 'one-identity' | 'key-per-device';
  /** Where devices show a key or a certificate instead of sharing one. */
  readonly shown?: Shown;
  /** CoAP options of each request, encoded. */
  readonly optionsHex: string;
}

/** What every device of a run shows; they are all the same one. */
export interface Shown {
  /** PEM, PKCS #8. */
  readonly keyFile: string;
  /** DER in hexadecimal, leaf first; empty: the raw public key. */
  readonly chainHex: readonly string[];
  /** Take up the last session where there is one. */
  readonly resume: boolean;
}

export interface Window {
  readonly warmupS: number;
  readonly measuredS: number;
}

export type Answer =
  | { readonly kind: 'done' }
  | { readonly kind: 'opened'; readonly sessions: number; readonly seconds: number }
  | { readonly kind: 'measured'; readonly result: Measured }
  | { readonly kind: 'ended'; readonly ended: Ended }
  | { readonly kind: 'error'; readonly message: string };

export interface Ended {
  readonly sessions: number;
  /** Milliseconds since 1970; 0 when none has. */
  readonly lastAtMs: number;
}

/** One window of measuring. */
export interface Measured {
  readonly operations: number;
  readonly failures: number;
  /** Requests sent again because no answer came in time. */
  readonly retransmissions: number;
  readonly seconds: number;
  readonly serverCpuS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}
