/** S7: no nonce is ever used twice with a key. A crypto provider that watches every seal of all endpoints. */
import { bytesKey } from '../../../src/base/index.ts';
import { type AeadKey, type CryptoProvider, nodeProvider } from '../../../src/crypto/index.ts';
import type { Findings } from './findings.ts';

/** One watch for a whole world: two endpoints that seal with the same key would be found too. */
export function watchedProvider(findings: Findings): CryptoProvider {
  const namesOfKeys = new WeakMap<AeadKey, string>();
  const used = new Set<string>();
  return {
    ...nodeProvider,
    aeadKey(name, bytes) {
      const key = nodeProvider.aeadKey(name, bytes);
      namesOfKeys.set(key, bytesKey(bytes));
      return key;
    },
    seal(key, nonce, aad, plaintext, out, offset) {
      const use = `${namesOfKeys.get(key)}|${bytesKey(nonce)}`;
      if (used.has(use)) findings.add('S7: a nonce was used twice with one key');
      used.add(use);
      nodeProvider.seal(key, nonce, aad, plaintext, out, offset);
    },
  };
}
