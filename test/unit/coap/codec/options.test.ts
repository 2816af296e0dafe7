import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromHex, toHex, utf8 } from '../../../../src/base/index.ts';
import { acceptOptions } from '../../../../src/coap/codec/index.ts';
import {
  decodeUint,
  encodeUint,
  getOption,
  getOptions,
  getTextOption,
  getUintOption,
  isCritical,
  isNoCacheKey,
  isUnsafe,
  OPTION,
  OPTION_DEFINITIONS,
  optionDefinition,
  optionName,
  optionsOf,
  withoutOption,
} from '../../../../src/coap/index.ts';

describe('uint', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, ''],
    [1, '01'],
    [255, 'ff'],
    [256, '0100'],
    [65_536, '010000'],
    [0xffff_ffff, 'ffffffff'],
    [0x1_0000_0000, '0100000000'],
  ];
  for (const [value, hex] of cases) {
    test(`${value} <-> ${hex || 'empty'}`, () => {
      assert.equal(toHex(encodeUint(value)), hex);
      assert.equal(decodeUint(fromHex(hex) ?? assert.fail()), value);
    });
  }

  test('leading zeros are read (RFC 7252 3.2)', () => assert.equal(decodeUint(new Uint8Array([0, 0, 5])), 5));
});

describe('lists of options', () => {
  const options = optionsOf(
    [OPTION.URI_QUERY, 'x=1'],
    [OPTION.URI_PATH, 'a'],
    [OPTION.MAX_AGE, 60],
    [OPTION.URI_PATH, 'b'],
  );

  test('are put in the order of the wire', () => {
    assert.deepEqual(
      options.map(({ number }) => number),
      [11, 11, 14, 15],
    );
    assert.deepEqual(getOptions(options, OPTION.URI_PATH), [utf8('a'), utf8('b')]);
  });

  test('are read by number', () => {
    assert.deepEqual(getOption(options, OPTION.URI_PATH), utf8('a'));
    assert.equal(getUintOption(options, OPTION.MAX_AGE), 60);
    assert.equal(getTextOption(options, OPTION.URI_QUERY), 'x=1');
    assert.equal(getOption(options, OPTION.ETAG), undefined);
    assert.equal(getUintOption(options, OPTION.OBSERVE), undefined);
    assert.equal(getTextOption(options, OPTION.URI_HOST), undefined);
    assert.equal(getTextOption(optionsOf([3, new Uint8Array([0xff])]), 3), undefined);
    assert.equal(withoutOption(options, OPTION.URI_PATH).length, 2);
  });

  test('copy what they are made of', () => {
    const value = new Uint8Array([1]);
    const [made] = optionsOf([OPTION.ETAG, value]);
    value[0] = 2;
    assert.deepEqual(made?.value, new Uint8Array([1]));
  });
});

describe('the registry', () => {
  test('is in order, without double numbers or names, and found by number', () => {
    const numbers = OPTION_DEFINITIONS.map(({ number }) => number);
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].toSorted((a, b) => a - b),
    );
    assert.equal(new Set(OPTION_DEFINITIONS.map(({ name }) => name)).size, numbers.length);
    assert.deepEqual(numbers.toSorted(), Object.values(OPTION).toSorted());
    for (const definition of OPTION_DEFINITIONS) {
      assert.equal(optionDefinition(definition.number), definition);
    }
    assert.equal(optionDefinition(10), undefined);
    assert.equal(optionDefinition(65_535), undefined);
    assert.equal(optionName(11), 'Uri-Path');
    assert.equal(optionName(65_001), 'option-65001');
  });

  // The columns C, U, N of RFC 7252 table 4, RFC 7641, RFC 7959, RFC 7967, RFC 8613, RFC 8768, RFC 9175, RFC 9177.
  const properties: Readonly<Record<string, string>> = {
    'If-Match': 'C',
    'Uri-Host': 'CU',
    ETag: '',
    'If-None-Match': 'C',
    Observe: 'U',
    'Uri-Port': 'CU',
    'Location-Path': '',
    OSCORE: 'C',
    'Uri-Path': 'CU',
    'Content-Format': '',
    'Max-Age': 'U',
    'Uri-Query': 'CU',
    'Hop-Limit': '',
    Accept: 'C',
    'Q-Block1': 'CU',
    'Location-Query': '',
    Block2: 'CU',
    Block1: 'CU',
    Size2: 'N',
    'Q-Block2': 'CU',
    'Proxy-Uri': 'CU',
    'Proxy-Scheme': 'CU',
    Size1: 'N',
    Echo: 'N',
    'No-Response': 'U',
    'Request-Tag': '',
  };
  for (const { number, name } of OPTION_DEFINITIONS) {
    test(`${name} has the properties of its RFC`, () => {
      const found = `${isCritical(number) ? 'C' : ''}${isUnsafe(number) ? 'U' : ''}${isNoCacheKey(number) ? 'N' : ''}`;
      assert.equal(found, properties[name]);
    });
  }
});

describe('acceptance (RFC 7252 5.4.1, 5.4.3, 5.4.5)', () => {
  for (const { number, name, minBytes, maxBytes, repeatable } of OPTION_DEFINITIONS) {
    const refusal = isCritical(number) ? number : [];
    const ofLength = (length: number) => optionsOf([number, new Uint8Array(length)]);

    test(`${name}: lengths ${minBytes} to ${maxBytes}`, () => {
      assert.deepEqual(acceptOptions(ofLength(minBytes)), ofLength(minBytes));
      assert.deepEqual(acceptOptions(ofLength(maxBytes)), ofLength(maxBytes));
      assert.deepEqual(acceptOptions(ofLength(maxBytes + 1)), refusal);
      if (minBytes > 0) assert.deepEqual(acceptOptions(ofLength(minBytes - 1)), refusal);
    });

    test(`${name}: ${repeatable ? 'may' : 'may not'} be repeated`, () => {
      const twice = [...ofLength(maxBytes), ...ofLength(maxBytes)];
      const once = isCritical(number) ? number : ofLength(maxBytes);
      assert.deepEqual(acceptOptions(twice), repeatable ? twice : once);
    });
  }

  test('unknown options: critical ones refuse, elective ones stay', () => {
    assert.equal(acceptOptions(optionsOf([65_001, 'x'])), 65_001);
    const elective = optionsOf([65_000, 'x'], [65_000, 'y']);
    assert.equal(acceptOptions(elective), elective);
  });

  test('the first critical one is named, also behind elective ones that are left out', () => {
    assert.equal(
      acceptOptions(optionsOf([OPTION.CONTENT_FORMAT, 'abc'], [65_001, ''], [65_003, ''])),
      65_001,
    );
    const kept = acceptOptions(
      optionsOf([OPTION.ETAG, ''], [OPTION.URI_PATH, 'a'], [OPTION.MAX_AGE, '12345']),
    );
    assert.deepEqual(kept, optionsOf([OPTION.URI_PATH, 'a']));
  });

  test('three of what may be there once: one is left', () => {
    const three = optionsOf(
      [OPTION.CONTENT_FORMAT, 1],
      [OPTION.CONTENT_FORMAT, 2],
      [OPTION.CONTENT_FORMAT, 3],
    );
    assert.deepEqual(acceptOptions(three), three.slice(0, 1));
  });
});
