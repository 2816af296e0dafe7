/**
 * Starts the gateway under test: the real process, or with `POSTERN_INTEROP=endpoint` the DTLS endpoint alone, to tell
 * a fault of the DTLS core from one of the daemon around it.
 */
import { startDaemon } from './daemon.ts';
import { startInProcess } from './in-process.ts';
import type { Gateway } from './scene.ts';

export { type Device, type Gateway, HELLO, LARGE, strangersTo } from './scene.ts';

/** Starts a gateway of its own for one test file. */
export function startGateway(): Promise<Gateway> {
  return process.env['POSTERN_INTEROP'] === 'endpoint' ? startInProcess() : startDaemon();
}
