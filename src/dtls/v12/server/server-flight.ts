/** What a server says after the hello: the full flight 4, or the abbreviated one that ends in its Finished. */
import { concat, EMPTY, required } from '../../../base/index.ts';
import type { EphemeralKey } from '../../../crypto/index.ts';
import type { CredentialKind } from '../../effect.ts';
import { encodeCertificate } from '../../message/certificate.ts';
import { CLIENT_KEY_TYPE, encodeCertificateRequest } from '../../message/certificate-request.ts';
import type { ClientHello } from '../../message/client-hello.ts';
import type { Extensions } from '../../message/extension/registry.ts';
import { type HandshakeMessage, type HandshakeTypeName, rawMessage } from '../../message/handshake.ts';
import { encodeEcdheEcdsaServer, encodeEcdhePskServer, encodeParams } from '../../message/key-exchange.ts';
import { encodeServerHello } from '../../message/server-hello.ts';
import { DTLS_1_2 } from '../../record/header.ts';
import { SIGNATURES } from '../../suite/signatures.ts';
import { type Exchange } from '../exchange.ts';
import { expandKeys, finishedData, type Randoms } from '../key-schedule.ts';
import type { FlightItem, Outcome, StepContext } from '../machine.ts';
import { negotiate, type Terms, termsExtensions } from '../negotiate.ts';
import type { AwaitResumption, Hello, ServerState } from './states.ts';

/** The client's hello as it came and as it was judged. */
interface Heard {
  readonly offer: ClientHello;
  readonly terms: Terms;
  readonly message: HandshakeMessage;
}

export function fullFlight(
  context: StepContext,
  heard: Heard,
  avoid: CredentialKind | null,
): Outcome<ServerState> {
  const { offer, terms, message } = heard;
  const { agreement, extensions } = negotiate(offer, terms, context.settings, avoid);
  const { exchange, suite } = agreement;
  const random = context.entropy(32);
  const randoms: Randoms = { client: offer.random, server: random };
  const resumable =
    agreement.extendedMasterSecret && exchange.kind !== 'psk' && context.settings.resumption > 0;
  const sessionId = resumable ? context.entropy(SESSION_ID_BYTES) : EMPTY;
  const ownCid = terms.peerCid === null ? EMPTY : context.newConnectionId();
  const ephemeral =
    exchange.kind === 'psk' ? null : context.crypto.ephemeral(exchange.group.name, context.entropy);
  const bodies: [HandshakeTypeName, Uint8Array][] = [
    ['server_hello', serverHello({ random, sessionId, suite: suite.id, extensions, terms, ownCid })],
    ...exchangeMessages(context, exchange, ephemeral, randoms),
    ['server_hello_done', EMPTY],
  ];
  // Our sequence of messages continues that of the hello (RFC 6347 4.2.2).
  const raws = bodies.map(([type, body], i) => rawMessage(type, message.messageSeq + i, body));
  const sendSeq = message.messageSeq + raws.length;
  const hello: Hello = { agreement, randoms, sessionId, ownCid, sendSeq };
  const transcript = [message.raw, ...raws];
  return {
    next:
      exchange.kind === 'ecdhe_ecdsa' && asksClients(context)
        ? {
            kind: 'expect-certificate',
            hello,
            transcript,
            ephemeral: required(ephemeral, 'ECDHE has its key'),
          }
        : { kind: 'expect-client-key-exchange', hello, transcript, ephemeral, certified: null },
    flight: { items: raws.map((raw) => ({ kind: 'handshake', epoch: 0, raw })), answered: true },
    sendLimit: agreement.sendLimit,
    ownCid,
  };
}

/** RFC 5246 7.3, figure 2: the server speaks first, the session's master secret meets new randoms. */
export function abbreviatedFlight(context: StepContext, state: AwaitResumption): Outcome<ServerState> {
  const { offer, terms, message, session, suite } = state;
  const random = context.entropy(32);
  const ownCid = terms.peerCid === null ? EMPTY : context.newConnectionId();
  const extensions = termsExtensions(terms, suite);
  const body = serverHello({ random, sessionId: session.id, suite: suite.id, extensions, terms, ownCid });
  const hello = rawMessage('server_hello', message.messageSeq, body);
  const heard = [message.raw, hello];
  const randoms = { client: offer.random, server: random };
  const cids = { toServer: ownCid, toClient: terms.peerCid ?? EMPTY };
  const keys = expandKeys(context.crypto, suite, session.master.slice(), randoms, cids);
  const verifyData = finishedData(context.crypto, keys.masterKey, 'server', heard);
  const finished = rawMessage('finished', message.messageSeq + 1, verifyData);
  return {
    next: {
      kind: 'expect-change-cipher-spec',
      suite,
      extendedMasterSecret: true,
      transcript: [...heard, finished],
      claim: session.claim,
      credential: session.credential,
      keys,
      sessionId: session.id,
      finishedSeq: null,
    },
    flight: {
      items: [
        { kind: 'handshake', epoch: 0, raw: hello },
        { kind: 'change_cipher_spec' },
        { kind: 'handshake', epoch: 1, raw: finished },
      ] satisfies FlightItem[],
      answered: true,
    },
    read: keys.clientWrite,
    write: keys.serverWrite,
    sendLimit: terms.sendLimit,
    ownCid,
  };
}

function serverHello(said: {
  random: Uint8Array;
  sessionId: Uint8Array;
  suite: number;
  extensions: Extensions;
  terms: Terms;
  ownCid: Uint8Array;
}): Uint8Array {
  const { random, sessionId, suite, terms, ownCid } = said;
  const extensions = terms.peerCid === null ? said.extensions : { ...said.extensions, connectionId: ownCid };
  return encodeServerHello({ version: DTLS_1_2, random, sessionId, suite, compression: 0, extensions });
}

/** Between ServerHello and ServerHelloDone. Plain PSK without a hint has nothing there (RFC 4279 2). */
function exchangeMessages(
  context: StepContext,
  exchange: Exchange,
  ephemeral: EphemeralKey | null,
  randoms: Randoms,
): [HandshakeTypeName, Uint8Array][] {
  if (exchange.kind === 'psk' || ephemeral === null) return [];
  const share = { group: exchange.group.id, point: ephemeral.publicKey };
  if (exchange.kind === 'ecdhe_psk') return [['server_key_exchange', encodeEcdhePskServer(share)]];
  const identity = required(context.settings.identity, 'an exchange with certificates has our identity');
  const { serverType, signature } = exchange;
  const content = serverType === 'raw-public-key' ? [identity.key.spki] : identity.chain;
  const params = encodeParams(share);
  const signed = context.crypto.sign(
    signature.name,
    identity.key,
    concat(randoms.client, randoms.server, params),
  );
  const request = {
    keyTypes: [
      CLIENT_KEY_TYPE.ecdsa_sign,
      ...(exchange.clientType === 'x509' ? [CLIENT_KEY_TYPE.rsa_sign] : []),
    ],
    signatureAlgorithms: SIGNATURES.map((scheme) => scheme.id),
  };
  return [
    ['certificate', encodeCertificate(serverType, content)],
    ['server_key_exchange', encodeEcdheEcdsaServer(params, { algorithm: signature.id, signature: signed })],
    // Peers without a certificate never become a principal, so everybody is asked for one if anybody is.
    ...(asksClients(context)
      ? [['certificate_request', encodeCertificateRequest(request)] satisfies [HandshakeTypeName, Uint8Array]]
      : []),
  ];
}

const asksClients = ({ settings }: StepContext): boolean => settings.clientAuthentication === 'required';

const SESSION_ID_BYTES = 32;
