/** What every connection of one endpoint shares. */
import type { Instant, Slab } from '../base/index.ts';
import type { RecordProtection } from './record/protection.ts';
import type { StepContext } from './v12/machine.ts';
import type { TlsSession } from './v12/resumption.ts';

export interface Core extends StepContext {
  readonly records: RecordProtection;
  /** Outgoing datagrams are cut from it. */
  readonly slab: Slab;
  /** Where a flight is laid out before it is cut to length: one datagram of the MTU. */
  readonly scratch: Uint8Array;
  /** Of the connection IDs by which peers address this endpoint; 0: they do not. */
  readonly cidLength: number;
  /** Keeps a session that the server may resume. */
  readonly remember: (now: Instant, session: TlsSession) => void;
}
