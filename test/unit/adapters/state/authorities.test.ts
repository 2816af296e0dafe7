import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openAuthorities } from '../../../../src/adapters/state/index.ts';
import { pem } from '../../../../src/crypto/index.ts';
import { temporaryDirectory } from '../../../support/process.ts';
import { authority, pkcs8Of, revocationList } from '../../../support/x509.ts';

describe('files of authorities', () => {
  const directory = temporaryDirectory('authorities');
  const root = authority();
  const other = authority({ subject: 'Other Root' });
  const written = (name: string, content: string | Uint8Array): string => {
    const file = join(directory, name);
    writeFileSync(file, content);
    return file;
  };
  const both = written('both.pem', [root, other].map(({ der }) => pem('CERTIFICATE', der)).join(''));
  const list = written('root.crl', revocationList({}, root));
  const refused = (anchors: readonly string[], revocationLists: readonly string[], message: RegExp): void => {
    assert.throws(() => openAuthorities({ anchors, subjectRules: [], revocationLists }), {
      code: 'PN_AUTHORITIES_INVALID',
      message,
    });
  };

  test('are read whole', () => {
    const der = written('root.der', root.der);
    const opened = openAuthorities({ anchors: [both, der], subjectRules: [], revocationLists: [list] });
    assert.deepEqual(opened.anchors, [root.der, other.der, root.der]);
    assert.equal(opened.revocationLists.length, 1);
    assert.deepEqual(openAuthorities({ anchors: [], subjectRules: [], revocationLists: [] }).anchors, []);
  });

  test('are refused with what was found, when they are something else', () => {
    refused([join(directory, 'nowhere.pem')], [], /cannot read .*nowhere\.pem/);
    refused([written('key.pem', pkcs8Of(root.key))], [], /key\.pem: found PEM of the kind PRIVATE KEY/);
    refused([written('empty.pem', '')], [], /empty\.pem/);
    const one = written('one.pem', pem('CERTIFICATE', root.der));
    refused([both], [one], /no revocation list but PEM of the kind CERTIFICATE/);
    const stranger = revocationList({}, authority({ subject: 'Third Root' }));
    refused([both], [written('third.crl', stranger)], /CN=Third Root, which is no configured authority/);
  });
});
