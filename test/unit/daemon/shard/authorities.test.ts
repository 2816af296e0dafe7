import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { wallTime } from '../../../../src/base/index.ts';
import { Authorities } from '../../../../src/daemon/shard/authorities.ts';
import { authority, device } from '../../../support/x509.ts';

const at = (text: string) => wallTime(Date.parse(text));
const validity = { notBefore: '2026-01-01T00:00:00Z', notAfter: '2026-03-01T00:00:00Z' };
const root = authority({
  subject: 'Root',
  notBefore: '2025-01-01T00:00:00Z',
  notAfter: '2030-01-01T00:00:00Z',
});
const lock = device({ subject: 'lock-1', ...validity }, root);
const other = device({ subject: 'lock-2', ...validity }, root);
const judgeAll = () => new Authorities({ anchors: [root.der], subjectRules: [], revocationLists: [] });

describe('a chain that was found good', () => {
  test('is good again, and means the same device', () => {
    const authorities = judgeAll();
    const first = authorities.judge([lock.der], at('2026-01-15T00:00:00Z'));
    assert.equal(first.kind === 'certified' && first.subject, 'CN=lock-1');
    assert.deepEqual(authorities.judge([lock.der], at('2026-02-15T00:00:00Z')), first);
    const second = authorities.judge([other.der], at('2026-02-15T00:00:00Z'));
    assert.equal(second.kind === 'certified' && second.subject, 'CN=lock-2');
  });

  test('is not good beyond its end', () => {
    const authorities = judgeAll();
    assert.equal(authorities.judge([lock.der], at('2026-02-28T23:59:59Z')).kind, 'certified');
    const late = authorities.judge([lock.der], at('2026-03-01T00:00:01Z'));
    assert.equal(late.kind === 'refused' && late.reason, 'certificate-expired');
  });

  test('says nothing for one that differs in a byte', () => {
    const authorities = judgeAll();
    assert.equal(authorities.judge([lock.der], at('2026-01-15T00:00:00Z')).kind, 'certified');
    const forged = lock.der.slice();
    forged[forged.length - 1] = (forged[forged.length - 1] as number) ^ 1;
    assert.equal(authorities.judge([forged], at('2026-01-15T00:00:00Z')).kind, 'refused');
  });
});
