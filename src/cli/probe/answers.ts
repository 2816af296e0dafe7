/**
 * What a server says before encryption begins, read from its datagrams as they came: RFC 6347 section 4.3 for the
 * layers, RFC 5246 section 7.4 for the messages, RFC 4279 section 2 for the hint.
 */
import { fromUtf8, toHex } from '../../base/index.ts';
import { Reader } from '../../base/wire/index.ts';

export interface ServerHello {
  readonly version: string;
  /** Cipher suite number. */
  readonly suite: number;
  readonly extensions: readonly string[];
  readonly resumable: boolean;
}

export interface Answers {
  /** It asked us to prove our address first (HelloVerifyRequest). */
  readonly cookie: boolean;
  readonly hello: ServerHello | undefined;
  readonly pskHint: string | undefined;
  readonly asksForCertificate: boolean;
  /** ServerHelloDone: now it is the client's turn to prove itself. */
  readonly done: boolean;
  /** The last alert in the clear. */
  readonly alert: string | undefined;
}

/** Everything that `datagrams` say in epoch 0; what does not parse is passed over. */
export function readAnswers(datagrams: readonly Uint8Array[]): Answers {
  const seen: Writable<Answers> = {
    cookie: false,
    hello: undefined,
    pskHint: undefined,
    asksForCertificate: false,
    done: false,
    alert: undefined,
  };
  for (const datagram of datagrams) {
    try {
      readRecords(new Reader(datagram, cut), seen);
    } catch (thrown) {
      if (!(thrown instanceof Cut)) throw thrown;
    }
  }
  return seen;
}

/** `extended_master_secret`, or `extension 12345`. */
export const extensionName = (type: number): string => EXTENSIONS[type] ?? `extension ${type}`;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

class Cut extends Error {}
const cut = (): never => {
  throw new Cut();
};

function readRecords(reader: Reader, seen: Writable<Answers>): void {
  while (!reader.done) {
    const type = reader.u8();
    reader.u16();
    const epoch = reader.u16();
    reader.u48();
    const fragment = reader.vector16();
    if (epoch !== 0) continue;
    if (type === ALERT_RECORD) readAlert(new Reader(fragment, cut), seen);
    if (type === HANDSHAKE_RECORD) readMessages(new Reader(fragment, cut), seen);
  }
}

function readAlert(reader: Reader, seen: Writable<Answers>): void {
  reader.u8();
  const description = reader.u8();
  seen.alert = ALERTS[description] ?? `alert ${description}`;
}

function readMessages(reader: Reader, seen: Writable<Answers>): void {
  while (!reader.done) {
    const type = reader.u8();
    const length = reader.u24();
    reader.u16();
    reader.u24();
    const body = reader.vector24();
    // A fragment tells its type; its content is not worth the reassembly here.
    const whole = body.length === length ? new Reader(body, cut) : undefined;
    if (type === HELLO_VERIFY_REQUEST) seen.cookie = true;
    if (type === CERTIFICATE) seen.asksForCertificate = true;
    if (type === SERVER_HELLO_DONE) seen.done = true;
    if (type === SERVER_HELLO && whole !== undefined) seen.hello = readServerHello(whole);
    if (type === SERVER_KEY_EXCHANGE && whole !== undefined) seen.pskHint = displayHint(whole.vector16());
  }
}

function readServerHello(reader: Reader): ServerHello {
  const version = reader.u16();
  reader.bytes(RANDOM_BYTES);
  const session = reader.vector8();
  const suite = reader.u16();
  reader.u8();
  const extensions: string[] = [];
  const block = new Reader(reader.done ? new Uint8Array(0) : reader.vector16(), cut);
  while (!block.done) {
    extensions.push(extensionName(block.u16()));
    block.vector16();
  }
  return {
    version: VERSIONS[version] ?? toHex(Uint8Array.of(version >> 8, version)),
    suite,
    extensions,
    resumable: session.length > 0,
  };
}

const displayHint = (hint: Uint8Array): string => fromUtf8(hint) ?? `hex:${toHex(hint)}`;

const ALERT_RECORD = 21;
const HANDSHAKE_RECORD = 22;
const SERVER_HELLO = 2;
const HELLO_VERIFY_REQUEST = 3;
const CERTIFICATE = 11;
const SERVER_KEY_EXCHANGE = 12;
const SERVER_HELLO_DONE = 14;
const RANDOM_BYTES = 32;

const VERSIONS: Readonly<Record<number, string>> = { 0xfefd: 'DTLS 1.2', 0xfeff: 'DTLS 1.0' };

/** IANA TLS ExtensionType Values, those that a DTLS server may answer with. */
const EXTENSIONS: Readonly<Record<number, string>> = {
  0: 'server_name',
  1: 'max_fragment_length',
  11: 'ec_point_formats',
  14: 'use_srtp',
  15: 'heartbeat',
  16: 'application_layer_protocol_negotiation',
  19: 'client_certificate_type',
  20: 'server_certificate_type',
  22: 'encrypt_then_mac',
  23: 'extended_master_secret',
  28: 'record_size_limit',
  35: 'session_ticket',
  54: 'connection_id',
  65_281: 'renegotiation_info',
};

/** RFC 5246 section 7.2 and RFC 4279 section 2. */
const ALERTS: Readonly<Record<number, string>> = {
  0: 'close_notify',
  10: 'unexpected_message',
  20: 'bad_record_mac',
  22: 'record_overflow',
  40: 'handshake_failure',
  42: 'bad_certificate',
  43: 'unsupported_certificate',
  44: 'certificate_revoked',
  45: 'certificate_expired',
  46: 'certificate_unknown',
  47: 'illegal_parameter',
  48: 'unknown_ca',
  49: 'access_denied',
  50: 'decode_error',
  51: 'decrypt_error',
  70: 'protocol_version',
  71: 'insufficient_security',
  80: 'internal_error',
  109: 'missing_extension',
  110: 'unsupported_extension',
  115: 'unknown_psk_identity',
  116: 'certificate_required',
};
