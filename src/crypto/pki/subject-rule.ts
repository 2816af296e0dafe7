/**
 * Rules that map a certificate to the name of a device: patterns over its common name and its alternative names.
 *
 *     { cn: 'lock-{id}', template: '{id}' }                        CN=lock-17                    -> 17
 *     { san: 'uri:urn:dev:{id}', template: 'dev-{id}' }            URI urn:dev:mac:0024beffff    -> dev-mac:0024beffff
 *     { cn: '{id}', san: 'dns:{id}.meters.example', template: '{id}' }   both, and they must agree
 *
 * `{word}` stands for one or more letters, digits and `. _ : -`; everything else stands for itself, and the whole
 * text must match. A certificate that could be read as two devices is none: no name rather than a wrong one.
 */
import type { Certificate } from './x509.ts';

/** What an operator writes. */
export interface SubjectRuleSource {
  readonly cn?: string;
  /** `dns:`, `uri:`, `ip:` or `email:` and a pattern. */
  readonly san?: string;
  readonly template: string;
}

/** A rule that was checked; made by `subjectRule` only. */
export interface SubjectRule {
  readonly kind: 'rule';
  readonly cn: Pattern | undefined;
  readonly san: { readonly names: AlternativeNameKind; readonly pattern: Pattern } | undefined;
  readonly template: readonly Piece[];
}

export type SubjectRuleProblem = { readonly kind: 'problem'; readonly problem: string };

export type SubjectMatch =
  | { readonly kind: 'name'; readonly name: string }
  /** `why` is for the operator. */
  | { readonly kind: 'no-match'; readonly why: string }
  /** It could be read as several devices. */
  | { readonly kind: 'ambiguous'; readonly why: string };

/** Checks a rule when it is configured, so that matching cannot fail later for the rule's sake. */
export function subjectRule(source: SubjectRuleSource): SubjectRule | SubjectRuleProblem {
  if (source.cn === undefined && source.san === undefined) return problem('a rule needs cn, san or both');
  const cn = source.cn === undefined ? undefined : compile(source.cn);
  if (typeof cn === 'string') return problem(`cn: ${cn}`);
  const [, names, text] = /^(dns|uri|ip|email):(.+)$/s.exec(source.san ?? '') ?? [];
  if (source.san !== undefined && text === undefined) {
    return problem('san: write which kind of name is meant, then its pattern: dns:, uri:, ip: or email:');
  }
  const pattern = text === undefined ? undefined : compile(text);
  if (typeof pattern === 'string') return problem(`san: ${pattern}`);
  const template = pieces(source.template);
  if (template === undefined || template.length === 0) {
    return problem('template: write a name with {words} of the patterns, such as lock-{id}');
  }
  const known = [...(cn?.words ?? []), ...(pattern?.words ?? [])];
  const stray = template.find((piece) => piece.kind === 'word' && !known.includes(piece.text));
  if (stray !== undefined) return problem(`template: {${stray.text}} is in neither pattern`);
  if (!template.some((piece) => piece.kind === 'word')) {
    return problem('template: without a {word} every certificate would be the same device');
  }
  const san = pattern === undefined ? undefined : { names: names as AlternativeNameKind, pattern };
  return { kind: 'rule', cn, san, template };
}

/** The name that a rule gives a certificate, if exactly one follows. */
export function matchSubject(rule: SubjectRule, certificate: Certificate): SubjectMatch {
  const { subject, extensions } = certificate;
  let readings: readonly Captures[] = [{}];
  if (rule.cn !== undefined) {
    // Two common names are legal, and no two programs agree on which one counts.
    if (subject.commonNames.length !== 1)
      return none(`the subject has ${subject.commonNames.length} common names`);
    readings = agreeing(readings, capturesOf(rule.cn, subject.commonNames));
    if (readings.length === 0) return none(`the common name in ${subject.display} does not match`);
  }
  if (rule.san !== undefined) {
    const { names, pattern } = rule.san;
    readings = agreeing(readings, capturesOf(pattern, extensions.subjectAltName?.[names] ?? []));
    if (readings.length === 0) return none(`no ${names} name of ${subject.display} matches`);
  }
  const named = readings.map((captures) =>
    rule.template
      .map((piece) => (piece.kind === 'word' ? (captures[piece.text] ?? '') : piece.text))
      .join(''),
  );
  const [name = '', ...others] = named;
  if (others.some((other) => other !== name)) {
    return ambiguous(`${subject.display || 'it'} matches in more than one way`);
  }
  if (name.length > NAME_LENGTH_MAX)
    return none(`the name would be longer than ${NAME_LENGTH_MAX} characters`);
  return { kind: 'name', name };
}

/** The one name that all rules which match agree on; rules that disagree give none. */
export function matchSubjects(rules: readonly SubjectRule[], certificate: Certificate): SubjectMatch {
  let found: SubjectMatch | undefined;
  for (const rule of rules) {
    const match = matchSubject(rule, certificate);
    if (match.kind === 'ambiguous') return match;
    if (match.kind === 'no-match' || found?.kind !== 'name') {
      // The first reason is as good as any, and a name better than all.
      if (found === undefined || match.kind === 'name') found = match;
    } else if (match.name !== found.name) {
      return ambiguous(`one rule makes it ${found.name}, another ${match.name}`);
    }
  }
  return found ?? none('its authority has no rules for names');
}

type AlternativeNameKind = 'dns' | 'uri' | 'ip' | 'email';
type Captures = Readonly<Record<string, string>>;
type Piece = { readonly kind: 'text' | 'word'; readonly text: string };

interface Pattern {
  readonly words: readonly string[];
  readonly expression: RegExp;
}

/** A pattern, or what is wrong with it. */
function compile(text: string): Pattern | string {
  const parts = pieces(text);
  if (parts === undefined || parts.length === 0) return `the braces of ${text} do not enclose words`;
  if (text.length > PATTERN_LENGTH_MAX) return `longer than ${PATTERN_LENGTH_MAX} characters`;
  const words = parts.filter(({ kind }) => kind === 'word').map((part) => part.text);
  if (words.length > WORDS_MAX) return `more than ${WORDS_MAX} words in braces`;
  if (new Set(words).size !== words.length) return 'one word stands in braces twice';
  // Text between two words ends the first one only if it is there: {a}{b} has as many readings as letters.
  const touching = parts.some(({ kind }, i) => kind === 'word' && parts[i + 1]?.kind === 'word');
  if (touching) return 'two words in braces touch, so nobody knows where one ends';
  const source = parts.map(({ kind, text: literal }) =>
    kind === 'word' ? '([A-Za-z0-9._:-]+)' : literal.replaceAll(/[^A-Za-z0-9]/gu, escaped),
  );
  return { words, expression: new RegExp(`^${source.join('')}$`, 'u') };
}

/** What the words of a pattern stand for, once for each text that matches. */
function capturesOf({ words, expression }: Pattern, texts: readonly string[]): readonly Captures[] {
  if (texts.length > TEXTS_MAX) return [];
  return texts.flatMap((text) => {
    const match = text.length <= TEXT_LENGTH_MAX ? expression.exec(text) : null;
    return match === null ? [] : [Object.fromEntries(words.map((word, i) => [word, match[i + 1] as string]))];
  });
}

/** Pairs of readings that give the words they share the same value. */
function agreeing(left: readonly Captures[], right: readonly Captures[]): readonly Captures[] {
  return left.flatMap((a) =>
    right
      .filter((b) => Object.entries(b).every(([word, value]) => a[word] === undefined || a[word] === value))
      .map((b) => ({ ...a, ...b })),
  );
}

/** Splits `lock-{id}` into text and words; `undefined` when a brace is alone or encloses no word. */
function pieces(text: string): readonly Piece[] | undefined {
  const parts = text.split(/(\{[a-z][a-z0-9_]{0,31}\})/).filter((part) => part !== '');
  const split = parts.map(
    (part): Piece =>
      /^\{.*\}$/.test(part) ? { kind: 'word', text: part.slice(1, -1) } : { kind: 'text', text: part },
  );
  return split.some(({ text: piece }) => /[{}]/.test(piece)) ? undefined : split;
}

const escaped = (letter: string): string => `\\u{${(letter.codePointAt(0) as number).toString(16)}}`;
const problem = (text: string): SubjectRuleProblem => ({ kind: 'problem', problem: text });
const none = (why: string): SubjectMatch => ({ kind: 'no-match', why });
const ambiguous = (why: string): SubjectMatch => ({ kind: 'ambiguous', why });

/** Bounds that keep matching short: three words over 128 characters take 6 ms, the worst there is. */
const PATTERN_LENGTH_MAX = 256;
const TEXT_LENGTH_MAX = 128;
const TEXTS_MAX = 16;
const WORDS_MAX = 3;
const NAME_LENGTH_MAX = 128;
