/** The client's machine: the whole state diagram in one table. */
import { unreachable } from '../../../base/index.ts';
import { violation } from '../../violation.ts';
import type { Input, Machine, Outcome } from '../machine.ts';
import { onFinished } from './expect-finished.ts';
import { onHelloVerifyRequest, onServerHello } from './expect-server-hello.ts';
import { onServerHelloDone, onServerKeyExchange } from './expect-server-hello-done.ts';
import type { ClientState } from './states.ts';

export const clientMachine: Machine<ClientState> = {
  accepts: {
    'expect-server-hello': ['hello_verify_request', 'server_hello'],
    'expect-server-hello-done': ['server_key_exchange', 'server_hello_done'],
    'expect-change-cipher-spec': ['change_cipher_spec'],
    'expect-finished': ['finished'],
    established: [],
  },

  keepsEarly: ['expect-change-cipher-spec'],

  step(context, state, input) {
    switch (state.kind) {
      case 'expect-server-hello':
        if (input.name === 'hello_verify_request') return onHelloVerifyRequest(state, input);
        return input.name === 'server_hello' ? onServerHello(context, state, input) : outOfPlace(input);
      case 'expect-server-hello-done':
        if (input.name === 'server_key_exchange') return onServerKeyExchange(state, input);
        return input.name === 'server_hello_done'
          ? onServerHelloDone(context, state, input)
          : outOfPlace(input);
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

  onBadFinished() {
    return 'wrong-key';
  },

  claimed(state) {
    return 'identity' in state ? state.identity : null;
  },
};

function outOfPlace(_input: Input): Outcome<ClientState> {
  return violation('unexpected-message');
}
