/** The backend of docker/compose.yaml: a CoAP server that greets. It runs on node-coap, which shares no code with us. */
import { createServer } from 'coap';

const server = createServer({ type: 'udp4' }, (request, response) => {
  const known = request.url === '/hello';
  response.code = known ? '2.05' : '4.04';
  if (known) response.setOption('Content-Format', 'text/plain');
  response.end(known ? 'hello from the backend in its container' : undefined);
});
server.listen(5683, '0.0.0.0', () => console.log('backend ready on UDP port 5683'));
process.once('SIGTERM', () => server.close(() => process.exit(0)));
