/** Threats P01 to P06, P10, P11: what a device could try to make the gateway forward what, or where, it should not. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { utf8 } from '../../src/base/index.ts';
import {
  CODE,
  codeName,
  codeOf,
  type CoapOption,
  getUintOption,
  OPTION,
  option,
  sortedOptions,
} from '../../src/coap/index.ts';
import { actionOf, pathText, resourceName } from '../../src/policy/index.ts';
import { messageOf } from '../../src/adapters/backends/coap/message.ts';
import { type Device, World } from '../fakes/world.ts';

function connected(): { world: World; meter: Device } {
  const world = new World();
  world.load();
  const meter = world.device('meter');
  assert.equal(meter.connect(), true);
  return { world, meter };
}

/** The code of the answer, and what the backend has seen. */
function sent(options: readonly CoapOption[], code = CODE.GET): { code: string; seen: string[] } {
  const { world, meter } = connected();
  meter.send(code, sortedOptions(options));
  while (world.backend.waiting.size > 0) world.backend.answer(world.clock.now());
  world.settle();
  return {
    code: meter.responses.map((response) => codeName(response.code)).join(),
    seen: world.backend.seen.map(({ request }) => resourceName(request.resource)),
  };
}

const path = (...segments: string[]): CoapOption[] => segments.map((text) => option(OPTION.URI_PATH, text));

describe('P01, P02, P11: targets of the client’s choosing', () => {
  const targets = [
    'coap://127.0.0.1:5683/secret',
    'coap://169.254.169.254/latest',
    'coap://224.0.1.187/all',
    'coap://[ff02::fd]/all',
    'http://internal.example/',
    'demo',
  ];
  for (const target of targets) {
    test(`Proxy-Uri ${target} is refused, with Uri-Path or without`, () => {
      const proxy = option(OPTION.PROXY_URI, target);
      assert.deepEqual(sent([proxy]), { code: '5.05', seen: [] });
      assert.deepEqual(sent([proxy, ...path('demo', 'x')]), { code: '5.05', seen: [] });
    });
  }

  test('Proxy-Scheme is refused, with Uri-Host or without', () => {
    const scheme = option(OPTION.PROXY_SCHEME, 'coap');
    assert.deepEqual(sent([scheme, ...path('demo', 'x')]), { code: '5.05', seen: [] });
    const host = option(OPTION.URI_HOST, '127.0.0.1');
    assert.deepEqual(sent([scheme, host, ...path('demo', 'x')]), { code: '5.05', seen: [] });
  });
});

describe('P05: Uri-Host and Uri-Port choose nothing', () => {
  const hosts = ['vault', 'VAULT.', 'xn--vlt-fla', '10.0.0.1', 'ff02::fd', 'demo.', '../vault'];
  for (const host of hosts) {
    test(`host ${host}`, () => {
      const options = [option(OPTION.URI_HOST, host), option(OPTION.URI_PORT, 1), ...path('demo', 'x')];
      assert.deepEqual(sent(options), { code: '2.05', seen: ['backend/demo/x'] });
      const vault = [option(OPTION.URI_HOST, host), ...path('vault', 'x')];
      assert.deepEqual(sent(vault), { code: '4.03', seen: [] });
    });
  }
});

describe('P03: paths', () => {
  test('dots are refused wherever they are', () => {
    for (const dots of ['.', '..']) {
      assert.deepEqual(sent(path('demo', dots, 'vault')), { code: '4.00', seen: [] });
      assert.deepEqual(sent(path(dots, 'vault')), { code: '4.00', seen: [] });
    }
  });

  test('percent signs and slashes inside a segment are themselves', () => {
    const cases: [string[], string, string[]][] = [
      [['demo', '%2e%2e', 'vault'], '2.05', ['backend/demo/%252e%252e/vault']],
      [['demo', '../vault'], '2.05', ['backend/demo/..%2Fvault']],
      [['demo/x'], '4.04', []],
      [['%64emo', 'x'], '4.04', []],
      [['', 'demo', 'x'], '4.04', []],
      [['demo ', 'x'], '4.04', []],
      [['DEMO', 'x'], '4.04', []],
    ];
    for (const [segments, code, seen] of cases) assert.deepEqual(sent(path(...segments)), { code, seen });
  });

  test('bytes that are no text are refused', () => {
    const bytes = { number: OPTION.URI_PATH, value: Uint8Array.of(0xc0, 0xae) };
    assert.equal(sent([...path('demo'), bytes]).seen.length, 0);
    assert.match(sent([...path('demo'), bytes]).code, /^4\.0[02]$/);
  });
});

describe('P04: what is decided about is what is forwarded', () => {
  test('for any path, the backend’s message carries the path of the decision, byte by byte', () => {
    const { world, meter } = connected();
    const segment = fc.oneof(fc.constantFrom('demo', 'vault', '..', '.', '%2f', '', '*'), fc.string());
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 4 }), (segments) => {
        const before = world.backend.seen.length;
        const fitting = segments.filter((text) => utf8(text).length <= 255);
        meter.send(CODE.GET, path(...fitting));
        while (world.backend.waiting.size > 0) world.backend.answer(world.clock.now());
        world.settle();
        const arrived = world.backend.seen.slice(before);
        const allowed = fitting[0] === 'demo' && !fitting.includes('.') && !fitting.includes('..');
        assert.equal(arrived.length, allowed ? 1 : 0, pathText(fitting.map(utf8)));
        if (arrived[0] === undefined) return;
        const { request } = arrived[0];
        const onTheWire = messageOf(request).options.filter(({ number }) => number === OPTION.URI_PATH);
        assert.deepEqual(
          onTheWire.map(({ value }) => value),
          fitting.slice(1).map(utf8),
        );
        assert.deepEqual(request.resource.segments, fitting.slice(1).map(utf8));
        assert.equal(request.resource.route, 'demo');
      }),
      { numRuns: 200 },
    );
  });
});

describe('P06: loops', () => {
  const forwardedHops = (...options: CoapOption[]): number | undefined => {
    const { world, meter } = connected();
    meter.send(CODE.GET, sortedOptions([...path('demo'), ...options]));
    const [seen] = world.backend.seen;
    return seen && getUintOption(seen.request.options, OPTION.HOP_LIMIT);
  };

  test('each hop counts, and the last one is here', () => {
    assert.equal(forwardedHops(), 16, 'the default of RFC 8768');
    assert.equal(forwardedHops(option(OPTION.HOP_LIMIT, 255)), 254);
    assert.equal(forwardedHops(option(OPTION.HOP_LIMIT, 2)), 1);
    assert.deepEqual(sent([...path('demo'), option(OPTION.HOP_LIMIT, 1)]), { code: '5.08', seen: [] });
  });

  test('no hops at all is a bad request', () => {
    const none = { number: OPTION.HOP_LIMIT, value: Uint8Array.of(0) };
    assert.deepEqual(sent([...path('demo'), none]), { code: '4.00', seen: [] });
  });
});

test('P08: nothing is answered from what was answered to somebody else', () => {
  const { world, meter } = connected();
  const lock = world.device('lock');
  assert.equal(lock.connect(), true);
  for (const device of [meter, lock]) {
    device.get('/demo/same');
    const secret = { payload: utf8('for one'), options: [option(OPTION.MAX_AGE, 3_600)] };
    world.backend.answer(world.clock.now(), secret);
    world.settle();
  }
  assert.deepEqual(
    world.backend.seen.map(({ request }) => request.principal.name),
    ['meter', 'lock'],
  );
});

describe('P10: methods', () => {
  test('only those that exist are forwarded, each with its action', () => {
    for (let detail = 1; detail < 32; detail++) {
      const { code, seen } = sent(path('demo', 'x'), codeOf(0, detail));
      const known = actionOf(detail, false) !== undefined;
      assert.equal(seen.length, known ? 1 : 0, `0.${detail}`);
      assert.equal(code, known ? '2.05' : '4.05', `0.${detail}`);
    }
  });

  test('no method is a way around a missing right', () => {
    for (let detail = 1; detail < 8; detail++) {
      assert.deepEqual(sent(path('vault', 'x'), codeOf(0, detail)), { code: '4.03', seen: [] });
    }
    const observe = { number: OPTION.OBSERVE, value: new Uint8Array(0) };
    assert.deepEqual(sent([...path('vault'), observe]), { code: '4.03', seen: [] });
  });
});
