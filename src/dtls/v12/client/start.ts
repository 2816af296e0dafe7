/** Flight 1: the first ClientHello. */
import { rawMessage } from '../../message/handshake.ts';
import { type ClientHello, encodeClientHello, RANDOM_BYTES } from '../../message/client-hello.ts';
import { DTLS_1_2 } from '../../record/header.ts';
import type { ClientSettings } from '../../settings.ts';
import { EMPTY_RENEGOTIATION_INFO_SCSV, suiteByName } from '../../suite/registry.ts';
import type { Outcome, StepContext } from '../machine.ts';
import { RECORD_BYTES_MAX } from '../negotiate.ts';
import type { ClientState } from './states.ts';

/** Suites unknown to the registry are not offered: nothing could be done with them if they were chosen. */
export function start(context: StepContext, client: ClientSettings): Outcome<ClientState> {
  const names = client.suites ?? context.settings.suites;
  const offer: ClientHello = {
    version: DTLS_1_2,
    random: context.entropy(RANDOM_BYTES),
    sessionId: new Uint8Array(0),
    cookie: new Uint8Array(0),
    suites: [...names.flatMap((name) => suiteByName(name)?.id ?? []), EMPTY_RENEGOTIATION_INFO_SCSV],
    compression: Uint8Array.of(0),
    extensions: { extendedMasterSecret: true, recordSizeLimit: RECORD_BYTES_MAX },
  };
  const raw = rawMessage('client_hello', 0, encodeClientHello(offer));
  return {
    next: { kind: 'expect-server-hello', client, offer, transcript: raw, sendSeq: 1 },
    flight: { items: [{ kind: 'handshake', epoch: 0, raw }], answered: true },
  };
}
