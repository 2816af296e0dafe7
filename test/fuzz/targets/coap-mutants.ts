/**
 * Endless datagrams that are almost CoAP, from a seed: well-formed messages, damaged a little or a lot. The same seed
 * gives the same datagrams.
 */
import { fromHex } from '../../../src/base/index.ts';
import { datagram } from '../../support/lockstep-coap.ts';

/** A random source: uint32 for each call (xorshift32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}

/** A generator of mutants; each is in memory of its own. */
export function mutants(random: () => number): () => Uint8Array {
  const corpus = LINES.map(datagram).concat(HEXES.map((hex) => fromHex(hex) ?? new Uint8Array(0)));
  const below = (limit: number): number => random() % limit;
  return () => {
    let bytes = Uint8Array.from(corpus[below(corpus.length)] as Uint8Array);
    for (let damage = below(4); damage > 0; damage--) {
      const mutate = MUTATIONS[below(MUTATIONS.length)] as Mutation;
      bytes = mutate(bytes, below, corpus[below(corpus.length)] as Uint8Array);
    }
    return bytes;
  };
}

type Mutation = (
  bytes: Uint8Array,
  below: (limit: number) => number,
  other: Uint8Array,
) => Uint8Array<ArrayBuffer>;

const MUTATIONS: readonly Mutation[] = [
  /** One bit. */
  (bytes, below) => {
    const mutant = Uint8Array.from(bytes);
    if (mutant.length > 0) mutant[below(mutant.length)]! ^= 1 << below(8);
    return mutant;
  },
  /** One byte, to something that means something. */
  (bytes, below) => {
    const mutant = Uint8Array.from(bytes);
    if (mutant.length > 0) mutant[below(mutant.length)] = TELLING[below(TELLING.length)] as number;
    return mutant;
  },
  /** The header. */
  (bytes, below) => {
    const mutant = Uint8Array.from(bytes);
    for (let i = 0; i < Math.min(4, mutant.length); i++) if (below(2) === 0) mutant[i] = below(256);
    return mutant;
  },
  /** The end is lost. */
  (bytes, below) => bytes.slice(0, below(bytes.length + 1)),
  /** Bytes are lost. */
  (bytes, below) => {
    const at = below(bytes.length + 1);
    return joined(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + below(4))));
  },
  /** Bytes are put in between. */
  (bytes, below) => {
    const at = below(bytes.length + 1);
    const added = Uint8Array.from({ length: 1 + below(8) }, () => TELLING[below(TELLING.length)] as number);
    return joined(bytes.subarray(0, at), added, bytes.subarray(at));
  },
  /** A part comes twice. */
  (bytes, below) => {
    const from = below(bytes.length + 1);
    const to = from + below(bytes.length - from + 1);
    return joined(bytes.subarray(0, to), bytes.subarray(from));
  },
  /** The beginning of one, the end of another. */
  (bytes, below, other) =>
    joined(bytes.subarray(0, below(bytes.length + 1)), other.subarray(below(other.length + 1))),
  /** Many options. */
  (bytes, below) => joined(bytes.subarray(0, 4), new Uint8Array(below(200)), bytes.subarray(4)),
];

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Nibbles and markers that change how the rest is read. */
const TELLING = [
  0x00, 0x01, 0x0d, 0x0e, 0x0f, 0x40, 0x44, 0x49, 0x60, 0x70, 0xb1, 0xd0, 0xdd, 0xe0, 0xee, 0xf0, 0xfe, 0xff,
];

const LINES = [
  'CON GET 0001 token=01020304 /lock/state',
  'CON POST 0002 token=0102030405060708 /a/b Content-Format= "payload"',
  'NON PUT 0003 token=aa /a Content-Format=3c payload=a10102',
  'CON DELETE 0004 /x If-Match=0102 Accept=32',
  'CON FETCH 0005 token=bb /s Block2=06 Observe= "q"',
  'CON GET 0006 Uri-Host=61 Uri-Port=1633 /a Uri-Query=613d31 Uri-Query=623d32',
  'CON GET 0007 Proxy-Uri=636f61703a2f2f61 Hop-Limit=10 Echo=0102030405060708',
  'CON PUT 0008 /fw Block1=0e Size1=040000 Request-Tag=01 payload=00ff00ff',
  'CON GET 0009 OSCORE=0914 option-65000=01 option-2049=ff',
  'CON GET 000a option-9999=01',
  'CON 0.00 000b',
  'ACK 0.00 0001',
  'RST 0.00 0001',
  'ACK 2.05 0001 token=01020304 Content-Format= Max-Age=3c "22.3 C"',
  'CON 2.05 000c token=01020304 ETag=0102 Observe=0a payload=00',
  'NON 4.04 000d token=01020304 "not found"',
  'CON 7.31 000e',
  'CON 0.09 000f /a',
];

const HEXES = [
  '',
  '40',
  '400100',
  '4f010001',
  '44010001',
  '40010001ff',
  '40010001f0',
  '40010001e0ffff',
  'c0010001',
];
