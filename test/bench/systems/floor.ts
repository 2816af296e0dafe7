/** The floor under every gateway in Node: see udp-relay.ts. */
import { startChild } from '../child.ts';
import { pathBytes } from '../generator/coap-bytes.ts';
import { BACKEND_PATH, type System } from './system.ts';

export const floor: System = {
  name: 'floor',
  label: 'UDP relay in Node, no DTLS',
  dtls: false,
  start: async ({ core, backendPort }) => {
    const entry = new URL('udp-relay.ts', import.meta.url).pathname;
    const child = startChild({ command: process.execPath, args: [entry, String(backendPort)], core });
    const [, port] = await child.printed(/ready (\d+)/);
    const optionsHex = Buffer.from(pathBytes(BACKEND_PATH)).toString('hex');
    return {
      target: { port: Number(port), pid: child.pid, protection: 'none', optionsHex },
      stop: () => child.stop(),
    };
  },
};
