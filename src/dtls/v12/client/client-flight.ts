/** Flight 5: what the client shows, its half of the secret, proof of possession, ChangeCipherSpec, Finished. */
import { concat, EMPTY, required } from '../../../base/index.ts';
import type { CredentialAnswer } from '../../effect.ts';
import { encodeCertificate } from '../../message/certificate.ts';
import { rawMessage } from '../../message/handshake.ts';
import { encodeEcdhePskClient, encodePoint, encodePskLabel } from '../../message/key-exchange.ts';
import { encodeSigned } from '../../message/signature.ts';
import { groupById } from '../../suite/groups.ts';
import { signatureFor } from '../../suite/signatures.ts';
import { violation } from '../../violation.ts';
import { deriveMaster, expandKeys, finishedData, pskPremaster } from '../key-schedule.ts';
import type { FlightItem, Outcome, StepContext, Transcript } from '../machine.ts';
import type { AwaitCredential, ClientState, ServerSaid } from './states.ts';

/** The driver's word on the server's key. */
export function onCredential(
  context: StepContext,
  state: AwaitCredential,
  answer: CredentialAnswer,
): Outcome<ClientState> {
  if (answer.kind === 'accepted') return clientFlight(context, state, answer.credential);
  if (answer.kind === 'refused') return violation(answer.reason);
  return violation(state.certified?.claim.kind === 'x509' ? 'unknown-authority' : 'unknown-key');
}

export function clientFlight(
  context: StepContext,
  said: ServerSaid,
  credential: string,
): Outcome<ClientState> {
  const { accepted, client, randoms, sessionId } = said;
  const { suite, extendedMasterSecret } = accepted;
  const messages = new Messages(said.transcript, said.sendSeq);
  const shown = said.request === null ? null : ownCertificate(said);
  if (shown !== null) messages.add('certificate', encodeCertificate(accepted.clientType, shown));
  const { body, premaster } = exchange(context, said);
  messages.add('client_key_exchange', body);
  const from = { randoms, transcript: messages.transcript, extendedMasterSecret };
  const master = deriveMaster(context.crypto, suite.hash, premaster, from);
  // Whoever has nothing to show has nothing to prove (RFC 5246 7.4.8); the server may go on without, or not.
  if (shown !== null && shown.length > 0) {
    messages.add('certificate_verify', proof(context, said, messages.transcript));
  }
  const cids = { toServer: accepted.serverCid, toClient: said.ownCid };
  const keys = expandKeys(context.crypto, suite, master, randoms, cids);
  const verifyData = finishedData(context.crypto, keys.masterKey, 'client', messages.transcript);
  const items: FlightItem[] = messages.items();
  items.push(
    { kind: 'change_cipher_spec' },
    { kind: 'handshake', epoch: 1, raw: messages.add('finished', verifyData) },
  );
  const claim = said.certified?.claim ?? { kind: 'psk', identity: client.psk?.identity ?? EMPTY };
  return {
    next: {
      kind: 'expect-change-cipher-spec',
      suite,
      extendedMasterSecret,
      transcript: messages.transcript,
      claim,
      credential,
      keys,
      sessionId: extendedMasterSecret ? sessionId : EMPTY,
      finishedSeq: null,
    },
    flight: { items, answered: true },
    read: keys.serverWrite,
    write: keys.clientWrite,
  };
}

/** Messages of one flight as they join the transcript. */
class Messages {
  transcript: Transcript;
  #nextSeq: number;
  readonly #raws: Uint8Array[] = [];

  constructor(transcript: Transcript, nextSeq: number) {
    this.transcript = transcript;
    this.#nextSeq = nextSeq;
  }

  add(type: Parameters<typeof rawMessage>[0], body: Uint8Array): Uint8Array {
    const raw = rawMessage(type, this.#nextSeq++, body);
    this.transcript = [...this.transcript, raw];
    this.#raws.push(raw);
    return raw;
  }

  items(): FlightItem[] {
    return this.#raws.map((raw) => ({ kind: 'handshake', epoch: 0, raw }));
  }
}

/** Our half of the key exchange, and the premaster secret that comes of it. */
function exchange(context: StepContext, said: ServerSaid): { body: Uint8Array; premaster: Uint8Array } {
  const { keyExchange } = said.accepted.suite;
  const { psk } = said.client;
  if (keyExchange === 'psk') {
    const { identity, key } = required(psk, 'PSK suites are offered with a key');
    return { body: encodePskLabel(identity), premaster: pskPremaster(key.reveal()) };
  }
  const { point, agreed } = agreement(context, said);
  if (keyExchange === 'ecdhe_ecdsa') return { body: encodePoint(point), premaster: agreed };
  const { identity, key } = required(psk, 'PSK suites are offered with a key');
  return { body: encodeEcdhePskClient(identity, point), premaster: pskPremaster(key.reveal(), agreed) };
}

function agreement(context: StepContext, said: ServerSaid): { point: Uint8Array; agreed: Uint8Array } {
  const heard = said.keyExchange;
  if (heard?.kind !== 'ecdh') return violation('unexpected-message');
  const group = groupById(heard.group);
  if (group === undefined) return violation('illegal-parameter');
  const ephemeral = context.crypto.ephemeral(group.name, context.entropy);
  const agreed = context.crypto.agree(ephemeral, heard.point) ?? violation('illegal-parameter');
  return { point: ephemeral.publicKey, agreed };
}

/** Empty where the server wants a chain and there is only a key. */
function ownCertificate({ client, accepted }: ServerSaid): readonly Uint8Array[] {
  const identity = required(client.identity, 'certificate suites are offered with an identity');
  return accepted.clientType === 'raw-public-key' ? [identity.key.spki] : identity.chain;
}

function proof(context: StepContext, said: ServerSaid, transcript: Transcript): Uint8Array {
  const { key } = required(said.client.identity, 'certificate suites are offered with an identity');
  const scheme = signatureFor(key.kind, said.request?.signatureAlgorithms ?? []);
  if (scheme === undefined) return violation('illegal-parameter');
  const signature = context.crypto.sign(scheme.name, key, concat(...transcript));
  return encodeSigned({ algorithm: scheme.id, signature });
}
