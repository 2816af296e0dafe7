/** Postern's data plane alone: see shard-thread.ts. BENCH_NODE_FLAGS adds flags of Node, for profiles. */
import { startChild } from '../child.ts';
import { pathBytes } from '../generator/coap-bytes.ts';
import { BACKEND_PATH, type System } from './system.ts';

export const shard: System = {
  name: 'shard',
  label: 'Postern, one shard thread alone',
  dtls: true,
  start: async ({ core, backendPort, devices }) => {
    const entry = new URL('shard-thread.ts', import.meta.url).pathname;
    const flags = (process.env['BENCH_NODE_FLAGS'] ?? '').split(' ').filter((flag) => flag !== '');
    const args = [...flags, entry, String(backendPort), String(devices)];
    const child = startChild({ command: process.execPath, args, core });
    const [, port] = await child.printed(/ready (\d+)/);
    const optionsHex = Buffer.from(pathBytes(BACKEND_PATH)).toString('hex');
    return {
      target: { port: Number(port), pid: child.pid, protection: 'key-per-device', optionsHex },
      stop: () => child.stop(),
    };
  },
};
