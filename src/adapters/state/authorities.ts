/** The authorities whose word on devices counts: files that an operator names, read once and checked whole. */
import { readFileSync } from 'node:fs';
import { OperationalError, toHex } from '../../base/index.ts';
import {
  type Certificate,
  nodeCertificateVerifier,
  nodeProvider,
  readAnchors,
  readCrl,
  verifyCrl,
} from '../../crypto/index.ts';
import type { AuthorityFiles, AuthoritySettings } from '../../daemon/ports/index.ts';

/**
 * What is in the files. A file that cannot be read, that holds something else, or a list that none of the authorities
 * signed, is PN_AUTHORITIES_INVALID, said with what was found.
 */
export function openAuthorities(files: AuthorityFiles): AuthoritySettings {
  const read = files.anchors.map((file) => ({ file, found: anchorsIn(file) }));
  const anchors = read.flatMap(({ found }) => found);
  const subjectRules = files.subjectRules.flatMap(({ anchor, rule }) =>
    read
      .filter(({ file }) => file === anchor)
      .flatMap(({ found }) => found.map(({ der }) => ({ anchorHex: fingerprintOf(der), rule }))),
  );
  const revocationLists = files.revocationLists.map((file) => listIn(file, anchors));
  return { anchors: anchors.map(({ der }) => der), subjectRules, revocationLists };
}

function anchorsIn(file: string): readonly Certificate[] {
  const read = readAnchors(bytesIn(file));
  if (read.kind === 'problem') throw invalid(`${file}: ${read.problem}`);
  if (read.certificates.length === 0) throw invalid(`${file}: there is no certificate in it`);
  return read.certificates;
}

function listIn(file: string, anchors: readonly Certificate[]): Uint8Array {
  const bytes = bytesIn(file);
  const list = readCrl(bytes);
  const verified = list.kind === 'list' ? verifyCrl(list, anchors, nodeCertificateVerifier) : list;
  if (verified.kind === 'problem') throw invalid(`${file}: ${verified.problem}`);
  return bytes;
}

function bytesIn(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (cause) {
    throw new OperationalError('PN_AUTHORITIES_INVALID', `cannot read ${file}`, { cause });
  }
}

const fingerprintOf = (der: Uint8Array): string => toHex(nodeProvider.hash('sha256', der));

const invalid = (message: string): OperationalError =>
  new OperationalError('PN_AUTHORITIES_INVALID', message);
