/** The client's machine: the whole state diagram in one table. */
import { unreachable } from '../../../base/index.ts';
import { violation } from '../../violation.ts';
import type { Input, Machine, Outcome, StepContext } from '../machine.ts';
import { onCredential } from './client-flight.ts';
import { onFinished } from './expect-finished.ts';
import {
  onCertificate,
  onCertificateRequest,
  onServerHelloDone,
  onServerKeyExchange,
} from './expect-server-flight.ts';
import { onHelloVerifyRequest, onServerHello } from './expect-server-hello.ts';
import type { ClientState, ExpectServerFlight, ExpectServerHello } from './states.ts';

export const clientMachine: Machine<ClientState> = {
  accepts: {
    'expect-server-hello': ['hello_verify_request', 'server_hello'],
    'expect-server-flight': [
      'certificate',
      'server_key_exchange',
      'certificate_request',
      'server_hello_done',
    ],
    'await-credential': ['credential'],
    'expect-change-cipher-spec': ['change_cipher_spec'],
    'expect-finished': ['finished'],
    established: [],
  },

  keepsEarly: ['expect-server-hello', 'expect-change-cipher-spec'],

  step(context, state, input) {
    switch (state.kind) {
      case 'expect-server-hello':
        return onHello(context, state, input);
      case 'expect-server-flight':
        return onServerFlight(context, state, input);
      case 'await-credential':
        return input.name === 'credential' ? onCredential(context, state, input.answer) : outOfPlace();
      case 'expect-change-cipher-spec':
        return input.name === 'change_cipher_spec'
          ? { next: { ...state, kind: 'expect-finished' } }
          : outOfPlace();
      case 'expect-finished':
        return input.name === 'finished' ? onFinished(context, state, input) : outOfPlace();
      case 'established':
        return outOfPlace();
      default:
        return unreachable(state);
    }
  },

  onBadFinished() {
    return 'wrong-key';
  },

  claimed(state) {
    if ('claim' in state) return state.claim;
    return 'certified' in state ? (state.certified?.claim ?? null) : null;
  },
};

function onHello(context: StepContext, state: ExpectServerHello, input: Input): Outcome<ClientState> {
  if (input.name === 'hello_verify_request') return onHelloVerifyRequest(state, input);
  return input.name === 'server_hello' ? onServerHello(context, state, input) : outOfPlace();
}

function onServerFlight(context: StepContext, state: ExpectServerFlight, input: Input): Outcome<ClientState> {
  switch (input.name) {
    case 'certificate':
      return onCertificate(context, state, input);
    case 'server_key_exchange':
      return onServerKeyExchange(context, state, input);
    case 'certificate_request':
      return onCertificateRequest(state, input);
    case 'server_hello_done':
      return onServerHelloDone(context, state, input);
    default:
      return outOfPlace();
  }
}

function outOfPlace(): Outcome<ClientState> {
  return violation('unexpected-message');
}
