/** From what an operator hands over to the facts of a credential, whatever its kind, or why they are none. */
import { equalBytes, required, toHex } from '../../../base/index.ts';
import {
  type Anchor,
  importPublicKey,
  matchSubjects,
  nodeCertificateVerifier,
  nodeProvider,
  readAnchors,
  subjectText,
  validatePath,
} from '../../../crypto/index.ts';
import type { PskMaterial } from '../../ports/index.ts';
import {
  type ActorId,
  type CredentialFacts,
  nameOfSubject,
  type Proof,
  proofKey,
  refuse,
  type Refused,
  subjectByName,
  type Trust,
} from '../../../trust/index.ts';
import { prepareToken } from './token.ts';
import type { CredentialWish, Planning, RpkWish, X509Wish } from './command.ts';
import { drawCredentialId } from './ids.ts';
import { preparePsk } from './psk.ts';
import { resolveUser } from './references.ts';

export interface PreparedCredential {
  readonly kind: 'prepared';
  readonly facts: CredentialFacts;
  /** Keys that travel to the shards. */
  readonly keys: readonly PskMaterial[];
  /** Present when the gateway made the key. */
  readonly keyHex?: string;
  /** Present for a token. */
  readonly token?: string;
}

/** Checks, and where it is asked for draws, a credential for `actor`, who is called `name`. */
export function prepareCredential(
  planning: Planning,
  actor: ActorId,
  name: string,
  wish: CredentialWish,
): PreparedCredential | Refused {
  const user = wish.user === null ? null : resolveUser(planning, wish.user);
  if (user !== null && typeof user !== 'string') return user;
  const { established } = wish;
  if (wish.kind === 'psk') {
    const prepared = preparePsk(planning, actor, name, wish);
    if (prepared.kind === 'refused') return prepared;
    const { psk, material, keyHex } = prepared;
    const facts: CredentialFacts = { ...psk, kind: 'psk', actor, user, ...FOREVER };
    return { kind: 'prepared', facts, keys: [material], ...(keyHex === undefined ? {} : { keyHex }) };
  }
  if (wish.kind === 'token') return prepareToken(planning, { actor, user }, wish);
  const proof = wish.kind === 'rpk' ? rawKey(wish) : certified(planning, { actor, name }, wish);
  if (proof.kind === 'refused') return proof;
  const id = drawCredentialId(planning.entropy);
  return { kind: 'prepared', facts: { ...proof, id, actor, user, established, ...FOREVER }, keys: [] };
}

interface Holder {
  readonly actor: ActorId;
  readonly name: string;
}

type ProofOf<K> = Extract<Proof, { readonly kind: K }>;

function rawKey({ publicKey }: RpkWish): ProofOf<'rpk'> | Refused {
  const imported = importPublicKey(publicKey, nodeProvider);
  if (imported.kind === 'problem') return refuse('key-invalid', imported.problem, '/publicKey');
  return { kind: 'rpk', fingerprintHex: imported.fingerprintHex, spkiHex: toHex(imported.spki) };
}

function certified(
  { trust, anchors }: Planning,
  { actor, name }: Holder,
  { shown }: X509Wish,
): ProofOf<'x509'> | Refused {
  if (anchors.length === 0) return refuse('key-invalid', NO_AUTHORITY, '/kind');
  if (shown.kind === 'certificate') return ofCertificate(trust, anchors, actor, shown.pem);
  const anchor = chosen(shown.kind === 'name' ? anchors.filter(hasRules) : anchors, shown.anchor);
  if ('kind' in anchor) {
    const bare = shown.kind === 'name' && !anchors.some(hasRules);
    return bare ? refuse('key-invalid', NO_RULES, '/byName') : anchor;
  }
  const { fingerprintHex: anchorHex } = anchor;
  if (shown.kind === 'name') return { kind: 'x509', anchorHex, subject: subjectByName(name) };
  if (nameOfSubject(shown.subject) === undefined) {
    return { kind: 'x509', anchorHex, subject: shown.subject };
  }
  return refuse('key-invalid', 'a subject begins with a type, as in CN=lock-1', '/subject');
}

/** The holder of that certificate, and of those that its authority will issue for the same subject. */
function ofCertificate(
  trust: Trust,
  anchors: readonly Anchor[],
  actor: ActorId,
  pem: string,
): ProofOf<'x509'> | Refused {
  const read = readAnchors(pem);
  if (read.kind === 'problem') return refuse('key-invalid', read.problem, '/certificate');
  const judged = validatePath({
    chain: read.certificates.map(({ der }) => der),
    anchors: anchors.map(({ certificate }) => certificate),
    at: trust.now,
    purpose: 'client',
    verifier: nodeCertificateVerifier,
  });
  if (judged.kind === 'refused') {
    const known = judged.reason === 'unknown-authority' ? `; configured are ${listed(anchors)}` : '';
    return refuse('key-invalid', `${judged.detail}${known}`, '/certificate');
  }
  const end = judged.path.at(-1);
  const { fingerprintHex: anchorHex, rules } = required(
    anchors.find(({ certificate }) => end !== undefined && equalBytes(certificate.der, end.der)),
    'a path ends at an anchor',
  );
  const subject = subjectText(judged.leaf);
  if (subject === undefined) return refuse('key-invalid', NO_SUBJECT, '/certificate');
  const named = matchSubjects(rules, judged.leaf);
  const other = named.kind === 'name' ? holderByName(trust, anchorHex, named.name) : undefined;
  if (other === undefined || other === actor) return { kind: 'x509', anchorHex, subject };
  const name = trust.snapshot.actors.get(other)?.name ?? '';
  return refuse(
    'identity-taken',
    `by the rules of its authority this certificate is ${name}'s`,
    '/certificate',
  );
}

function holderByName({ snapshot }: Trust, anchorHex: string, name: string): ActorId | undefined {
  const key = proofKey({ kind: 'x509', anchorHex, subject: subjectByName(name) });
  const id = key === undefined ? undefined : snapshot.identities.get(key);
  return id === undefined ? undefined : snapshot.credentials.get(id)?.actor;
}

/** The authority that an operator means. */
function chosen(known: readonly Anchor[], reference: string | null): Anchor | Refused {
  const meant = known.filter(
    ({ certificate, fingerprintHex }) =>
      reference === null ||
      fingerprintHex === reference.toLowerCase() ||
      certificate.subject.display === reference ||
      certificate.subject.commonNames.includes(reference),
  );
  const [first] = meant;
  if (first !== undefined && meant.every((each) => each.fingerprintHex === first.fingerprintHex))
    return first;
  const what = first === undefined ? 'there is no such authority' : 'more than one authority could be meant';
  return refuse('key-invalid', `${what}; configured are ${listed(known)}`, '/anchor');
}

const listed = (anchors: readonly Anchor[]): string =>
  anchors
    .map(
      ({ certificate, fingerprintHex }) =>
        `${certificate.subject.display} (${fingerprintHex.slice(0, 16)}...)`,
    )
    .join(', ');

const hasRules = ({ rules }: Anchor): boolean => rules.length > 0;

const FOREVER = { notBefore: null, notAfter: null } as const;
const NO_AUTHORITY = 'no authority is configured whose certificates would count: dtls.trust_anchors';
const NO_RULES = 'no authority has rules from certificates to names of devices: dtls.subject_rules';
const NO_SUBJECT =
  'the certificate has neither a subject nor alternative names that could be written down: printable, 256 characters';
