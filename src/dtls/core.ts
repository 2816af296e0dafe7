/** What every connection of one endpoint shares. */
import type { StepContext } from './v12/machine.ts';
import type { RecordProtection } from './record/protection.ts';

export interface Core extends StepContext {
  readonly records: RecordProtection;
}
