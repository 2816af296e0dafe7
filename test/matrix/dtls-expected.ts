/**
 * The table of reactions, as rules over what the machines say they accept. Reactions in words:
 *
 *   advance             the state changes as the diagram says
 *   keep                kept for later (a message ahead of its turn, a record ahead of its keys), bounded
 *   new, challenge      a hello: another handshake begins; a HelloVerifyRequest, and nothing kept
 *   drop R [+ repeat]   ignored and counted as R; `repeat`: and the last flight is sent again
 *   fail R A            the handshake ends with R for the operator and alert A for the peer
 *   close R A           the same for an established connection
 *   deliver, nothing    application data handed on; an authentic message that asks for nothing
 */
import { clientMachine } from '../../src/dtls/v12/client/machine.ts';
import { serverMachine } from '../../src/dtls/v12/server/machine.ts';
import type { Cell } from './dtls-cells.ts';

export function expectedReaction(role: 'server' | 'client', state: string, cell: Cell): string {
  if (cell.name === 'unknown_content') return 'drop unknown-content-type';
  const hello = cell.name === 'client_hello' && cell.epoch === 'plain' && cell.variant !== 'truncated';
  if (hello && role === 'client') return 'drop hello-refused';
  if (hello && !isHandshaking(state)) return provenHello(state, cell);
  if (state === 'nobody') return 'drop unknown-connection';
  switch (cell.epoch) {
    case 'beyond':
      return 'drop wrong-epoch';
    case 'plain':
      return cell.kind === 'handshake' ? plainHandshake(role, state, cell) : plainOther(role, state, cell);
    case 'protected':
    case 'forged':
      return behindKeys(role, state, cell);
  }
}

/** A whole hello with its cookie, where no handshake is under way (RFC 6347 4.2.8). */
function provenHello(state: string, cell: Cell): string {
  if (state === 'established') return 'drop duplicate-message';
  return cell.variant === 'garbled' ? 'fail malformed-message decode_error' : 'new';
}

function plainHandshake(role: string, state: string, cell: HandshakeCell): string {
  // Behind the peer's ChangeCipherSpec nothing counts but what is protected.
  if (hasReadKeys(state)) return 'drop unexpected-message';
  // The message in turn is a hello of which a piece has arrived: nothing else can be.
  if (state === 'expect-client-hello' && (cell.variant === 'valid' || cell.variant === 'garbled')) {
    return cell.name === 'client_hello' && cell.variant === 'valid'
      ? 'advance'
      : 'drop contradicting-fragment';
  }
  return inTurn(role, state, cell);
}

/** A handshake message that counts: its number decides, then the diagram, then its content. */
function inTurn(role: string, state: string, { name, variant }: HandshakeCell): string {
  const accepted = accepts(role, state).includes(name);
  switch (variant) {
    case 'truncated':
      return 'drop malformed-fragment';
    case 'duplicate':
      return keepsFlight(role, state) ? 'drop duplicate-message + repeat' : 'drop duplicate-message';
    case 'early':
      return 'keep';
    case 'far':
      return 'drop future-message';
    case 'valid':
      return accepted ? 'advance' : 'fail unexpected-message unexpected_message';
    case 'garbled':
      if (!accepted) return 'fail unexpected-message unexpected_message';
      return name === 'finished' ? 'fail verify-failed decrypt_error' : 'fail malformed-message decode_error';
  }
}

function plainOther(role: string, state: string, { name, variant }: OtherCell): string {
  if (name === 'application_data') return 'drop plaintext-application-data';
  if (name === 'change_cipher_spec') {
    if (variant === 'truncated') return 'drop stale-ccs';
    if (accepts(role, state).includes('change_cipher_spec')) return 'advance';
    return keepsEarly(role, state) ? 'keep' : 'drop stale-ccs';
  }
  // Anybody can write an alert; only a client, which waits for one answer, believes that it is refused.
  const believed = role === 'client' && isHandshaking(state) && name === 'alert_fatal' && variant === 'valid';
  return believed ? 'fail peer-alert silent' : 'drop unauthenticated-alert';
}

function behindKeys(role: string, state: string, cell: Cell): string {
  if (!hasReadKeys(state)) return keepsEarly(role, state) ? 'keep' : 'drop wrong-epoch';
  // Whether the keys differ or somebody else wrote it, only time can tell (RFC 6347 4.1.2.7).
  if (cell.epoch === 'forged') return 'drop bad-record-mac';
  if (state !== 'expect-finished') return whenEstablished(role, state, cell);
  if (cell.kind === 'handshake') return inTurn(role, state, cell);
  const refused = cell.name === 'alert_fatal' && cell.variant === 'valid';
  return refused ? 'fail peer-alert silent' : 'drop early-application-data';
}

function whenEstablished(role: string, state: string, cell: Cell): string {
  const whole = cell.variant !== 'truncated';
  switch (cell.name) {
    case 'finished':
      if (!whole) return 'drop unexpected-message';
      return role === 'server' && state === 'established'
        ? 'drop duplicate-message + repeat'
        : 'drop duplicate-message';
    case 'client_hello':
      return whole ? 'drop unexpected-message + no_renegotiation' : 'drop unexpected-message';
    case 'change_cipher_spec':
      return 'drop stale-ccs';
    case 'application_data':
      return whole ? 'deliver' : 'drop empty-record';
    case 'alert_warning':
      return whole ? 'nothing' : 'drop malformed-fragment';
    case 'alert_fatal':
      return whole ? 'close peer-alert silent' : 'drop malformed-fragment';
    case 'close_notify':
      return whole ? 'close close-notify close_notify' : 'drop malformed-fragment';
    default:
      return 'drop unexpected-message';
  }
}

type HandshakeCell = Extract<Cell, { kind: 'handshake' }>;
type OtherCell = Extract<Cell, { kind: 'other' }>;

function isHandshaking(state: string): boolean {
  return state !== 'nobody' && state !== 'established' && state !== 'settled';
}

function hasReadKeys(state: string): boolean {
  return state === 'expect-finished' || state === 'established' || state === 'settled';
}

/** The oracle: what the machine of the role says about its state. */
function accepts(role: string, state: string): readonly string[] {
  const machine = role === 'server' ? serverMachine : clientMachine;
  const named = (machine.accepts as Record<string, readonly string[]>)[kindOf(state)] ?? [];
  // The scenes of the matrix share a key: what belongs to certificates is out of place in them.
  return named.filter((input) => !input.startsWith('certificate'));
}

function keepsEarly(role: string, state: string): boolean {
  const machine = role === 'server' ? serverMachine : clientMachine;
  return (machine.keepsEarly as readonly string[]).includes(kindOf(state));
}

/** A scene's state by the name that the machine has for it. */
function kindOf(state: string): string {
  return state === 'settled' ? 'established' : (state.split('/')[0] as string);
}

/** States whose last flight waits for an answer: the peer's repetition brings it again. */
function keepsFlight(role: string, state: string): boolean {
  return role === 'server'
    ? state === 'expect-client-key-exchange'
    : ['expect-server-hello/cookie', 'expect-change-cipher-spec', 'expect-finished'].includes(state);
}
