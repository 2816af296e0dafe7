/** K06: keys that OpenSSL would take and that are the same key under another name. */
import { nodeProvider } from '../../src/crypto/index.ts';
import { type Group, hex, type Vector, wycheproof } from './vectors.ts';

interface KeyVector extends Vector {
  readonly public: string;
}

const EXPLICIT_PARAMETERS = [359, 361];

wycheproof<KeyVector, Group<KeyVector>>('a P-256 key with explicit curve parameters is no key', {
  file: 'ecdh_secp256r1',
  applies: ({ tests }) => tests.some(({ tcId }) => EXPLICIT_PARAMETERS.includes(tcId)),
  run: (vector) => (nodeProvider.verifyKey(hex(vector.public)) === undefined ? 'refused' : 'accepted'),
  differs: ({ tcId, comment }) => {
    if (EXPLICIT_PARAMETERS.includes(tcId))
      return { answer: 'refused', because: 'explicit curve parameters' };
    const p384 = comment === 'Public key uses wrong curve: secp384r1';
    return p384 ? { answer: 'accepted', because: 'it is a good key, on P-384' } : undefined;
  },
  atLeast: 460,
});
