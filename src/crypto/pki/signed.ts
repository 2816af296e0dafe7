/** Whether something signed (a certificate, a revocation list) was signed by the key in a certificate. */
import type { CertificateVerifier, SignatureAlgorithm } from './signature.ts';
import { describeSpki } from './spki.ts';
import type { Certificate } from './x509.ts';

/** A certificate or a list: the part that is signed, and the signature on it. */
export interface Signed {
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
}

export interface SignatureProblem {
  readonly reason: 'bad-certificate' | 'unsupported-certificate';
  readonly detail: string;
}

/** `undefined` when the issuer's key signed it. Names are not compared. */
export function signatureProblem(
  { tbs, signatureAlgorithm, signature }: Signed,
  issuer: Certificate,
  verifier: CertificateVerifier,
): SignatureProblem | undefined {
  const unsupported = (detail: string): SignatureProblem => ({ reason: 'unsupported-certificate', detail });
  if (signatureAlgorithm.kind === 'unsupported') {
    return unsupported(`it is signed with ${signatureAlgorithm.name}, which is not accepted`);
  }
  const key = verifier.verifyKey(issuer.spki);
  if (key === undefined)
    return unsupported(`its issuer holds ${describeSpki(issuer.spki)}, which is not accepted`);
  const scheme = signatureAlgorithm.schemes[key.kind];
  if (scheme !== undefined && verifier.verifyCertificate(scheme, key, tbs, signature)) return undefined;
  const detail = `its signature is not that of ${issuer.subject.display}`;
  return { reason: 'bad-certificate', detail };
}
