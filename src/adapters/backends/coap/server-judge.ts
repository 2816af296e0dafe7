/** Whether a coaps backend is the one that the configuration means. */
import { equalBytes, toHex, type WallTime } from '../../../base/index.ts';
import {
  isForServer,
  nodeCertificateVerifier,
  readCertificate,
  validatePath,
} from '../../../crypto/index.ts';
import type { BackendSecurity, BackendSettings } from '../../../daemon/ports/index.ts';
import type { CredentialAnswer, CredentialQuestion } from '../../../dtls/index.ts';

/** The answer to the client role's question about its server. */
export function judgeServer(
  { security, address }: BackendSettings & { readonly security: BackendSecurity },
  ask: CredentialQuestion,
  at: WallTime,
): CredentialAnswer {
  if (security.kind === 'rpk' && ask.kind === 'rpk') {
    return toHex(ask.fingerprint) === security.serverFingerprintHex ? ACCEPTED : { kind: 'unknown' };
  }
  if (security.kind !== 'x509' || ask.kind !== 'x509') return UNSUPPORTED;
  const anchors = security.anchors.flatMap((der) => {
    const read = readCertificate(der);
    return read.kind === 'certificate' ? [read] : [];
  });
  const judged = validatePath({
    chain: ask.chain,
    anchors,
    at,
    purpose: 'server',
    verifier: nodeCertificateVerifier,
  });
  if (judged.kind === 'refused') return { kind: 'refused', reason: judged.reason };
  const pinned = anchors.some(({ der }) => equalBytes(der, judged.leaf.der));
  if (pinned || isForServer(judged.leaf, security.serverName ?? address)) return ACCEPTED;
  return { kind: 'refused', reason: 'bad-certificate' };
}

const ACCEPTED: CredentialAnswer = { kind: 'accepted', credential: '' };
const UNSUPPORTED: CredentialAnswer = { kind: 'refused', reason: 'unsupported-certificate' };
