import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  createSecretFile,
  openAdminToken,
  openMasterKey,
  prepareStateDirectory,
  readSecretFile,
  removeFile,
  replaceFile,
} from '../../../../src/adapters/state/index.ts';
import { nodeEntropy, sealKey, tokenMatches, unsealKey } from '../../../../src/crypto/index.ts';
import { temporaryDirectory } from '../../../support/process.ts';

const entropy = nodeEntropy();
const root = temporaryDirectory('state');
let made = 0;
const fresh = (): string => {
  const directory = join(root, String(made++));
  mkdirSync(directory);
  return directory;
};
const modeOf = (file: string): number => statSync(file).mode & 0o777;

describe('state directory', () => {
  test('is made with all that lead to it, for its owner only', () => {
    const directory = join(fresh(), 'a', 'b');
    prepareStateDirectory(directory);
    assert.equal(modeOf(directory), 0o700);
    prepareStateDirectory(directory);
  });

  test('that cannot be: says so', () => {
    const file = join(fresh(), 'file');
    writeFileSync(file, '');
    for (const place of [file, join(file, 'below'), '/proc/postern']) {
      assert.throws(
        () => prepareStateDirectory(place),
        (thrown: Error & { code?: string }) => {
          assert.equal(thrown.code, 'PN_STATE_UNWRITABLE');
          return thrown.message.includes(file) || thrown.message.includes(place);
        },
      );
    }
  });
});

describe('small files', () => {
  test('a secret is for its owner only, and is never written over', () => {
    const file = join(fresh(), 'secret');
    createSecretFile(file, 'first');
    assert.equal(modeOf(file), 0o600);
    assert.throws(() => createSecretFile(file, 'second'), { code: 'PN_STATE_UNWRITABLE' });
    assert.equal(readFileSync(file, 'utf8'), 'first');
    assert.deepEqual(readSecretFile(file), Buffer.from('first'));
    assert.equal(readSecretFile(join(root, 'none')), undefined);
  });

  test('a secret that others may see is refused, with the way out', () => {
    const file = join(fresh(), 'secret');
    createSecretFile(file, 'x');
    for (const mode of [0o640, 0o604, 0o620, 0o602, 0o610, 0o777]) {
      chmodSync(file, mode);
      assert.throws(
        () => readSecretFile(file),
        { code: 'PN_SECRET_EXPOSED', message: /chmod 600/ },
        mode.toString(8),
      );
    }
    chmodSync(file, 0o400);
    assert.ok(readSecretFile(file));
  });

  test('what a crash left behind is no obstacle', () => {
    const directory = fresh();
    const file = join(directory, 'ports.json');
    writeFileSync(`${file}.new`, 'half');
    replaceFile(file, 'one');
    replaceFile(file, 'two');
    assert.equal(readFileSync(file, 'utf8'), 'two');
    assert.deepEqual(readdirSync(directory), ['ports.json']);
    removeFile(file);
    removeFile(file);
    assert.equal(existsSync(file), false);
  });
});

describe('master key and token', () => {
  const of = { credential: 'c', identityHex: '00' };

  test('are made once, and are the same ever after', () => {
    const directory = fresh();
    const first = openMasterKey(directory, entropy, false);
    const sealed = sealKey(first.key, entropy, of, new Uint8Array(16).fill(5));
    const second = openMasterKey(directory, entropy, true);
    assert.deepEqual(unsealKey(second.key, of, sealed), new Uint8Array(16).fill(5));
    assert.equal(modeOf(first.file), 0o600);
    assert.equal(readFileSync(first.file).length, 32);

    const token = openAdminToken(directory, entropy);
    const text = readFileSync(token.file, 'utf8');
    assert.match(text, /^[\w-]{43}\n$/);
    assert.ok(tokenMatches(text.trim(), openAdminToken(directory, entropy).digest));
  });

  test('a master key that is missing, cut or exposed stops the start', () => {
    const directory = fresh();
    assert.throws(() => openMasterKey(directory, entropy, true), { code: 'PN_MASTER_KEY_MISSING' });
    assert.equal(existsSync(join(directory, 'master.key')), false, 'none is made in its place');
    createSecretFile(join(directory, 'master.key'), new Uint8Array(31));
    assert.throws(() => openMasterKey(directory, entropy, true), { code: 'PN_MASTER_KEY_INVALID' });
    chmodSync(join(directory, 'master.key'), 0o644);
    assert.throws(() => openMasterKey(directory, entropy, true), { code: 'PN_SECRET_EXPOSED' });
  });

  test('a token that an operator chose is taken if it is long enough', () => {
    const directory = fresh();
    createSecretFile(join(directory, 'admin.token'), '  chosen-by-the-operator-himself \n');
    assert.ok(tokenMatches('chosen-by-the-operator-himself', openAdminToken(directory, entropy).digest));
    const other = fresh();
    createSecretFile(join(other, 'admin.token'), 'short\n');
    assert.throws(() => openAdminToken(other, entropy), { code: 'PN_TOKEN_INVALID' });
  });
});
