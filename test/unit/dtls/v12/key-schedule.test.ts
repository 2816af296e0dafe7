import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { concat, fromHex, required, toHex, utf8 } from '../../../../src/base/index.ts';
import { type CryptoProvider, type HashName, nodeProvider } from '../../../../src/crypto/index.ts';
import { SUITES } from '../../../../src/dtls/suite/registry.ts';
import {
  deriveMaster,
  expandKeys,
  finishedData,
  prf,
  pskPremaster,
} from '../../../../src/dtls/v12/key-schedule.ts';
import { recordsOf } from '../../../support/dtls-wire.ts';
import { RecordProtection, recordLength } from '../../../../src/dtls/record/protection.ts';

interface PrfVector {
  readonly hash: HashName;
  readonly secret: string;
  readonly seed: string;
  readonly label: string;
  readonly output: string;
}

const bytes = (hex: string): Uint8Array => required(fromHex(hex), 'vectors are hexadecimal');
const vectors = JSON.parse(
  readFileSync(new URL('../../../rfc/vectors/tls12-prf.json', import.meta.url), 'utf8'),
) as PrfVector[];
const filled = (length: number, value: number) => new Uint8Array(length).fill(value);
const randoms = { client: filled(32, 1), server: filled(32, 2) };

describe('the PRF', () => {
  for (const vector of vectors) {
    test(`P_${vector.hash} gives the published output, and any shorter one is its beginning`, () => {
      const { hash, label, output } = vector;
      const key = nodeProvider.macKey(hash, bytes(vector.secret));
      for (const length of [output.length / 2, 1, 31, 32, 33]) {
        const got = prf(nodeProvider, key, utf8(label), bytes(vector.seed), length);
        assert.equal(toHex(got), output.slice(0, 2 * length));
      }
    });
  }
});

/** RFC 5246 5 by the letter, for inputs without a published answer. */
function naivePrf(secret: Uint8Array, label: string, seed: Uint8Array, length: number): Uint8Array {
  const hmac = (...parts: Uint8Array[]) =>
    Uint8Array.from(
      createHmac('sha256', secret)
        .update(concat(...parts))
        .digest(),
    );
  const labelled = concat(utf8(label), seed);
  let out: Uint8Array = new Uint8Array(0);
  for (let a = hmac(labelled); out.length < length; a = hmac(a)) out = concat(out, hmac(a, labelled));
  return out.slice(0, length);
}

describe('secrets', () => {
  test('a plain PSK premaster is as many zeros as the key has bytes, then the key (RFC 4279 2)', () => {
    assert.equal(toHex(pskPremaster(Uint8Array.of(7, 8, 9))), '00030000000003070809');
    assert.equal(toHex(pskPremaster(Uint8Array.of(7), Uint8Array.of(5, 6))), '00020506000107');
  });

  test('the master secret is over both randoms, client first (RFC 5246 8.1)', () => {
    const from = { randoms, transcript: [], extendedMasterSecret: false };
    const master = deriveMaster(nodeProvider, 'sha256', utf8('premaster'), from);
    const seed = concat(randoms.client, randoms.server);
    assert.equal(toHex(master), toHex(naivePrf(utf8('premaster'), 'master secret', seed, 48)));
  });

  test('the extended one is over the hash of the transcript, and over no random (RFC 7627 4)', () => {
    const transcript = [utf8('everything up to '), utf8('ClientKeyExchange')];
    const from = { randoms, transcript, extendedMasterSecret: true };
    const master = deriveMaster(nodeProvider, 'sha256', utf8('premaster'), from);
    const seed = createHash('sha256').update('everything up to ClientKeyExchange').digest();
    assert.equal(toHex(master), toHex(naivePrf(utf8('premaster'), 'extended master secret', seed, 48)));
  });

  test('K20: the premaster is gone afterwards, and what was made of it', () => {
    const [agreed, made]: [Uint8Array, Uint8Array[]] = [filled(32, 5), []];
    const provider: CryptoProvider = {
      ...nodeProvider,
      macKey(hash, key) {
        const ready = nodeProvider.macKey(hash, key);
        made.push(...Object.values(ready).filter((value) => value instanceof Uint8Array));
        return ready;
      },
    };
    const premaster = pskPremaster(filled(16, 7), agreed);
    deriveMaster(provider, 'sha256', premaster, {
      randoms,
      transcript: [utf8('t')],
      extendedMasterSecret: true,
    });
    assert.equal(made.length, 2);
    for (const bytes of [premaster, agreed, ...made]) assert.ok(bytes.every((byte) => byte === 0));
  });

  test('verify_data says whose it is', () => {
    const data = (side: 'client' | 'server') =>
      finishedData(nodeProvider, nodeProvider.macKey('sha256', filled(48, 3)), side, [utf8('transcript')]);
    const seed = createHash('sha256').update('transcript').digest();
    assert.equal(toHex(data('client')), toHex(naivePrf(filled(48, 3), 'client finished', seed, 12)));
    assert.notEqual(toHex(data('client')), toHex(data('server')));
    assert.equal(data('client').length, 12);
  });
});

describe('the key block (RFC 5246 6.3)', () => {
  const records = new RecordProtection(nodeProvider, () => new Uint8Array(16));
  const noCids = { toServer: new Uint8Array(0), toClient: new Uint8Array(0) };

  test('is cut into client key, server key, client IV, server IV', () => {
    const suite = required(SUITES[0], 'there is a suite');
    const keys = expandKeys(nodeProvider, suite, filled(48, 3), randoms, noCids);
    const seed = concat(randoms.server, randoms.client);
    const block = naivePrf(filled(48, 3), 'key expansion', seed, 40);
    assert.deepEqual(keys.clientWrite.iv, Array.from(block.subarray(32, 36)));
    assert.deepEqual(keys.serverWrite.iv, Array.from(block.subarray(36, 40)));
    for (const [protection, key] of [
      [keys.clientWrite, block.slice(0, 16)],
      [keys.serverWrite, block.slice(16, 32)],
    ] as const) {
      const out = new Uint8Array(recordLength(protection, 1));
      records.write(out, 0, { type: 23, epoch: 1, sequence: 1, version: 0xfefd }, protection, filled(1, 5));
      const same = { ...protection, key: nodeProvider.aeadKey(suite.aead, key) };
      const [record] = recordsOf(out);
      assert.deepEqual(records.open(out, required(record, 'one record'), same), filled(1, 5));
    }
  });

  for (const suite of SUITES) {
    test(`${suite.name}: one direction does not open the other`, () => {
      const { clientWrite, serverWrite } = expandKeys(nodeProvider, suite, filled(48, 3), randoms, noCids);
      const out = new Uint8Array(recordLength(clientWrite, 1));
      records.write(out, 0, { type: 23, epoch: 1, sequence: 1, version: 0xfefd }, clientWrite, filled(1, 5));
      const record = required(recordsOf(out)[0], 'one record');
      assert.deepEqual(records.open(out, record, clientWrite), filled(1, 5));
      assert.equal(records.open(out, record, serverWrite), undefined);
    });
  }
});
