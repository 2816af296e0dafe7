/** From what an operator hands over to the facts of a credential, whatever its kind, or why they are none. */
import { required, toHex } from '../../../base/index.ts';
import {
  type Certificate,
  importPublicKey,
  nodeCertificateVerifier,
  nodeProvider,
  readAnchors,
  readCertificate,
  validatePath,
} from '../../../crypto/index.ts';
import type { PskMaterial } from '../../ports/index.ts';
import {
  type ActorId,
  type CredentialFacts,
  findActor,
  type Proof,
  refuse,
  type Refused,
} from '../../../trust/index.ts';
import type { CredentialWish, Planning, RpkWish, X509Wish } from './command.ts';
import { drawCredentialId } from './ids.ts';
import { preparePsk } from './psk.ts';

export interface PreparedCredential {
  readonly kind: 'prepared';
  readonly facts: CredentialFacts;
  /** Keys that travel to the shards. */
  readonly keys: readonly PskMaterial[];
  /** Present when the gateway made the key. */
  readonly keyHex?: string;
}

/** Checks, and where it is asked for draws, a credential for `actor`, who is called `name`. */
export function prepareCredential(
  planning: Planning,
  actor: ActorId,
  name: string,
  wish: CredentialWish,
): PreparedCredential | Refused {
  const user = wish.user === null ? null : findActor(planning.trust.snapshot, 'user', wish.user)?.id;
  if (user === undefined) return refuse('actor-unknown', 'there is no such user', '/user');
  const { established } = wish;
  if (wish.kind === 'psk') {
    const prepared = preparePsk(planning, actor, name, wish);
    if (prepared.kind === 'refused') return prepared;
    const { psk, material, keyHex } = prepared;
    const facts: CredentialFacts = { ...psk, kind: 'psk', actor, user, ...FOREVER };
    return { kind: 'prepared', facts, keys: [material], ...(keyHex === undefined ? {} : { keyHex }) };
  }
  const proof = wish.kind === 'rpk' ? rawKey(wish) : certified(planning, wish);
  if (proof.kind === 'refused') return proof;
  const id = drawCredentialId(planning.entropy);
  return { kind: 'prepared', facts: { ...proof, id, actor, user, established, ...FOREVER }, keys: [] };
}

type ProofOf<K> = Extract<Proof, { readonly kind: K }>;

function rawKey({ publicKey }: RpkWish): ProofOf<'rpk'> | Refused {
  const imported = importPublicKey(publicKey, nodeProvider);
  if (imported.kind === 'problem') return refuse('key-invalid', imported.problem, '/publicKey');
  return { kind: 'rpk', fingerprintHex: imported.fingerprintHex, spkiHex: toHex(imported.spki) };
}

function certified({ trust, anchors }: Planning, { shown }: X509Wish): ProofOf<'x509'> | Refused {
  const known = anchors.map((der) => {
    const read = readCertificate(der);
    return required(read.kind === 'certificate' ? read : undefined, 'anchors were read before');
  });
  if (known.length === 0) return refuse('key-invalid', NO_AUTHORITY, '/kind');
  if (shown.kind === 'subject') {
    const anchor = chosen(known, shown.anchor);
    if (anchor.kind === 'refused') return anchor;
    return { kind: 'x509', anchorHex: fingerprint(anchor), subject: shown.subject };
  }
  const read = readAnchors(shown.pem);
  if (read.kind === 'problem') return refuse('key-invalid', read.problem, '/certificate');
  const path = validatePath({
    chain: read.certificates.map(({ der }) => der),
    anchors: known,
    at: trust.now,
    purpose: 'client',
    verifier: nodeCertificateVerifier,
  });
  if (path.kind === 'refused') return refuse('key-invalid', path.detail, '/certificate');
  const end = required(path.path.at(-1), 'a path has an end');
  return { kind: 'x509', anchorHex: fingerprint(end), subject: path.leaf.subject.display };
}

/** The authority that an operator means. */
function chosen(known: readonly Certificate[], reference: string | null): Certificate | Refused {
  const meant = known.filter(
    (each) =>
      reference === null ||
      fingerprint(each) === reference.toLowerCase() ||
      each.subject.display === reference ||
      each.subject.commonNames.includes(reference),
  );
  const [first] = meant;
  if (first !== undefined && meant.every((each) => fingerprint(each) === fingerprint(first))) return first;
  const names = known.map((each) => `${each.subject.display} (${fingerprint(each).slice(0, 16)}...)`);
  const what = first === undefined ? 'there is no such authority' : 'more than one authority could be meant';
  return refuse('key-invalid', `${what}; configured are ${names.join(', ')}`, '/anchor');
}

const fingerprint = ({ der }: Certificate): string => toHex(nodeProvider.hash('sha256', der));

const FOREVER = { notBefore: null, notAfter: null } as const;
const NO_AUTHORITY = 'no authority is configured whose certificates would count: dtls.trust_anchors';
