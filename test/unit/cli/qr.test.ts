import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pictureOf, qrText } from '../../../src/cli/qr.ts';

test('the text stays within the characters that a QR code packs tightest', () => {
  const text = qrText('6c616d70', '00ff');
  assert.equal(text, 'POSTERN:PSK:1:6C616D70:00FF');
  assert.match(text, /^[0-9A-Z:]+$/);
});

test('each form is what it says', async () => {
  assert.match(String(await pictureOf('A', 'svg')), /^<svg /);
  assert.deepEqual((await pictureOf('A', 'png')).slice(1, 4), Buffer.from('PNG'));
  assert.match(String(await pictureOf('A', 'terminal')), /\n$/);
});
