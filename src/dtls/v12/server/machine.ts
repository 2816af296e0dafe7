/** The server's machine: the whole state diagram in one table. */
import { unreachable } from '../../../base/index.ts';
import { violation } from '../../violation.ts';
import type { Machine, Outcome } from '../machine.ts';
import { onCredential } from './await-credential.ts';
import { onCertificate } from './expect-certificate.ts';
import { onCertificateVerify } from './expect-certificate-verify.ts';
import { onClientHello, onResumptionAnswer } from './expect-client-hello.ts';
import { onClientKeyExchange } from './expect-client-key-exchange.ts';
import { onFinished } from './expect-finished.ts';
import type { ServerState } from './states.ts';

export const serverMachine: Machine<ServerState> = {
  accepts: {
    'expect-client-hello': ['client_hello'],
    'await-resumption': ['credential'],
    'expect-certificate': ['certificate'],
    'expect-client-key-exchange': ['client_key_exchange'],
    'expect-certificate-verify': ['certificate_verify'],
    'await-credential': ['credential'],
    'expect-change-cipher-spec': ['change_cipher_spec'],
    'expect-finished': ['finished'],
    established: [],
  },

  keepsEarly: [
    'expect-certificate',
    'expect-client-key-exchange',
    'expect-certificate-verify',
    'await-credential',
    'expect-change-cipher-spec',
  ],

  step(context, state, input) {
    switch (state.kind) {
      case 'expect-client-hello':
        return input.name === 'client_hello' ? onClientHello(context, state, input) : outOfPlace();
      case 'await-resumption':
        return input.name === 'credential' ? onResumptionAnswer(context, state, input.answer) : outOfPlace();
      case 'expect-certificate':
        return input.name === 'certificate' ? onCertificate(context, state, input) : outOfPlace();
      case 'expect-client-key-exchange':
        return input.name === 'client_key_exchange'
          ? onClientKeyExchange(context, state, input)
          : outOfPlace();
      case 'expect-certificate-verify':
        return input.name === 'certificate_verify'
          ? onCertificateVerify(context, state, input)
          : outOfPlace();
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

  onBadFinished(state) {
    return state.kind === 'expect-finished' && state.credential === null ? 'unknown-identity' : 'wrong-key';
  },

  claimed(state) {
    if ('claim' in state) return state.claim;
    return 'certified' in state ? (state.certified?.claim ?? null) : null;
  },
};

function outOfPlace(): Outcome<ServerState> {
  return violation('unexpected-message');
}
