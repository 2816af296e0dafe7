/**
 * ClientKeyExchange -> with a PSK the question whose identity it is; with a certificate the keys, possession
 * pending; from a client that was not asked for one the keys, and nobody behind them.
 */
import { required, unreachable } from '../../../base/index.ts';
import { bodyOf } from '../../message/handshake.ts';
import { decodeEcdhePskClient, decodePoint, decodePskLabel } from '../../message/key-exchange.ts';
import type { Claim } from '../../effect.ts';
import { violation } from '../../violation.ts';
import { deriveMaster } from '../key-schedule.ts';
import type { MessageInput, Outcome, StepContext, Transcript } from '../machine.ts';
import { keyed } from './await-credential.ts';
import type { ExpectClientKeyExchange, ServerState } from './states.ts';

export function onClientKeyExchange(
  context: StepContext,
  state: ExpectClientKeyExchange,
  { message }: MessageInput,
): Outcome<ServerState> {
  const body = bodyOf(message.raw);
  const transcript = [...state.transcript, message.raw];
  const { exchange } = state.hello.agreement;
  switch (exchange.kind) {
    case 'psk':
      return askForKey(context, state, transcript, decodePskLabel(body), null);
    case 'ecdhe_psk': {
      const { identity, point } = decodeEcdhePskClient(body);
      return askForKey(context, state, transcript, identity, agreed(context, state, point));
    }
    case 'ecdhe_ecdsa': {
      const { suite, extendedMasterSecret } = state.hello.agreement;
      const premaster = agreed(context, state, decodePoint(body));
      const from = { randoms: state.hello.randoms, transcript, extendedMasterSecret };
      const master = deriveMaster(context.crypto, suite.hash, premaster, from);
      const { certified } = state;
      if (certified === null)
        return keyed(context, { hello: state.hello, transcript, claim: NOBODY }, '', master);
      return {
        next: { kind: 'expect-certificate-verify', hello: state.hello, transcript, certified, master },
      };
    }
    default:
      return unreachable(exchange);
  }
}

function askForKey(
  context: StepContext,
  state: ExpectClientKeyExchange,
  transcript: Transcript,
  identity: Uint8Array,
  agreedSecret: Uint8Array | null,
): Outcome<ServerState> {
  if (identity.length > context.limits.identityBytesMax) violation('illegal-parameter');
  return {
    next: {
      kind: 'await-credential',
      hello: state.hello,
      transcript,
      claim: { kind: 'psk', identity },
      secret: { kind: 'psk', agreed: agreedSecret },
    },
    lookup: { kind: 'psk', identity },
  };
}

function agreed(context: StepContext, state: ExpectClientKeyExchange, point: Uint8Array): Uint8Array {
  const ephemeral = required(state.ephemeral, 'ECDHE has its key');
  return context.crypto.agree(ephemeral, point) ?? violation('illegal-parameter');
}

const NOBODY: Claim = { kind: 'anonymous' };
