import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pictureOf } from '../../../src/cli/qr.ts';

test('each form is what it says', async () => {
  assert.match(String(await pictureOf('A', 'svg')), /^<svg /);
  assert.deepEqual((await pictureOf('A', 'png')).slice(1, 4), Buffer.from('PNG'));
  assert.match(String(await pictureOf('A', 'terminal')), /\n$/);
});
