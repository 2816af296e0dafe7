/** Flight 1: the first ClientHello. */
import { type ClientHello, encodeClientHello, RANDOM_BYTES } from '../../message/client-hello.ts';
import type { Extensions } from '../../message/extension/registry.ts';
import { rawMessage } from '../../message/handshake.ts';
import { DTLS_1_2 } from '../../record/header.ts';
import type { ClientSettings } from '../../settings.ts';
import { CERTIFICATE_TYPE } from '../../suite/certificate-types.ts';
import { GROUPS } from '../../suite/groups.ts';
import { type CipherSuite, EMPTY_RENEGOTIATION_INFO_SCSV, suiteByName } from '../../suite/registry.ts';
import { SIGNATURES } from '../../suite/signatures.ts';
import type { Outcome, StepContext } from '../machine.ts';
import { needsEncryptThenMac, RECORD_BYTES_MAX } from '../negotiate.ts';
import type { ClientState } from './states.ts';

/** Offers what the client can go through with: suites of the registry for which it has a credential. */
export function start(context: StepContext, client: ClientSettings): Outcome<ClientState> {
  const suites = offeredSuites(context, client);
  const ownCid = context.settings.connectionId === null ? null : context.newConnectionId();
  const offer: ClientHello = {
    version: DTLS_1_2,
    random: context.entropy(RANDOM_BYTES),
    sessionId: client.resume?.id ?? new Uint8Array(0),
    cookie: new Uint8Array(0),
    suites: [...suites.map((suite) => suite.id), EMPTY_RENEGOTIATION_INFO_SCSV],
    compression: Uint8Array.of(0),
    extensions: {
      ...curveExtensions(suites),
      ...certificateExtensions(suites, client),
      ...(suites.some(needsEncryptThenMac) ? { encryptThenMac: true as const } : {}),
      extendedMasterSecret: true,
      recordSizeLimit: RECORD_BYTES_MAX,
      ...(ownCid === null ? {} : { connectionId: ownCid }),
    },
  };
  const raw = rawMessage('client_hello', 0, encodeClientHello(offer));
  return {
    next: { kind: 'expect-server-hello', client, offer, transcript: [raw], sendSeq: 1 },
    flight: { items: [{ kind: 'handshake', epoch: 0, raw }], answered: true },
    ...(ownCid === null ? {} : { ownCid }),
  };
}

function offeredSuites(context: StepContext, client: ClientSettings): readonly CipherSuite[] {
  const names = client.suites ?? context.settings.suites;
  return names
    .map((name) => suiteByName(name))
    .filter((suite) => suite !== undefined)
    .filter((suite) =>
      suite.keyExchange === 'ecdhe_ecdsa' ? client.identity !== undefined : client.psk !== undefined,
    );
}

function curveExtensions(suites: readonly CipherSuite[]): Extensions {
  if (suites.every((suite) => suite.keyExchange === 'psk')) return {};
  return { supportedGroups: GROUPS.map((group) => group.id), ecPointFormats: [0] };
}

/** With a chain both forms are shown and taken; with a bare key only that (RFC 7250 4.1). */
function certificateExtensions(suites: readonly CipherSuite[], client: ClientSettings): Extensions {
  if (!suites.some((suite) => suite.keyExchange === 'ecdhe_ecdsa')) return {};
  const { x509, 'raw-public-key': raw } = CERTIFICATE_TYPE;
  const chain = (client.identity?.chain.length ?? 0) > 0;
  return {
    signatureAlgorithms: SIGNATURES.map((scheme) => scheme.id),
    clientCertificateTypes: chain ? [x509] : [raw],
    serverCertificateTypes: chain ? [x509, raw] : [raw, x509],
  };
}
