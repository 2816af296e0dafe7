import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../../src/base/index.ts';
import { parseDevicePsk } from '../../../src/cli/device/device-psk.ts';
import { CommandFault } from '../../../src/cli/fault.ts';

test('the last colon divides identity and key', () => {
  const psk = parseDevicePsk('urn:dev:7:00ff', '--psk');
  assert.equal(Buffer.from(psk.identity).toString(), 'urn:dev:7');
  assert.equal(toHex(psk.key.reveal()), '00ff');
});

test('an identity may be any bytes', () => {
  assert.equal(toHex(parseDevicePsk('hex:00FF:0102', '--psk').identity), '00ff');
  assert.equal(toHex(parseDevicePsk('blåhus:0102', '--psk').identity), toHex(Buffer.from('blåhus')));
});

for (const wrong of [
  '',
  'lamp',
  ':00',
  'lamp:',
  'lamp:0',
  'lamp:0g',
  `lamp:${'00'.repeat(65)}`,
  'hex:0:00',
  'hex::00',
]) {
  test(`'${wrong.slice(0, 12)}' is a usage fault that does not repeat the key`, () => {
    assert.throws(
      () => parseDevicePsk(wrong, '--psk'),
      (thrown) => {
        assert.ok(thrown instanceof CommandFault);
        assert.equal(thrown.exit, 2);
        assert.ok(wrong === '' || !thrown.message.includes(wrong));
        return true;
      },
    );
  });
}
