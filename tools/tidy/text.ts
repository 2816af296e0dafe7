/**
 * Rules about any text that is committed, whatever it is: nothing that belongs to one machine, nothing secret,
 * nothing left half done. The patterns are written so that this file does not match itself.
 */
import { type Finding, lineAt, type TextFile } from './source.ts';

interface TextRule {
  readonly rule: string;
  readonly pattern: RegExp;
  readonly message: string;
  /** Only files whose path matches. */
  readonly where?: RegExp;
}

const RULES: readonly TextRule[] = [
  {
    rule: 'machine-path',
    pattern: /(?<![\w.$}~-])\/(?:work|root|home|tmp|Users)\/\w+/g,
    message: 'a path of one machine',
  },
  {
    rule: 'registry',
    pattern: /\bregistry\.[a-z0-9-]+\.(?:org|com|net|dev)\b|_auth[T]oken/g,
    message: 'the address or token of a registry',
  },
  {
    rule: 'private-key',
    pattern: /-{5}BEGIN (?:[A-Z]+ )?PRIVATE [K]EY-{5}/g,
    message: 'a private key: generate it',
  },
  {
    rule: 'unfinished',
    pattern: /\b(?:TO[D]O|FIX[M]E|X{3}|HA[C]K|WI[P])\b|\bnot (?:yet )?imple[m]ented\b/g,
    message: 'unfinished work: finish it or say in the documents what is not there',
    where: /^(?:src|bin|tools|test|docker|config)\//,
  },
  {
    rule: 'conflict',
    pattern: /^(?:<{7}|>{7}) /gm,
    message: 'a merge conflict',
  },
];

export function textFindings(file: TextFile): Finding[] {
  return RULES.filter((rule) => rule.where?.test(file.path) ?? true).flatMap(({ rule, pattern, message }) =>
    [...file.text.matchAll(pattern)].map((match) => ({
      rule,
      path: file.path,
      line: lineAt(file, match.index),
      message: `${message}: ${match[0].trim()}`,
    })),
  );
}
