/**
 * What one CoAP message costs in nanoseconds of CPU time (collection of garbage included):
 * `node test/bench/micro/coap.ts`. For comparing before with after on one machine.
 */
import { instant, milliseconds } from '../../../src/base/index.ts';
import {
  CODE,
  CoapEndpoint,
  type CoapEffect,
  decode,
  encode,
  type Message,
  messageId,
  OPTION,
  optionsOf,
  peerId,
} from '../../../src/coap/index.ts';
import { print } from './print.ts';

const ROUNDS = 300_000;
let seed = 1;
const entropy = (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed;
};

function get(id: number): Message {
  return {
    type: 'CON',
    code: CODE.GET,
    messageId: messageId(id),
    token: new Uint8Array([1, 2, 3, id & 0xff]),
    options: optionsOf([OPTION.URI_PATH, 'lock'], [OPTION.URI_PATH, 'state']),
    payload: new Uint8Array(0),
  };
}

const content = {
  code: CODE.CONTENT,
  options: optionsOf([OPTION.CONTENT_FORMAT, 0]),
  payload: new Uint8Array(20).fill(0x61),
};

const large = { ...content, payload: new Uint8Array(500).fill(0x61) };

/** Median of five runs of `ROUNDS` calls. */
function measure(name: string, once: (round: number) => unknown): void {
  const runs: number[] = [];
  for (let run = 0; run < 6; run++) {
    const before = process.cpuUsage();
    for (let round = 0; round < ROUNDS; round++) once(round);
    const { user, system } = process.cpuUsage(before);
    runs.push((1_000 * (user + system)) / ROUNDS);
  }
  runs.shift();
  print(name, runs.toSorted((a, b) => a - b)[2] ?? 0);
}

const wire = encode(get(7));
const message = get(7);
measure('decode a GET (26 bytes, 2 options)', () => decode(wire));
measure('encode the same', () => encode(message));

/** One peer after another asks, and is answered at once. */
function serve(peers: number, response = content): (round: number) => unknown {
  const endpoint = new CoapEndpoint({ entropy });
  const datagrams = Array.from({ length: peers }, () => Uint8Array.from(wire));
  let calls = 0;
  return () => {
    const at = calls % peers;
    const id = Math.floor(calls / peers);
    calls++;
    const datagram = datagrams[at] as Uint8Array;
    datagram[2] = id >> 8;
    datagram[3] = id;
    const now = instant(calls / 20);
    const effect = endpoint.receive(now, peerId(at), datagram)[0] as CoapEffect;
    if (effect.kind !== 'request') throw effect;
    return endpoint.respond(now, effect.exchange, response);
  };
}
measure('receive + respond, 1 peer', serve(1));
measure('receive + respond with 500 bytes, 1 peer', serve(1, large));
measure('receive + respond, 1,000 peers in turn', serve(1_000));
measure('receive + respond, 10,000 peers in turn', serve(10_000));

/** We ask one backend, which answers at once. */
function ask(): () => unknown {
  const limits = { nstart: 512, exchangeLifetime: milliseconds(10_000) };
  const endpoint = new CoapEndpoint({ entropy, limits });
  const request = { code: CODE.GET, options: message.options, payload: message.payload, confirmable: true };
  let calls = 0;
  return () => {
    const now = instant(calls++);
    endpoint.timeout(now);
    const { effects } = endpoint.request(now, peerId(1), request, milliseconds(10_000));
    const sent = effects[0] as CoapEffect;
    if (sent.kind !== 'send') throw sent;
    const answer = sent.bytes;
    answer[0] = (answer[0] as number) | 0x20;
    answer[1] = CODE.CONTENT;
    return endpoint.receive(now, peerId(1), answer);
  };
}
measure('request + receive the piggybacked response', ask());
