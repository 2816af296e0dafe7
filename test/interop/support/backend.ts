/** A CoAP backend behind the gateway, as small as can be: piggybacked answers over UDP, and a count of requests. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export type Backend = {
  /** On 127.0.0.1. */
  readonly port: number;
  requests(): number;
  close(): void;
};

/** Answers GETs of the given paths 2.05 with their text, everything else 4.04; those with `slow` late. */
export async function startBackend(resources: Readonly<Record<string, string>>): Promise<Backend> {
  const socket = createSocket('udp4');
  let requests = 0;
  socket.on('message', (datagram, { address, port }) => {
    const answer = answerTo(datagram, resources);
    if (answer === undefined) return;
    requests += 1;
    const late = datagram.includes('slow') ? SLOW_MS : 0;
    setTimeout(() => socket.send(answer, port, address), late);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, requests: () => requests, close: () => void socket.close() };
}

/** The response to a request of type CON or NON; undefined for anything else. */
export function answerTo(request: Buffer, resources: Readonly<Record<string, string>>): Buffer | undefined {
  const [first = 0, code = 0] = request;
  const type = (first >> 4) & 3;
  if (first >> 6 !== 1 || type > 1 || code === 0 || code >= 0x20) return undefined;
  const tokenEnd = 4 + (first & 0x0f);
  const text = resources[pathOf(request.subarray(tokenEnd))];
  const found = code === GET && text !== undefined;
  const header = Buffer.from([
    0x40 | (type === 0 ? ACK << 4 : NON << 4) | (first & 0x0f),
    found ? CONTENT : NOT_FOUND,
  ]);
  const token = request.subarray(2, tokenEnd); // with the message id before it
  return Buffer.concat(found ? [header, token, Buffer.from([0xff]), Buffer.from(text)] : [header, token]);
}

/** The Uri-Path options as `/a/b`; only lengths and deltas below 269 are expected here. */
function pathOf(options: Buffer): string {
  const segments: string[] = [];
  let number = 0;
  for (let at = 0; at < options.length && options[at] !== 0xff; ) {
    const head = options.readUInt8(at);
    at += 1;
    let delta = head >> 4;
    let length = head & 0x0f;
    if (delta === 13) delta += options.readUInt8(at++);
    if (length === 13) length += options.readUInt8(at++);
    number += delta;
    if (number === URI_PATH) segments.push(options.toString('utf8', at, at + length));
    at += length;
  }
  return `/${segments.join('/')}`;
}

export const SLOW_MS = 400;
const NON = 1;
const ACK = 2;
const GET = 0x01;
const CONTENT = 0x45;
const NOT_FOUND = 0x84;
const URI_PATH = 11;
