/**
 * The origin behind every gateway: CoAP over UDP, one answer to every request, and as little work as Node allows.
 * Prints its port when it is ready.
 */
import { createSocket } from 'node:dgram';
import { PAYLOAD } from './payload.ts';

const socket = createSocket('udp4');
socket.on('message', (request, { address, port }) => {
  const [first, code] = request;
  if (first === undefined || code === undefined || code === 0) return;
  const header = 4 + (first & 0x0f);
  const answer = Buffer.allocUnsafe(header + 1 + PAYLOAD.length);
  request.copy(answer, 0, 0, header);
  // A piggybacked 2.05 to a confirmable request, a NON to any other.
  answer[0] = (first & 0x30) === 0 ? first | 0x20 : first;
  answer[1] = 0x45;
  answer[header] = 0xff;
  PAYLOAD.copy(answer, header + 1);
  socket.send(answer, port, address);
});
socket.bind(0, '127.0.0.1', () => {
  socket.setRecvBufferSize(4 * 1_024 * 1_024);
  process.stdout.write(`ready ${socket.address().port}\n`);
});
process.stdin.on('end', () => process.exit());
process.stdin.resume();
