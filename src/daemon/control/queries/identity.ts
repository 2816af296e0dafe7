/** What devices know the gateway by. */
import { toHex } from '../../../base/index.ts';
import { nodeProvider, pem, spokenFingerprint } from '../../../crypto/index.ts';

export interface IdentityView {
  /** SHA-256 of the key's SubjectPublicKeyInfo, lower-case hexadecimal: what a device pins. */
  readonly fingerprint: string;
  /** The same in groups, for reading aloud. */
  readonly spoken: string;
  readonly publicKeyPem: string;
  /** Certificates that speak for the key, PEM, leaf first. */
  readonly certificates: readonly string[];
}

export function viewIdentity(spki: Uint8Array, chain: readonly Uint8Array[]): IdentityView {
  const fingerprint = toHex(nodeProvider.hash('sha256', spki));
  return {
    fingerprint,
    spoken: spokenFingerprint(fingerprint),
    publicKeyPem: pem('PUBLIC KEY', spki),
    certificates: chain.map((certificate) => pem('CERTIFICATE', certificate)),
  };
}
