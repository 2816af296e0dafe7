/** What every connection of one endpoint shares. */
import type { Instant } from '../base/index.ts';
import type { Press } from './v12/flight.ts';
import type { StepContext } from './v12/machine.ts';
import type { TlsSession } from './v12/resumption.ts';

export interface Core extends StepContext, Press {
  /** Of the connection IDs by which peers address this endpoint; 0: they do not. */
  readonly cidLength: number;
  /** Keeps a session that the server may resume; what it is forgotten by, null where none is kept. */
  readonly remember: (now: Instant, session: TlsSession) => string | null;
  readonly forgetSession: (key: string) => void;
}
