/** Starts the gateway under test. */
import { startInProcess } from './in-process.ts';
import type { Gateway } from './scene.ts';

export { type Device, type Gateway, HELLO, LARGE, strangersTo } from './scene.ts';

/** Starts a gateway of its own for one test file. */
export function startGateway(): Promise<Gateway> {
  return startInProcess();
}
