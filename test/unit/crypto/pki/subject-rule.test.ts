/** Rules from certificates to device names: exactly one name, or none. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  matchSubject,
  readCertificate,
  type SubjectRuleSource,
  subjectRule,
} from '../../../../src/crypto/index.ts';
import {
  type AlternativeName,
  type CertificateWish,
  issue,
  name,
  subjectAltName,
} from '../../../support/x509.ts';

/** The name, or why there is none. */
function named(source: SubjectRuleSource, wish: CertificateWish): string {
  const rule = subjectRule(source);
  assert.ok(rule.kind === 'rule', JSON.stringify(rule));
  const certificate = readCertificate(issue(wish).der);
  assert.ok(certificate.kind === 'certificate', JSON.stringify(certificate));
  const match = matchSubject(rule, certificate);
  return match.kind === 'name' ? match.name : `- ${match.why}`;
}

const problem = (source: SubjectRuleSource): string => {
  const rule = subjectRule(source);
  return rule.kind === 'problem' ? rule.problem : 'accepted';
};

const alternative = (...names: readonly AlternativeName[]): CertificateWish => ({
  extensions: [subjectAltName(...names)],
});

describe('matching', () => {
  test('a common name', () => {
    assert.equal(named({ cn: 'lock-{id}', template: '{id}' }, { subject: 'lock-17' }), '17');
    assert.equal(named({ cn: '{id}', template: 'dev-{id}' }, { subject: 'a.b_c:d-e' }), 'dev-a.b_c:d-e');
    assert.equal(named({ cn: '{a}/{b}', template: '{b}-{a}' }, { subject: 'x/y' }), 'y-x');
  });

  test('the whole text, and nothing that merely contains it', () => {
    const rule = { cn: 'lock-{id}', template: '{id}' };
    for (const subject of [
      'my-lock-17',
      'lock-',
      'lock-17 ',
      'lock-17\n',
      'lock-17\0',
      'LOCK-17',
      'lock-ä',
    ]) {
      assert.match(
        named(rule, { subject }),
        /^- the common name in .* does not match/,
        JSON.stringify(subject),
      );
    }
  });

  test('what means something in an expression stands for itself', () => {
    assert.match(named({ cn: 'a.b*{id}', template: '{id}' }, { subject: 'axbb1' }), /^-/);
    assert.equal(named({ cn: 'a.b*({id}]', template: '{id}' }, { subject: 'a.b*(1]' }), '1');
  });

  test('alternative names of one kind', () => {
    const uri = { san: 'uri:urn:dev:{id}', template: '{id}' };
    assert.equal(named(uri, alternative(['uri', 'urn:dev:mac:0024beff'])), 'mac:0024beff');
    assert.match(named(uri, alternative(['dns', 'urn:dev:x'])), /^- no uri name/);
    assert.match(named(uri, {}), /^- no uri name/);
    const dns = { san: 'dns:{id}.meters.example', template: '{id}' };
    assert.equal(named(dns, alternative(['dns', 'other.example'], ['dns', 'm1.meters.example'])), 'm1');
  });

  test('both, and they must agree', () => {
    const both = { cn: '{id}', san: 'dns:{id}.meters.example', template: '{id}' };
    const wish = (subject: string): CertificateWish => ({
      subject,
      ...alternative(['dns', 'm1.meters.example']),
    });
    assert.equal(named(both, wish('m1')), 'm1');
    assert.match(named(both, wish('m2')), /^- no dns name/);
  });

  test('two readings are no name, two equal ones are one', () => {
    const rule = { san: 'dns:{id}.example', template: '{id}' };
    const two = alternative(['dns', 'a.example'], ['dns', 'b.example']);
    assert.match(named(rule, two), /more than one way/);
    assert.equal(named(rule, alternative(['dns', 'a.example'], ['dns', 'a.example'])), 'a');
  });

  test('two common names are none', () => {
    const subject = name([
      ['CN', 'lock-1'],
      ['CN', 'lock-2'],
    ]);
    assert.match(named({ cn: 'lock-{id}', template: '{id}' }, { subject }), /2 common names/);
  });

  test('long names neither match nor take long', () => {
    const rule = { cn: '{a}-{b}-{c}!', template: '{a}' };
    assert.match(named(rule, { subject: '-'.repeat(128) }), /does not match/);
    assert.match(named({ cn: '{a}', template: '{a}/{a}' }, { subject: 'x'.repeat(100) }), /longer than 128/);
    assert.match(named({ cn: '{a}', template: '{a}' }, { subject: 'x'.repeat(300) }), /does not match/);
  });
});

describe('rules that are refused when they are written', () => {
  for (const [source, expected] of [
    [{ template: '{id}' }, /needs cn, san or both/],
    [{ san: '{id}', template: '{id}' }, /which kind of name/],
    [{ cn: 'a{', template: '{id}' }, /braces/],
    [{ cn: '', template: '{id}' }, /braces/],
    [{ cn: '{a}{b}', template: '{a}' }, /touch/],
    [{ cn: '{a}-{a}', template: '{a}' }, /twice/],
    [{ cn: '{a}-{b}-{c}-{d}', template: '{a}' }, /more than 3/],
    [{ cn: '{id}', template: '' }, /template/],
    [{ cn: '{id}', template: '{other}' }, /\{other\} is in neither/],
    [{ cn: '{id}', template: 'lock' }, /the same device/],
    [{ cn: 'x'.repeat(257), template: '{id}' }, /longer than 256/],
  ] as const) {
    test(JSON.stringify(source).slice(0, 60), () => assert.match(problem(source), expected));
  }
});
