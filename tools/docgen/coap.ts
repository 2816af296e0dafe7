/** docs/reference/coap.md */
import { CODE, codeName } from '../../src/coap/codec/code.ts';
import {
  isCritical,
  isNoCacheKey,
  isUnsafe,
  OPTION_DEFINITIONS,
} from '../../src/coap/codec/option-registry.ts';
import { COAP_LIMITS } from '../../src/coap/limits.ts';
import { REFUSAL_CODES, REFUSALS } from '../../src/relay/refusal.ts';
import { code, type Page, page, remarksIn, table } from './markdown.ts';

export function coapPage(): Page {
  return page(
    'docs/reference/coap.md',
    'CoAP and relay',
    'Which options and codes are known, how requests are refused, what is ignored, and how much is remembered.',
    [
      'src/coap/codec/option-registry.ts',
      'src/coap/codec/code.ts',
      'src/relay/refusal.ts',
      'src/coap/effect.ts',
      'src/coap/limits.ts',
    ],
    [
      {
        title: 'Options',
        blocks: [
          'Critical (C): who does not know it refuses the message. Unsafe (U): a proxy that does not know it ' +
            'does not forward it. No cache key (N): does not tell two requests apart. Repeatable (R).',
          options(),
        ],
      },
      { title: 'Codes', blocks: [codes()] },
      {
        title: 'How a request is refused',
        blocks: ['The payload of a refusal is the id of the decision and nothing more.', refusals()],
      },
      {
        title: 'What is dropped',
        blocks: ['Counted by reason; what the peer sees stands beside it.', drops()],
      },
      { title: 'Limits', blocks: ['Times in milliseconds.', limits()] },
    ],
  );
}

function options(): string {
  const rows = OPTION_DEFINITIONS.map(({ number, name, format, repeatable, minBytes, maxBytes }) => {
    const marks = [
      isCritical(number) && 'C',
      isUnsafe(number) && 'U',
      isNoCacheKey(number) && 'N',
      repeatable && 'R',
    ];
    return [String(number), name, marks.filter(Boolean).join(' '), format, `${minBytes} to ${maxBytes}`];
  });
  return table(['number', 'name', 'is', 'format', 'bytes'], rows);
}

function codes(): string {
  const rows = Object.entries(CODE).map(([name, value]) => [
    code(codeName(value)),
    name.toLowerCase().replaceAll('_', ' '),
  ]);
  return table(['code', 'name'], rows);
}

function refusals(): string {
  const remarks = remarksIn('src/relay/refusal.ts', 'REFUSALS');
  const rows = REFUSALS.map((refusal) => [
    code(refusal),
    codeName(REFUSAL_CODES[refusal]),
    remarks.get(refusal) ?? '',
  ]);
  return table(['reason', 'code', 'meaning'], rows);
}

function drops(): string {
  const remarks = [...remarksIn('src/coap/effect.ts', 'CoapDropReason')];
  const rows = remarks.map(([name, remark]) => [code(name), remark]);
  return table(['reason', 'meaning and reaction'], rows);
}

function limits(): string {
  const remarks = remarksIn('src/coap/limits.ts', 'CoapLimits');
  const rows = Object.entries(COAP_LIMITS).map(([name, value]) => [
    code(name),
    Number(value).toLocaleString('en-GB'),
    remarks.get(name) ?? '',
  ]);
  return table(['limit', 'default', 'meaning'], rows);
}
