/** ClientHello with a proven cookie -> ServerHello, ServerHelloDone. */
import { concat } from '../../../base/index.ts';
import { decodeClientHello } from '../../message/client-hello.ts';
import { bodyOf, rawMessage } from '../../message/handshake.ts';
import { encodeServerHello } from '../../message/server-hello.ts';
import { DTLS_1_2 } from '../../record/header.ts';
import type { MessageInput, Outcome, StepContext } from '../machine.ts';
import { negotiate } from '../negotiate.ts';
import type { ServerState } from './states.ts';

export function onClientHello(context: StepContext, { message }: MessageInput): Outcome<ServerState> {
  const offer = decodeClientHello(bodyOf(message.raw));
  const { agreement, extensions } = negotiate(offer, context.settings);
  const random = context.entropy(32);
  const serverHello = encodeServerHello({
    version: DTLS_1_2,
    random,
    // An empty session id: this session will not be resumed (RFC 5246 7.4.1.3).
    sessionId: new Uint8Array(0),
    suite: agreement.suite.id,
    compression: 0,
    extensions,
  });
  // Our sequence of messages continues that of the hello (RFC 6347 4.2.2); plain PSK without a hint has no
  // ServerKeyExchange (RFC 4279 2).
  const first = message.messageSeq;
  const hello = rawMessage('server_hello', first, serverHello);
  const done = rawMessage('server_hello_done', first + 1, new Uint8Array(0));
  return {
    next: {
      kind: 'expect-client-key-exchange',
      hello: { agreement, randoms: { client: offer.random, server: random }, sendSeq: first + 2 },
      transcript: concat(message.raw, hello, done),
    },
    flight: {
      items: [
        { kind: 'handshake', epoch: 0, raw: hello },
        { kind: 'handshake', epoch: 0, raw: done },
      ],
      answered: true,
    },
    sendLimit: agreement.sendLimit,
  };
}
