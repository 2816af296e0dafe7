/** A crypto provider that counts what is asked of it: the measure of work in tests, where a clock would be noise. */
import { type CryptoProvider, nodeProvider } from '../../src/crypto/index.ts';

export interface Counting {
  readonly provider: CryptoProvider;
  /** Each call in order, with the lengths of what it was given. */
  readonly calls: string[];
}

export function countingProvider(inner: CryptoProvider = nodeProvider): Counting {
  const calls: string[] = [];
  const provider = new Proxy(inner, {
    get(target, name: keyof CryptoProvider) {
      const member = target[name] as (...given: unknown[]) => unknown;
      return (...given: unknown[]) => {
        calls.push(`${name}(${given.map(lengthOf).join(' ')})`);
        return member.apply(target, given);
      };
    },
  });
  return { provider, calls };
}

function lengthOf(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length}`;
  return typeof value === 'string' ? value : '-';
}
