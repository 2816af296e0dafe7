/** The cells of the DTLS matrix: every message in every variant and epoch, made to fit the state it is sent to. */
import { nodeProvider } from '../../src/crypto/index.ts';
import { HANDSHAKE_TYPE, type HandshakeTypeName } from '../../src/dtls/message/handshake.ts';
import { CONTENT_TYPE } from '../../src/dtls/record/header.ts';
import type { Protection } from '../../src/dtls/record/protection.ts';
import { connectionOf, type Scene } from '../support/dtls-states.ts';
import { message, plainRecord, protectedRecord, recordsOf } from '../support/dtls-wire.ts';

export const HANDSHAKE_MESSAGES = [
  ...(Object.keys(HANDSHAKE_TYPE) as HandshakeTypeName[]),
  'unknown_handshake',
] as const;
export type HandshakeName = (typeof HANDSHAKE_MESSAGES)[number];

export const OTHER_MESSAGES = [
  'change_cipher_spec',
  'alert_warning',
  'alert_fatal',
  'close_notify',
  'application_data',
  'unknown_content',
] as const;
export type OtherName = (typeof OTHER_MESSAGES)[number];

/** In the clear, with the right keys, with other keys, in an epoch that never comes. */
export const EPOCHS = ['plain', 'protected', 'forged', 'beyond'] as const;
export type EpochName = (typeof EPOCHS)[number];

/**
 * valid: the next message_seq, a proper body. early: one message ahead. far: beyond what is kept. duplicate: the last
 * one again. truncated: the fragment claims more bytes than there are. garbled: whole, but its body is not one.
 */
export const HANDSHAKE_VARIANTS = ['valid', 'early', 'far', 'duplicate', 'truncated', 'garbled'] as const;
export const OTHER_VARIANTS = ['valid', 'truncated'] as const;
export type Variant = (typeof HANDSHAKE_VARIANTS)[number];

export type Cell =
  | {
      readonly kind: 'handshake';
      readonly name: HandshakeName;
      readonly epoch: EpochName;
      readonly variant: Variant;
    }
  | {
      readonly kind: 'other';
      readonly name: OtherName;
      readonly epoch: EpochName;
      readonly variant: (typeof OTHER_VARIANTS)[number];
    };

/** All of them, 336. */
export const CELLS: readonly Cell[] = EPOCHS.flatMap((epoch) => [
  ...HANDSHAKE_MESSAGES.flatMap((name) =>
    HANDSHAKE_VARIANTS.map((variant): Cell => ({ kind: 'handshake', name, epoch, variant })),
  ),
  ...OTHER_MESSAGES.flatMap((name) =>
    OTHER_VARIANTS.map((variant): Cell => ({ kind: 'other', name, epoch, variant })),
  ),
]);

export function describeCell({ name, variant, epoch }: Cell): string {
  return `${variant} ${name}, ${epoch}`;
}

/** The datagram of a cell; `undefined` where the variant cannot be: nothing has been heard to be repeated. */
export function datagramOf(cell: Cell, scene: Scene): Uint8Array | undefined {
  const plaintext = cell.kind === 'handshake' ? handshakeBytes(cell, scene) : otherBytes(cell);
  if (plaintext === undefined) return undefined;
  const type = cell.kind === 'handshake' ? CONTENT_TYPE.handshake : CONTENT_OF[cell.name];
  switch (cell.epoch) {
    case 'plain':
      return plainRecord({ type, sequence: 7 }, plaintext);
    case 'beyond':
      return plainRecord({ type, sequence: 7, epoch: 2 }, plaintext);
    case 'protected':
      return protectedRecord(peerKeys(scene), { type, sequence: 7 }, plaintext);
    case 'forged':
      return protectedRecord(wrongKeys(peerKeys(scene)), { type, sequence: 7 }, plaintext);
  }
}

/** The keys that the peer of the scene writes with. */
export function peerKeys({ role, script }: Scene): Protection {
  return role === 'server' ? script.clientWrite : script.serverWrite;
}

export function wrongKeys(right: Protection): Protection {
  return { ...right, key: nodeProvider.aeadKey(right.key.aead, new Uint8Array(16).fill(0x66)) };
}

/** message_seq of the next message that the connection of the scene takes. */
export function nextSeq(scene: Scene): number {
  const connection = connectionOf(scene);
  if (connection === undefined) return 1;
  // An established connection has forgotten; it would be the one behind the peer's Finished.
  return connection.handshake?.reassembly.next ?? (scene.role === 'server' ? 4 : 4);
}

function handshakeBytes(cell: Extract<Cell, { kind: 'handshake' }>, scene: Scene): Uint8Array | undefined {
  const type = cell.name === 'unknown_handshake' ? 99 : HANDSHAKE_TYPE[cell.name];
  const next = nextSeq(scene);
  const body = bodyOfMessage(cell.name, scene);
  switch (cell.variant) {
    case 'valid':
      return message(type, next, body);
    case 'early':
      return message(type, next + 1, body);
    case 'far':
      return message(type, next + MESSAGES_AHEAD_MAX, body);
    case 'duplicate':
      return next === 0 ? undefined : message(type, next - 1, body);
    case 'truncated':
      return message(type, next, new Uint8Array(64)).subarray(0, 40);
    case 'garbled':
      return message(type, next, body.length === 0 ? Uint8Array.of(0) : body.subarray(0, -1));
  }
}

/** What the script says where that message stands in it; something of the right shape for the others. */
function bodyOfMessage(name: HandshakeName, { script, role }: Scene): Uint8Array {
  const body = (datagram: Uint8Array) => recordsOf(datagram)[0]?.fragment.slice(12) as Uint8Array;
  switch (name) {
    case 'client_hello':
      return body(script.cookieHello);
    case 'hello_verify_request':
      return body(script.verifyRequest);
    case 'server_hello':
      return body(script.serverHello);
    case 'client_key_exchange':
      return body(script.keyExchange);
    case 'finished':
      return role === 'server' ? script.clientFinishedBody : script.serverFinishedBody;
    case 'server_key_exchange':
      return Uint8Array.of(0, 0);
    case 'certificate':
      return Uint8Array.of(0, 0, 0);
    case 'certificate_request':
      return Uint8Array.of(1, 64, 0, 2, 4, 3, 0, 0);
    case 'certificate_verify':
      return Uint8Array.of(4, 3, 0, 2, 1, 1);
    case 'hello_request':
    case 'server_hello_done':
    case 'unknown_handshake':
      return new Uint8Array(0);
  }
}

function otherBytes({ name, variant, epoch }: Extract<Cell, { kind: 'other' }>): Uint8Array {
  const whole = OTHER_BYTES[name];
  // In the clear nothing says what application data is: it has no shape to be truncated.
  return variant === 'valid' || (epoch === 'plain' && name === 'application_data')
    ? whole
    : whole.subarray(0, -1);
}

const OTHER_BYTES = {
  change_cipher_spec: Uint8Array.of(1),
  alert_warning: Uint8Array.of(1, 90),
  alert_fatal: Uint8Array.of(2, 40),
  close_notify: Uint8Array.of(1, 0),
  application_data: Uint8Array.of(0x2a),
  unknown_content: Uint8Array.of(1, 2),
} as const satisfies Record<OtherName, Uint8Array>;

const CONTENT_OF = {
  change_cipher_spec: 20,
  alert_warning: 21,
  alert_fatal: 21,
  close_notify: 21,
  application_data: 23,
  unknown_content: 24,
} as const satisfies Record<OtherName, number>;

export const MESSAGES_AHEAD_MAX = 8;
