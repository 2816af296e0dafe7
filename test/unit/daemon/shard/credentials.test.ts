/** What a shard answers to a handshake, by kind of credential and by how things stand at that moment. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromHex, required, toHex, utf8, type WallTime, wallTime } from '../../../../src/base/index.ts';
import { type AnchorRule, nodeProvider } from '../../../../src/crypto/index.ts';
import { Authorities } from '../../../../src/daemon/shard/authorities.ts';
import { Credentials } from '../../../../src/daemon/shard/credentials.ts';
import {
  beginSession,
  currentPrincipal,
  lossOf,
  type Session,
} from '../../../../src/daemon/shard/sessions.ts';
import type { Claim, ConnectionHandle, VerifiedPeer } from '../../../../src/dtls/index.ts';
import {
  type ActorId,
  type CredentialFacts,
  type CredentialId,
  apply,
  restoreSnapshot,
  type Revision,
  type SnapshotRecord,
  type TrustEvent,
} from '../../../../src/trust/index.ts';
import {
  authority,
  type CertificateWish,
  device,
  type Holder,
  name,
  revocationList,
  spkiOf,
  subjectAltName,
  testKey,
} from '../../../support/x509.ts';

const at = (text: string): WallTime => wallTime(Date.parse(text));
const sha256 = (bytes: Uint8Array): string => toHex(nodeProvider.hash('sha256', bytes));

const root = authority({ serial: '01' });
const lock = device({ subject: 'lock-1', serial: '77' }, root);
const spki = spkiOf(testKey('p256', 'meter'));
const RPK = { kind: 'rpk', fingerprint: nodeProvider.hash('sha256', spki), spki } as const;
const PSK = { kind: 'psk', identity: utf8('lamp') } as const;
const X509 = { kind: 'x509', chain: [lock.der] } as const;

const bounds = { user: null, established: 'file', notBefore: null, notAfter: null } as const;
const facts = (id: string, actor: string) =>
  ({ id: id as CredentialId, actor: actor as ActorId, ...bounds }) as const;

const LAMP: CredentialFacts = {
  ...facts('c-lamp', 'lamp'),
  kind: 'psk',
  identityHex: toHex(PSK.identity),
  sealedKey: '',
};
const METER: CredentialFacts = {
  ...facts('c-meter', 'meter'),
  kind: 'rpk',
  fingerprintHex: toHex(RPK.fingerprint),
  spkiHex: toHex(spki),
};
const LOCK: CredentialFacts = {
  ...facts('c-lock', 'lock'),
  kind: 'x509',
  anchorHex: sha256(root.der),
  subject: 'CN=lock-1',
};

interface Scene {
  readonly credentials: Credentials;
  /** The time of day from here on. */
  readonly turnClock: (text: string) => void;
  readonly apply: (...events: TrustEvent[]) => ReturnType<Credentials['apply']>;
}

function scene({
  anchors = [root],
  lists = [],
  subjectRules = [],
  notAfter = null,
}: {
  anchors?: readonly Holder[];
  lists?: readonly Uint8Array[];
  subjectRules?: readonly AnchorRule[];
  notAfter?: WallTime | null;
} = {}): Scene {
  let wall = at('2026-06-15T12:00:00Z');
  const authorities = new Authorities({
    anchors: anchors.map(({ der }) => der),
    subjectRules,
    revocationLists: lists,
  });
  const credentials = new Credentials(authorities, () => wall);
  let revision = 1 as Revision;
  const actor = (id: string) =>
    ({ id: id as ActorId, kind: 'device', name: id, owner: 'ann' as ActorId, revision }) as const;
  const record: SnapshotRecord = {
    revision,
    actors: [
      { id: 'ann' as ActorId, kind: 'user', name: 'ann', owner: null, revision },
      { id: 'bob' as ActorId, kind: 'user', name: 'bob', owner: null, revision },
      actor('lamp'),
      actor('meter'),
      actor('lock'),
    ],
    credentials: [LAMP, METER, LOCK].map((each) => ({ ...each, notAfter, revision })),
  };
  const key = required(fromHex('000102030405060708090a0b0c0d0e0f'), 'hexadecimal');
  let snapshot = restoreSnapshot(record);
  credentials.load(snapshot, [
    { credential: LAMP.id, actor: LAMP.actor, identityHex: toHex(PSK.identity), key },
  ]);
  return {
    credentials,
    turnClock: (text) => {
      wall = at(text);
    },
    apply: (...events) => {
      revision = (revision + 1) as Revision;
      snapshot = apply(snapshot, revision, events);
      return credentials.apply(snapshot, events, []);
    },
  };
}

const everyKind = [
  ['psk', PSK, 'c-lamp'],
  ['rpk', RPK, 'c-meter'],
  ['x509', X509, 'c-lock'],
] as const;

describe('every kind of credential', () => {
  for (const [kind, question, credential] of everyKind) {
    const taken = (event: 'credential-suspended' | 'credential-ended'): TrustEvent => ({
      kind: event,
      id: credential as CredentialId,
    });

    test(`${kind}: known, and found by what is shown`, () => {
      const { answer } = scene().credentials.answer(question);
      assert.equal('credential' in answer && answer.credential, credential);
    });

    test(`${kind}: suspended and ended ones are unknown, and say that sessions must be looked at`, () => {
      const { credentials, apply } = scene();
      const looked = { actors: new Set(), credentials: new Set([credential]) };
      assert.deepEqual(apply(taken('credential-suspended')), { credentials: new Set(), touched: looked });
      assert.equal(credentials.answer(question).answer.kind, 'unknown');
      assert.equal(credentials.standing(credential as CredentialId), undefined);
      apply({ kind: 'credential-resumed', id: credential as CredentialId });
      assert.notEqual(credentials.answer(question).answer.kind, 'unknown');
      const ended = new Set([credential]);
      assert.deepEqual(apply(taken('credential-ended')), { credentials: ended, touched: looked });
      assert.equal(credentials.answer(question).answer.kind, 'unknown');
    });

    test(`${kind}: its own end counts, and a clock that goes back brings nothing back`, () => {
      const { credentials, turnClock } = scene({ notAfter: at('2026-07-01T00:00:00Z') });
      assert.notEqual(credentials.answer(question).answer.kind, 'unknown');
      assert.equal(credentials.standing(credential as CredentialId)?.until, at('2026-07-01T00:00:00Z'));
      turnClock('2026-07-01T00:00:00Z');
      assert.equal(credentials.answer(question).answer.kind, 'unknown');
      turnClock('2026-06-01T00:00:00Z');
      assert.equal(credentials.answer(question).answer.kind, 'unknown');
    });

    test(`${kind}: a suspended device is nobody`, () => {
      const { credentials, apply } = scene();
      const actor = credential.slice(2) as ActorId;
      const { touched } = apply({ kind: 'actor-suspended', id: actor });
      assert.deepEqual(touched, { actors: new Set([actor]), credentials: new Set() });
      assert.equal(credentials.answer(question).answer.kind, 'unknown');
    });
  }

  test('G07: it acts in the name of its own user, and is nothing while he may not act; else of its owner', () => {
    const { credentials, apply } = scene();
    const userOf = (id: string): unknown => credentials.standing(id as CredentialId)?.principal.user;
    assert.equal(userOf('c-meter'), 'ann');
    const fingerprintHex = sha256(utf8('another key'));
    const facts: CredentialFacts = {
      ...METER,
      id: 'c-bob' as CredentialId,
      user: 'bob' as ActorId,
      fingerprintHex,
    };
    apply({ kind: 'credential-established', credential: facts });
    assert.equal(userOf('c-bob'), 'bob');
    apply({ kind: 'actor-suspended', id: 'bob' as ActorId });
    assert.equal(userOf('c-bob'), undefined);
    apply({ kind: 'actor-resumed', id: 'bob' as ActorId });
    assert.equal(userOf('c-bob'), 'bob');
    apply({ kind: 'actor-suspended', id: 'ann' as ActorId });
    assert.equal(userOf('c-meter'), null, 'a device without anybody behind it may be there, and do nothing');
  });

  test('news of other people take nobody his ground', () => {
    const { apply } = scene();
    const bob = { kind: 'actor-added', actor: 'user', name: 'bob-2', owner: null } as const;
    assert.deepEqual(apply({ ...bob, id: 'bob-2' as ActorId }), {
      credentials: new Set(),
      touched: { actors: new Set(), credentials: new Set() },
    });
  });
});

describe('certificates', () => {
  const refusal = (made: Scene, chain: readonly Uint8Array[]): readonly unknown[] => {
    const { answer, why } = made.credentials.answer({ kind: 'x509', chain });
    return [answer.kind === 'refused' ? answer.reason : answer.kind, why];
  };

  test('are refused for the reason, and the operator is told who and why', () => {
    const other = authority({ subject: 'Other Root' });
    const made = scene();
    assert.deepEqual(refusal(made, [device({ subject: 'lock-1' }, other).der]), [
      'unknown-authority',
      'nobody configured as an authority issued CN=lock-1 (its issuer is CN=Other Root)',
    ]);
    const [expired, sentence] = refusal(made, [device({ notAfter: '2026-06-01T00:00:00Z' }, root).der]);
    assert.equal(expired, 'certificate-expired');
    assert.match(String(sentence), /CN=lock-1/);
    assert.equal(refusal(made, [utf8('no certificate')])[0], 'bad-certificate');
  });

  test('of a subject that nobody registered are unknown', () => {
    const [kind, why] = refusal(scene(), [device({ subject: 'lock-2' }, root).der]);
    assert.equal(kind, 'unknown');
    assert.match(String(why), /no device is registered as CN=lock-2 under the authority [0-9a-f]{64}/);
  });

  test('of the registered subject under another anchor are unknown', () => {
    const other = authority({ subject: 'Other Root' });
    const made = scene({ anchors: [root, other] });
    assert.equal(refusal(made, [device({ subject: 'lock-1' }, other).der])[0], 'unknown');
  });

  test('that are revoked are refused; those of an issuer with a current list are not', () => {
    const revoked = revocationList({ revoked: ['77'] }, root);
    assert.equal(refusal(scene({ lists: [revoked] }), [lock.der])[0], 'certificate-revoked');
    const empty = revocationList({}, root);
    assert.equal(refusal(scene({ lists: [empty] }), [lock.der])[0], 'accepted');
  });

  test('are refused when the list of their issuer is stale or not yet there (threat G10)', () => {
    const made = scene({ lists: [revocationList({}, root)] });
    made.turnClock('2026-07-01T00:00:01Z');
    const [reason, why] = refusal(made, [lock.der]);
    assert.equal(reason, 'unknown-authority');
    assert.match(String(why), /no current revocation list of CN=Example Root/);
    const future = revocationList({ thisUpdate: '2026-06-20T00:00:00Z' }, root);
    assert.equal(refusal(scene({ lists: [future] }), [lock.der])[0], 'unknown-authority');
    const stale = revocationList({ revoked: ['77'], nextUpdate: '2026-06-02T00:00:00Z' }, root);
    assert.equal(refusal(scene({ lists: [stale] }), [lock.der])[0], 'certificate-revoked');
  });
});

describe('resumption', () => {
  const ask = (made: Scene, credential: string, chain: readonly Uint8Array[] | null): string => {
    const fingerprint = new Uint8Array(32);
    const claim = chain === null ? PSK : ({ kind: 'x509', fingerprint, chain } as const);
    return made.credentials.answer({ kind: 'resume', credential, claim }).answer.kind;
  };

  test('asks again for the credential', () => {
    const made = scene();
    assert.equal(ask(made, 'c-lamp', null), 'accepted');
    assert.equal(ask(made, 'c-nobody', null), 'unknown');
    made.apply({ kind: 'credential-ended', id: 'c-lamp' as CredentialId });
    assert.equal(ask(made, 'c-lamp', null), 'unknown');
  });

  test('asks again for the certificate, which may have ended meanwhile', () => {
    const made = scene();
    assert.equal(ask(made, 'c-lock', [lock.der]), 'accepted');
    assert.equal(ask(made, 'c-lamp', [lock.der]), 'unknown', 'the certificate of another credential');
    made.turnClock('2027-02-01T00:00:00Z');
    assert.equal(ask(made, 'c-lock', [lock.der]), 'unknown');
  });
});

describe('a session under way', () => {
  const begun = (made: Scene, credential: string, claim: Claim): Session => {
    const standing = required(made.credentials.standing(credential as CredentialId), 'it is known');
    const peer = { claim } as VerifiedPeer;
    const { credentials } = made;
    return beginSession(1 as ConnectionHandle, peer, standing, { sendLimit: 1_024, credentials });
  };

  test('ends with its certificate, and the peer is told so', () => {
    const made = scene();
    const claim = { kind: 'x509', fingerprint: new Uint8Array(32), chain: [lock.der] } as const;
    const session = begun(made, 'c-lock', claim);
    assert.equal(currentPrincipal(session, made.credentials)?.name, 'lock');
    assert.equal(lossOf(session, made.credentials.now), 'certificate-revoked');
    made.turnClock('2027-01-01T00:00:01Z');
    assert.equal(currentPrincipal(session, made.credentials), null);
    assert.equal(lossOf(session, made.credentials.now), 'certificate-expired');
    made.turnClock('2026-06-15T12:00:00Z');
    assert.equal(currentPrincipal(session, made.credentials), null, 'the clock going back changes nothing');
  });

  test('ends with its credential', () => {
    const made = scene({ notAfter: at('2026-07-01T00:00:00Z') });
    const session = begun(made, 'c-lamp', PSK);
    assert.equal(currentPrincipal(session, made.credentials)?.name, 'lamp');
    assert.equal(lossOf(session, made.credentials.now), 'revoked');
    made.turnClock('2026-07-01T00:00:00Z');
    assert.equal(currentPrincipal(session, made.credentials), null);
  });
});

describe('a certificate whose subject is not registered', () => {
  const anchorHex = sha256(root.der);
  const rules = [
    { anchorHex, rule: { cn: '{site}/{id}', template: '{id}' } },
    { anchorHex, rule: { san: 'uri:urn:dev:{id}', template: '{id}' } },
  ];
  const byName: CredentialFacts = {
    ...facts('c-name', 'lamp'),
    kind: 'x509',
    anchorHex,
    subject: 'name:lamp',
  };
  const certified = (wish: CertificateWish, issuer = root) =>
    ({ kind: 'x509', chain: [device(wish, issuer).der] }) as const;
  const named = (subject: string, uri?: string) =>
    certified({ subject, ...(uri === undefined ? {} : { extensions: [subjectAltName(['uri', uri])] }) });
  const furnished = (): Scene => {
    const made = scene({ anchors: [root, other], subjectRules: rules });
    made.apply({ kind: 'credential-established', credential: byName });
    return made;
  };
  const other = authority({ subject: 'Other Root' });
  const credentialOf = (made: Scene, question: { kind: 'x509'; chain: readonly Uint8Array[] }) => {
    const { answer, why } = made.credentials.answer(question);
    return answer.kind === 'accepted' ? answer.credential : (why ?? answer.kind);
  };

  test('is the device whose name the rules derive, if that was added by name', () => {
    const made = furnished();
    assert.equal(credentialOf(made, named('north/lamp')), 'c-name');
    assert.equal(credentialOf(made, named('anything', 'urn:dev:lamp')), 'c-name');
    assert.match(credentialOf(made, named('north/meter')), /no device meter was added by name/);
    assert.match(credentialOf(made, named('lamp')), /the common name in CN=lamp does not match/);
  });

  test('counts only under the authority that has the rules', () => {
    assert.match(credentialOf(furnished(), certified({ subject: 'north/lamp' }, other)), /has no rules/);
  });

  test('is nobody where two rules disagree', () => {
    assert.match(
      credentialOf(furnished(), named('north/lamp', 'urn:dev:meter')),
      /one rule makes it lamp, another meter/,
    );
  });

  test('is nobody any more when the credential has ended, and again when a suspension is over', () => {
    const made = furnished();
    const id = 'c-name' as CredentialId;
    made.apply({ kind: 'credential-suspended', id });
    assert.notEqual(credentialOf(made, named('north/lamp')), 'c-name');
    made.apply({ kind: 'credential-resumed', id });
    assert.equal(credentialOf(made, named('north/lamp')), 'c-name');
    made.apply({ kind: 'credential-ended', id });
    assert.notEqual(credentialOf(made, named('north/lamp')), 'c-name');
  });

  test('a subject that is registered decides alone, even while its credential is suspended', () => {
    const made = furnished();
    const subject = 'CN=north/lamp';
    const exact: CredentialFacts = { ...facts('c-exact', 'meter'), kind: 'x509', anchorHex, subject };
    made.apply({ kind: 'credential-established', credential: exact });
    assert.equal(credentialOf(made, named('north/lamp')), 'c-exact');
    made.apply({ kind: 'credential-suspended', id: exact.id });
    assert.match(credentialOf(made, named('north/lamp')), /no device is registered/);
  });

  test('a name that belongs to somebody else is nobody', () => {
    const made = scene({ subjectRules: rules });
    const stray: CredentialFacts = { ...byName, actor: 'meter' as ActorId };
    made.apply({ kind: 'credential-established', credential: stray });
    assert.notEqual(credentialOf(made, named('north/lamp')), 'c-name');
  });
});

describe('a certificate without a subject', () => {
  const uri = subjectAltName(['uri', 'urn:dev:a,b'], ['dns', 'lock.example']);
  const nameless = (...extensions: readonly Uint8Array[]) => {
    const wish = { subject: name([]), extensions: extensions.length === 0 ? undefined : extensions };
    return { kind: 'x509', chain: [device(wish, root).der] } as const;
  };

  test('is known by its alternative names, all of them', () => {
    const made = scene();
    const subject = 'subjectAltName=dns:lock.example,uri:urn:dev:a\\,b';
    const credential: CredentialFacts = {
      ...facts('c-san', 'lock'),
      kind: 'x509',
      anchorHex: sha256(root.der),
      subject,
    };
    made.apply({ kind: 'credential-established', credential });
    assert.deepEqual(made.credentials.answer(nameless(uri)).answer, {
      kind: 'accepted',
      credential: 'c-san',
    });
    assert.deepEqual(made.credentials.answer(nameless(subjectAltName(['dns', 'lock.example']))).answer, {
      kind: 'unknown',
    });
    assert.deepEqual(made.credentials.answer(nameless()).answer, { kind: 'unknown' });
  });
});

describe('other authorities and lists while sessions are under way', () => {
  const settings = (lists: readonly Uint8Array[], anchors = [root]) =>
    ({ anchors: anchors.map(({ der }) => der), subjectRules: [], revocationLists: lists }) as const;
  const begin = (made: Scene): Session => {
    const { credentials } = made;
    const standing = required(credentials.standing('c-lock' as CredentialId), 'it is known');
    const claim: Claim = { kind: 'x509', fingerprint: new Uint8Array(32), chain: [lock.der] };
    return beginSession(1 as ConnectionHandle, { claim } as VerifiedPeer, standing, {
      sendLimit: 1_024,
      credentials,
    });
  };

  test('G10: a session ends with the list on which its certificate is revoked, and for good', () => {
    const made = scene({ lists: [revocationList({ number: 1 }, root)] });
    const session = begin(made);
    assert.equal(currentPrincipal(session, made.credentials)?.name, 'lock');
    made.credentials.believe(settings([revocationList({ number: 2, revoked: ['77'] }, root)]));
    assert.equal(currentPrincipal(session, made.credentials), null);
    assert.equal(currentPrincipal(session, made.credentials), null);
    assert.equal(lossOf(session, made.credentials.now), 'certificate-revoked');
    assert.equal(made.credentials.answer(X509).answer.kind, 'refused');
  });

  test('G10: a session ends when its list is out of date, and goes on where that was renewed in time', () => {
    const made = scene({ lists: [revocationList({ number: 1 }, root)] });
    const [stays, ends] = [begin(made), begin(made)];
    made.turnClock('2026-07-02T00:00:00Z');
    assert.equal(currentPrincipal(ends, made.credentials), null);
    const renewed = revocationList(
      { number: 2, thisUpdate: '2026-06-30T00:00:00Z', nextUpdate: '2026-08-01T00:00:00Z' },
      root,
    );
    made.credentials.believe(settings([renewed]));
    assert.equal(currentPrincipal(stays, made.credentials)?.name, 'lock');
    assert.equal(stays.until, at('2026-08-01T00:00:00.001Z'));
    made.turnClock('2026-08-01T00:00:01Z');
    assert.equal(currentPrincipal(stays, made.credentials), null);
  });

  test('a session ends with the authority that its certificate came from', () => {
    const made = scene();
    const session = begin(made);
    made.credentials.believe(settings([], [authority({ subject: 'Another Root' })]));
    assert.equal(currentPrincipal(session, made.credentials), null);
    assert.equal(lossOf(session, made.credentials.now), 'certificate-revoked');
  });
});
