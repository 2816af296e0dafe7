/**
 * What a certificate is registered by: one text for each holder that its authority tells apart.
 *
 *     CN=lock-1,O=Example                                          its subject, as RFC 4514 writes it
 *     subjectAltName=dns:lock-1.example,uri:urn:dev:ow:264437f5    without a subject: its alternative names, in order
 */
import type { SubjectAlternativeNames } from './extensions.ts';
import type { Certificate } from './x509.ts';

/** `undefined` for a certificate that names nobody, or in ways that have no text. */
export function subjectText({ subject, extensions }: Certificate): string | undefined {
  const text = subject.display === '' ? alternativeNames(extensions.subjectAltName) : subject.display;
  return text !== undefined && PRINTABLE.test(text) ? text : undefined;
}

/**
 * RFC 5280 4.1.2.6: where the subject is empty, the alternative names are the subject. All of them, or two holders who
 * share one would be taken for each other.
 */
function alternativeNames(names: SubjectAlternativeNames | undefined): string | undefined {
  if (names === undefined || names.others > 0) return undefined;
  const kinds = (['dns', 'uri', 'ip', 'email'] as const).flatMap((kind) =>
    names[kind].map((name) => `${kind}:${name.replaceAll(/[\\,]/g, (letter) => `\\${letter}`)}`),
  );
  return `${SUBJECT_ALT_NAME}${kinds.toSorted().join(',')}`;
}

const SUBJECT_ALT_NAME = 'subjectAltName=';
/** What trust takes as a subject. */
const PRINTABLE = /^[ -~]{1,256}$/;
