/**
 * CoAP in lockstep on virtual time: messages are written and read as one line of text, so a test reads like the
 * figures of the RFC.
 *
 *     new LockstepCoap()
 *       .hears('CON GET 7d34 token=20 /temperature')
 *       .sees('request #1 CON GET /temperature')
 *       .responds(1, '2.05 "22.3 C"')
 *       .sees('> ACK 2.05 7d34 token=20 "22.3 C"');
 *
 * A line is TYPE CODE MESSAGE-ID, then token=HEX, /path, Name=HEX for other options, "text" or payload=HEX.
 * Every datagram is overwritten after it was received: what kept a view of it is found out.
 */
import assert from 'node:assert/strict';
import {
  EMPTY,
  fromHex,
  fromUtf8,
  type Instant,
  instant,
  milliseconds,
  toHex,
  utf8,
} from '../../src/base/index.ts';
import { encodeParts } from '../../src/coap/codec/index.ts';
import {
  type Code,
  CoapEndpoint,
  type CoapEffect,
  type CoapEffects,
  type CoapLimits,
  type CoapOption,
  codeName,
  codeOf,
  decode,
  exchangeId,
  type MessageType,
  messageId,
  methodName,
  OPTION,
  OPTION_DEFINITIONS,
  optionName,
  pathOf,
  pathOptions,
  peerId,
  sortedOptions,
} from '../../src/coap/index.ts';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'FETCH', 'PATCH', 'iPATCH'];

interface Parts {
  readonly type: MessageType;
  readonly code: Code;
  readonly id: number;
  readonly token: Uint8Array;
  readonly options: readonly CoapOption[];
  readonly payload: Uint8Array;
}

/** The datagram of a line. */
export function datagram(line: string): Uint8Array {
  const { type, code, id, token, options, payload } = parts(line);
  return encodeParts(type, code, messageId(id), token, options, payload);
}

/** The line of a datagram. */
export function describeDatagram(bytes: Uint8Array): string {
  const message = decode(bytes);
  assert.notEqual(typeof message, 'string', `not a message: ${toHex(bytes)}`);
  if (typeof message === 'string') return message;
  const id = message.messageId.toString(16).padStart(4, '0');
  const token = message.token.length === 0 ? '' : ` token=${toHex(message.token)}`;
  return `${message.type} ${methodName(message.code)} ${id}${token}${describeContent(message)}`;
}

/** Path, options and payload of a message, each after a blank. */
export function describeContent(content: Pick<Parts, 'options' | 'payload'>): string {
  const path = content.options.some(({ number }) => number === OPTION.URI_PATH);
  let text = path ? ` ${pathOf(content.options)}` : '';
  for (const { number, value } of content.options) {
    if (number !== OPTION.URI_PATH) text += ` ${optionName(number)}=${toHex(value)}`;
  }
  if (content.payload.length === 0) return text;
  const printable = content.payload.every((byte) => byte >= 0x20 && byte < 0x7f && byte !== 0x22);
  return `${text} ${printable ? `"${fromUtf8(content.payload)}"` : `payload=${toHex(content.payload)}`}`;
}

export class LockstepCoap {
  readonly endpoint: CoapEndpoint;
  now: Instant = instant(1_000);
  #seen: string[] = [];
  #lastSent: Uint8Array | undefined = undefined;

  /** Random numbers are 1, 2, 3 ...: the wait for an ACK is ACK_TIMEOUT but for less than a microsecond. */
  constructor(limits: Partial<CoapLimits> = {}, entropy: () => number = counter()) {
    this.endpoint = new CoapEndpoint({ entropy, limits });
  }

  /** The datagram sent last, as a line. */
  get lastSent(): string {
    assert.ok(this.#lastSent, 'something was sent');
    return describeDatagram(this.#lastSent);
  }

  hears(line: string, peer = 1): this {
    return this.hearsBytes(datagram(line), peer);
  }

  hearsBytes(bytes: Uint8Array, peer = 1): this {
    const borrowed = Uint8Array.from(bytes);
    const effects = this.endpoint.receive(this.now, peerId(peer), borrowed);
    borrowed.fill(0xaa);
    return this.#take(effects);
  }

  /** `line` is CODE and content: `2.05 "22.3 C"`. */
  responds(exchange: number, line: string): this {
    const { code, options, payload } = parts(`ACK ${line.replace(/^\S+/, '$& 0000')}`);
    return this.#take(this.endpoint.respond(this.now, exchangeId(exchange), { code, options, payload }));
  }

  /** `line` is TYPE METHOD and content: `CON GET /light`. */
  requests(line: string, { timeoutMs = 100_000, peer = 1 } = {}): this {
    const { type, code, options, payload } = parts(line.replace(/^\S+ \S+/, '$& 0000'));
    const request = { code, options, payload, confirmable: type === 'CON' };
    return this.#take(
      this.endpoint.request(this.now, peerId(peer), request, milliseconds(timeoutMs)).effects,
    );
  }

  cancels(exchange: number): this {
    return this.#take(this.endpoint.cancel(this.now, exchangeId(exchange)));
  }

  forgets(peer = 1): this {
    return this.#take(this.endpoint.forget(peerId(peer)));
  }

  /** Lets `ms` pass, waking the endpoint at each of its deadlines and at no other time. */
  waits(ms: number): this {
    const until = instant(this.now + ms);
    for (;;) {
      const next = this.endpoint.nextDeadline();
      if (next === undefined || next > until) break;
      this.now = instant(Math.max(next, this.now));
      this.#take(this.endpoint.timeout(this.now));
    }
    this.now = until;
    return this;
  }

  /** Asserts that exactly these effects came since the last call. */
  sees(...lines: readonly string[]): this {
    const seen = this.#seen;
    this.#seen = [];
    assert.deepEqual(seen, lines);
    return this;
  }

  /** Takes what came since the last call. */
  takes(): readonly string[] {
    const seen = this.#seen;
    this.#seen = [];
    return seen;
  }

  #take(effects: CoapEffects): this {
    for (const effect of effects) {
      if (effect.kind === 'send') this.#lastSent = effect.bytes;
      this.#seen.push(describeEffect(effect));
    }
    return this;
  }
}

/** One effect as a line; the peer is left out when it is the first. */
export function describeEffect(effect: CoapEffect): string {
  const peer = effect.peer === 1 ? '' : ` @${effect.peer}`;
  switch (effect.kind) {
    case 'send':
      return `> ${describeDatagram(effect.bytes)}${peer}`;
    case 'request': {
      const { code, confirmable } = effect.request;
      const type = confirmable ? 'CON' : 'NON';
      return `request #${effect.exchange} ${type} ${methodName(code)}${describeContent(effect.request)}${peer}`;
    }
    case 'response':
      return `response #${effect.exchange} ${codeName(effect.response.code)}${describeContent(effect.response)}${peer}`;
    case 'failed':
      return `failed #${effect.exchange} ${effect.reason}${peer}`;
    case 'abandoned':
      return `abandoned #${effect.exchange}${peer}`;
    case 'dropped':
      return `dropped ${effect.reason}${peer}`;
  }
}

function parts(line: string): Parts {
  const words = line.match(/"[^"]*"|\S+/g) ?? [];
  const [type, code, id, ...content] = words;
  let token = EMPTY;
  let payload = EMPTY;
  const options: CoapOption[] = [];
  for (const word of content) {
    const [name, hex] = word.split('=');
    if (word.startsWith('"')) payload = utf8(word.slice(1, -1));
    else if (word.startsWith('/')) options.push(...(pathOptions(word) ?? assert.fail(`no path: ${word}`)));
    else if (name === 'token') token = bytesOf(hex);
    else if (name === 'payload') payload = bytesOf(hex);
    else options.push({ number: numberOf(name ?? ''), value: bytesOf(hex) });
  }
  return {
    type: type as MessageType,
    code: parseCode(code ?? ''),
    id: Number.parseInt(id ?? '', 16),
    token,
    options: sortedOptions(options),
    payload,
  };
}

function parseCode(text: string): Code {
  const method = METHODS.indexOf(text);
  if (method >= 0) return codeOf(0, method + 1);
  const [codeClass, detail] = text.split('.').map(Number);
  return codeOf(codeClass ?? 0, detail ?? 0);
}

function numberOf(name: string): number {
  const known = OPTION_DEFINITIONS.find((definition) => definition.name === name);
  return known?.number ?? Number(name.replace('option-', ''));
}

const bytesOf = (hex = ''): Uint8Array => fromHex(hex) ?? assert.fail(`not hexadecimal: ${hex}`);

function counter(): () => number {
  let value = 0;
  return () => ++value;
}
