import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toHex } from '../../../../src/base/index.ts';
import { openNonce, sealNonce } from '../../../../src/dtls/suite/aead.ts';
import { SUITE_NAMES, SUITES, suiteById, suiteByName } from '../../../../src/dtls/suite/registry.ts';

describe('nonces', () => {
  const nonce = new Uint8Array(12);

  test('explicit: the write IV, then epoch and sequence number (RFC 6655 3, RFC 5288 3)', () => {
    sealNonce(nonce, 'explicit', [0xa, 0xb, 0xc, 0xd], 1, 0x0102_0304_0506);
    assert.equal(toHex(nonce), '0a0b0c0d0001010203040506');
  });

  test('explicit: a received one is what its sender chose', () => {
    openNonce(nonce, 'explicit', [0, 0, 0, 0], { epoch: 1, sequence: 2 }, new Uint8Array(8).fill(0xee));
    assert.equal(toHex(nonce), '00000000eeeeeeeeeeeeeeee');
  });

  test('xor: the write IV with epoch and sequence number over its end (RFC 7905 2)', () => {
    const iv = Array.from({ length: 12 }, (_, i) => 0xf0 + i);
    sealNonce(nonce, 'xor', iv, 1, 0x0102_0304_0506);
    assert.equal(toHex(nonce), 'f0f1f2f3f4f4f7f5fbfdfffd');
    const received = new Uint8Array(12);
    openNonce(received, 'xor', iv, { epoch: 1, sequence: 0x0102_0304_0506 }, new Uint8Array(0));
    assert.deepEqual(received, nonce);
  });

  test('nothing is left of the nonce before', () => {
    for (const shape of ['explicit', 'xor'] as const) {
      const iv = new Array<number>(shape === 'xor' ? 12 : 4).fill(3);
      const fresh = new Uint8Array(12);
      sealNonce(fresh, shape, iv, 1, 5);
      const used = new Uint8Array(12).fill(0xff);
      sealNonce(used, shape, iv, 1, 5);
      assert.deepEqual(used, fresh);
    }
  });
});

describe('suites', () => {
  /** IANA TLS Cipher Suites. */
  const REGISTERED: Readonly<Record<string, number>> = {
    TLS_PSK_WITH_AES_128_CCM_8: 0xc0a8,
    TLS_PSK_WITH_AES_128_CCM: 0xc0a4,
    TLS_PSK_WITH_AES_256_CCM_8: 0xc0a9,
    TLS_PSK_WITH_AES_256_CCM: 0xc0a5,
    TLS_PSK_WITH_AES_128_GCM_SHA256: 0x00a8,
    TLS_PSK_WITH_AES_256_GCM_SHA384: 0x00a9,
    TLS_PSK_WITH_CHACHA20_POLY1305_SHA256: 0xccab,
    TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8: 0xc0ae,
  };

  for (const [name, id] of Object.entries(REGISTERED)) {
    test(`${name} is 0x${id.toString(16)}`, () => {
      assert.equal(suiteByName(name)?.id, id);
      assert.equal(suiteById(id)?.name, name);
    });
  }

  test('have numbers and names of their own', () => {
    assert.equal(new Set(SUITES.map(({ id }) => id)).size, SUITES.length);
    assert.equal(new Set(SUITE_NAMES).size, SUITES.length);
    assert.equal(suiteById(0x00ff), undefined);
    assert.equal(suiteByName('TLS_NULL_WITH_NULL_NULL'), undefined);
  });

  test('with AES-256-GCM hash with SHA-384, all others with SHA-256 (RFC 5487 2, 5288 3)', () => {
    for (const { aead, hash } of SUITES) assert.equal(hash, aead === 'aes-256-gcm' ? 'sha384' : 'sha256');
  });
});
