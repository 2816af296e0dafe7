/**
 * The floor: a UDP relay in Node without protection, policy or CoAP, a connected socket towards the backend for each
 * client. No gateway in Node can cost less. `node udp-relay.ts BACKEND_PORT`; prints its port when it is ready.
 */
import { createSocket, type Socket } from 'node:dgram';

const backendPort = Number(process.argv[2]);
const flows = new Map<string, Socket>();
const front = createSocket({ type: 'udp4', lookup: (host, _options, found) => found(null, host, 4) });

front.on('message', (datagram, { address, port }) => {
  const key = `${address}|${port}`;
  const flow = flows.get(key);
  if (flow !== undefined) {
    flow.send(datagram);
    return;
  }
  const opened = createSocket('udp4');
  flows.set(key, opened);
  opened.on('message', (answer) => front.send(answer, port, address));
  opened.on('error', () => flows.delete(key));
  opened.connect(backendPort, '127.0.0.1', () => opened.send(datagram));
});
front.bind(0, '127.0.0.1', () => process.stdout.write(`ready ${front.address().port}\n`));
process.stdin.on('end', () => process.exit());
process.stdin.resume();
