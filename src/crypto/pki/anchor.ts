/** Anchors: authorities that are believed, and what their certificates are called here. */
import { assert, required, toHex } from '../../base/index.ts';
import type { CryptoProvider } from '../provider.ts';
import { type SubjectRule, type SubjectRuleSource, subjectRule } from './subject-rule.ts';
import { type Certificate, readCertificate } from './x509.ts';

export interface Anchor {
  readonly certificate: Certificate;
  /** SHA-256 of the certificate. */
  readonly fingerprintHex: string;
  /** From its certificates to names of devices. */
  readonly rules: readonly SubjectRule[];
}

/** A rule for the certificates of the anchor with this fingerprint. */
export interface AnchorRule {
  readonly anchorHex: string;
  readonly rule: SubjectRuleSource;
}

/** Anchors and rules that were checked where they came from, ready for use. */
export function openAnchors(
  ders: readonly Uint8Array[],
  rules: readonly AnchorRule[],
  { hash }: Pick<CryptoProvider, 'hash'>,
): readonly Anchor[] {
  return ders.map((der) => {
    const read = readCertificate(der);
    const certificate = required(read.kind === 'certificate' ? read : undefined, 'anchors were read before');
    const fingerprintHex = toHex(hash('sha256', der));
    const own = rules
      .filter(({ anchorHex }) => anchorHex === fingerprintHex)
      .map(({ rule }) => checked(rule));
    return { certificate, fingerprintHex, rules: own };
  });
}

function checked(source: SubjectRuleSource): SubjectRule {
  const rule = subjectRule(source);
  assert(rule.kind === 'rule', 'rules were checked before');
  return rule;
}
