/** The server's machine: the whole state diagram in one table. */
import { unreachable } from '../../../base/index.ts';
import { violation } from '../../violation.ts';
import type { Input, Machine, Outcome } from '../machine.ts';
import { onCredential } from './await-credential.ts';
import { onClientHello } from './expect-client-hello.ts';
import { onClientKeyExchange } from './expect-client-key-exchange.ts';
import { onFinished } from './expect-finished.ts';
import type { ServerState } from './states.ts';

export const serverMachine: Machine<ServerState> = {
  accepts: {
    'expect-client-hello': ['client_hello'],
    'expect-client-key-exchange': ['client_key_exchange'],
    'await-credential': ['credential'],
    'expect-change-cipher-spec': ['change_cipher_spec'],
    'expect-finished': ['finished'],
    established: [],
  },

  keepsEarly: ['expect-client-key-exchange', 'await-credential', 'expect-change-cipher-spec'],

  step(context, state, input) {
    switch (state.kind) {
      case 'expect-client-hello':
        return input.name === 'client_hello' ? onClientHello(context, input) : outOfPlace(input);
      case 'expect-client-key-exchange':
        return input.name === 'client_key_exchange'
          ? onClientKeyExchange(context, state, input)
          : outOfPlace(input);
      case 'await-credential':
        return input.name === 'credential' ? onCredential(context, state, input.answer) : outOfPlace(input);
      case 'expect-change-cipher-spec':
        return input.name === 'change_cipher_spec'
          ? { next: { ...state, kind: 'expect-finished' } }
          : outOfPlace(input);
      case 'expect-finished':
        return input.name === 'finished' ? onFinished(context, state, input) : outOfPlace(input);
      case 'established':
        return outOfPlace(input);
      default:
        return unreachable(state);
    }
  },

  onBadFinished(state) {
    return state.kind === 'expect-finished' && state.credential === null ? 'unknown-identity' : 'wrong-key';
  },

  claimed(state) {
    return 'identity' in state ? state.identity : null;
  },
};

function outOfPlace(_input: Input): Outcome<ServerState> {
  return violation('unexpected-message');
}
