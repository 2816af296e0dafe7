import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CODE,
  type Code,
  codeClass,
  codeName,
  codeOf,
  isKnownMethod,
  isRequestCode,
  isResponseCode,
  isSafeMethod,
  isSuccess,
  methodName,
} from '../../../../src/coap/index.ts';

const all = Array.from({ length: 256 }, (_, byte) => byte as Code);

test('names are class, dot, two digits', () => {
  assert.equal(codeName(CODE.EMPTY), '0.00');
  assert.equal(codeName(CODE.CONTENT), '2.05');
  assert.equal(codeName(CODE.CONTINUE), '2.31');
  assert.equal(codeName(0xff as Code), '7.31');
});

test('codeOf is the inverse of class and detail', () => {
  for (const code of all) assert.equal(codeOf(codeClass(code), code & 0x1f), code);
});

test('the registered codes (RFC 7252 12.1, RFC 7959, RFC 8132, RFC 8516, RFC 8768)', () => {
  const names = Object.entries(CODE).map(([name, code]) => `${codeName(code)} ${name}`);
  assert.equal(
    names.slice(8).join(', '),
    '2.01 CREATED, 2.02 DELETED, 2.03 VALID, 2.04 CHANGED, 2.05 CONTENT, 2.31 CONTINUE, 4.00 BAD_REQUEST, ' +
      '4.01 UNAUTHORIZED, 4.02 BAD_OPTION, 4.03 FORBIDDEN, 4.04 NOT_FOUND, 4.05 METHOD_NOT_ALLOWED, ' +
      '4.06 NOT_ACCEPTABLE, 4.08 REQUEST_ENTITY_INCOMPLETE, 4.09 CONFLICT, 4.12 PRECONDITION_FAILED, ' +
      '4.13 REQUEST_ENTITY_TOO_LARGE, 4.15 UNSUPPORTED_CONTENT_FORMAT, 4.22 UNPROCESSABLE_ENTITY, ' +
      '4.29 TOO_MANY_REQUESTS, 5.00 INTERNAL_SERVER_ERROR, 5.01 NOT_IMPLEMENTED, 5.02 BAD_GATEWAY, ' +
      '5.03 SERVICE_UNAVAILABLE, 5.04 GATEWAY_TIMEOUT, 5.05 PROXYING_NOT_SUPPORTED, 5.08 HOP_LIMIT_REACHED',
  );
});

test('methods', () => {
  assert.deepEqual(all.filter(isKnownMethod).map(methodName), [
    'GET',
    'POST',
    'PUT',
    'DELETE',
    'FETCH',
    'PATCH',
    'iPATCH',
  ]);
  assert.deepEqual(all.filter(isSafeMethod).map(methodName), ['GET', 'FETCH']);
  assert.equal(methodName(0x08 as Code), '0.08');
});

test('every code is empty, a request, a response or reserved', () => {
  for (const code of all) {
    const kinds = [
      code === CODE.EMPTY,
      isRequestCode(code),
      isResponseCode(code),
      [1, 6, 7].includes(code >> 5),
    ];
    assert.equal(kinds.filter(Boolean).length, 1, codeName(code));
    assert.equal(isSuccess(code), codeName(code).startsWith('2.'));
  }
});
