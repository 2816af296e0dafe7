/**
 * Stateless cookies (RFC 6347 4.2.1): a MAC over the path and the parts of the hello that a second hello repeats.
 * Everything covered lies in front of the cookie, so the first fragment of a fragmented hello is enough.
 */
import { after, type Duration, type Instant, milliseconds, type Path, utf8 } from '../base/index.ts';
import type { CryptoProvider, Entropy, MacKey } from '../crypto/index.ts';
import type { HelloPrefix } from './message/client-hello.ts';
import { rawMessage } from './message/handshake.ts';
import { encodeHelloVerifyRequest } from './message/hello-verify-request.ts';
import { CONTENT_TYPE, DTLS_1_0, RECORD_HEADER_BYTES } from './record/header.ts';
import type { RecordProtection } from './record/protection.ts';

export class CookieJar {
  readonly #crypto: CryptoProvider;
  readonly #entropy: Entropy;
  readonly #lifetime: Duration;
  #current: { key: MacKey; since: Instant } | null = null;
  #previous: MacKey | null = null;

  constructor(crypto: CryptoProvider, entropy: Entropy, lifetimeMs: number) {
    this.#crypto = crypto;
    this.#entropy = entropy;
    this.#lifetime = milliseconds(lifetimeMs);
  }

  /** The cookie that this path must return with this hello. */
  issue(now: Instant, path: Path, hello: HelloPrefix): Uint8Array {
    return this.#mac(this.#rotate(now), path, hello);
  }

  /** Whether the hello carries a cookie of this period or the one before. */
  verify(now: Instant, path: Path, hello: HelloPrefix): boolean {
    if (hello.cookie.length !== COOKIE_BYTES) return false;
    const current = this.#rotate(now);
    if (this.#crypto.equal(this.#mac(current, path, hello), hello.cookie)) return true;
    return (
      this.#previous !== null && this.#crypto.equal(this.#mac(this.#previous, path, hello), hello.cookie)
    );
  }

  #mac(key: MacKey, path: Path, hello: HelloPrefix): Uint8Array {
    const { version, random, sessionId } = hello;
    const address = utf8(path.key);
    // What has a length of its own says it: no two hellos are the same bytes.
    return this.#crypto.hmac(
      key,
      Uint8Array.of(address.length),
      address,
      Uint8Array.of(version >>> 8, version),
      random,
      Uint8Array.of(sessionId.length),
      sessionId,
    );
  }

  #rotate(now: Instant): MacKey {
    const current = this.#current;
    if (current !== null && now - current.since < this.#lifetime) return current.key;
    const recent = current !== null && now - current.since < 2 * this.#lifetime;
    this.#previous = recent ? current.key : null;
    // Periods follow one another without gaps, however late somebody asks: none is longer than it should be.
    const since = recent ? after(current.since, this.#lifetime) : now;
    this.#current = { key: this.#crypto.macKey('sha256', this.#entropy(32)), since };
    return this.#current.key;
  }
}

/** The hello that a HelloVerifyRequest answers. */
export interface Asked {
  readonly messageSeq: number;
  readonly sequence: number;
  /** Of its datagram. */
  readonly bytes: number;
}

/**
 * A HelloVerifyRequest. Its version is 1.0 whatever is spoken later, and its sequence numbers are those of the hello,
 * because there is nothing here that could count (RFC 6347 4.2.1).
 */
export function helloVerifyRequest(records: RecordProtection, cookie: Uint8Array, asked: Asked): Uint8Array {
  const body = encodeHelloVerifyRequest({ version: DTLS_1_0, cookie });
  const raw = rawMessage('hello_verify_request', asked.messageSeq, body);
  const datagram = new Uint8Array(RECORD_HEADER_BYTES + raw.length);
  const record = { type: CONTENT_TYPE.handshake, version: DTLS_1_0, epoch: 0, sequence: asked.sequence };
  records.write(datagram, 0, record, null, raw);
  return datagram;
}

const COOKIE_BYTES = 32;
