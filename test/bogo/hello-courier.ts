/**
 * What stands between the runner's client and a stateless server, as no datagram but a ClientHello in the clear needs
 * it. The runner expects a server that keeps state from the first byte on; ours keeps none before it has seen a cookie
 * (RFC 6347 4.2.1), so on the way to it the courier
 *
 * - puts a hello together that the runner has cut finer than a cookie (threat D28: such a hello is dropped), and
 * - repeats the hello for the runner's client, which has no timer, while a HelloVerifyRequest of ours is lost. That the
 *   client repeats itself is what a stateless server relies on.
 *
 * Records in the clear that come after a repeated hello are renumbered behind it. Everything else passes as it is.
 */
import { concat } from '../../src/base/index.ts';
import { HANDSHAKE_TYPE, parseFragment } from '../../src/dtls/message/handshake.ts';
import { dtlsLimits } from '../../src/dtls/limits.ts';
import { CONTENT_TYPE, parseRecord } from '../../src/dtls/record/header.ts';
import { addFragment, type Reassembly, reassembly, takeMessage } from '../../src/dtls/v12/reassembly.ts';

export class HelloCourier {
  #hello: Uint8Array | undefined;
  #challenged = false;
  #repeats = 0;
  readonly #pieces: Reassembly = reassembly(0);

  /** A datagram from the runner as it is to be taken; `undefined` while a hello is not whole. */
  heard(datagram: Uint8Array): Uint8Array | undefined {
    this.#challenged = false;
    const whole = this.#joined(datagram);
    if (whole === undefined) return undefined;
    this.#hello = whole;
    return this.#renumbered(whole);
  }

  said(datagram: Uint8Array): void {
    if (
      datagram[0] === CONTENT_TYPE.handshake &&
      datagram[HEADER_BYTES] === HANDSHAKE_TYPE.hello_verify_request
    )
      this.#challenged = true;
  }

  /** The hello again, if that is what a client would do now. */
  again(): Uint8Array | undefined {
    if (!this.#challenged || this.#hello === undefined) return undefined;
    this.#repeats++;
    return this.#renumbered(this.#hello);
  }

  #joined(datagram: Uint8Array): Uint8Array | undefined {
    const parsed = parseRecord(datagram, 0, 0);
    if (!('record' in parsed) || parsed.record.epoch !== 0 || !isHelloPiece(datagram)) return datagram;
    let last = datagram.subarray(0, HEADER_BYTES);
    for (let at = 0; at < datagram.length; ) {
      const { record } = parseRecord(datagram, at, 0) as { record: { start: number; end: number } };
      last = datagram.subarray(at, at + HEADER_BYTES);
      this.#add(datagram.subarray(record.start, record.end));
      at = record.end;
    }
    const message = takeMessage(this.#pieces);
    if (message === undefined) return undefined;
    const header = last.slice();
    new DataView(header.buffer).setUint16(HEADER_BYTES - 2, message.raw.length);
    return concat(header, message.raw);
  }

  #add(fragments: Uint8Array): void {
    for (let at = 0; at < fragments.length; ) {
      const fragment = parseFragment(fragments, at);
      if (fragment === undefined) return;
      addFragment(this.#pieces, fragment, LIMITS);
      at += FRAGMENT_HEADER_BYTES + fragment.bytes.length;
    }
  }

  #renumbered(datagram: Uint8Array): Uint8Array {
    if (this.#repeats === 0) return datagram;
    const copy = Buffer.from(datagram);
    for (let at = 0; at + HEADER_BYTES <= copy.length; ) {
      // Numbers stay below 2^32 in these tests.
      if (copy.readUInt16BE(at + 3) === 0)
        copy.writeUInt32BE(copy.readUInt32BE(at + 7) + this.#repeats, at + 7);
      at += HEADER_BYTES + copy.readUInt16BE(at + 11);
    }
    return copy;
  }
}

/** Whether the datagram begins with a piece of a ClientHello that is not all of it. */
function isHelloPiece(datagram: Uint8Array): boolean {
  const fragment = datagram[0] === CONTENT_TYPE.handshake ? parseFragment(datagram, HEADER_BYTES) : undefined;
  return fragment?.type === HANDSHAKE_TYPE.client_hello && fragment.bytes.length < fragment.length;
}

const LIMITS = dtlsLimits({ messagesAheadMax: 2, fragmentRangesMax: 4_096 });
const HEADER_BYTES = 13;
const FRAGMENT_HEADER_BYTES = 12;
