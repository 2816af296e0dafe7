/**
 * What is done about a ClientHello before anything is kept for its sender (RFC 6347 4.2.1): it is dropped, answered by
 * a HelloVerifyRequest that is not larger than the question, or let in because its cookie is good.
 */
import type { Instant, Path } from '../base/index.ts';
import type { CryptoProvider, Entropy } from '../crypto/index.ts';
import { CookieJar, helloVerifyRequest } from './cookie.ts';
import type { DropReason } from './effect.ts';
import type { DtlsLimits } from './limits.ts';
import { type HelloPrefix, readHelloPrefix } from './message/client-hello.ts';
import { type Fragment, HANDSHAKE_TYPE, parseFragment } from './message/handshake.ts';
import type { RecordHeader } from './record/header.ts';
import type { RecordProtection } from './record/protection.ts';

export type Admission =
  | { readonly kind: 'drop'; readonly reason: DropReason }
  | { readonly kind: 'challenge'; readonly datagram: Uint8Array }
  | { readonly kind: 'proven'; readonly hello: HelloPrefix };

export class Door {
  readonly #cookies: CookieJar;
  readonly #records: RecordProtection;
  readonly #recordsMax: number;
  /** Whether anybody is let in. */
  open: boolean;

  constructor(
    parts: { crypto: CryptoProvider; entropy: Entropy; records: RecordProtection },
    limits: Pick<DtlsLimits, 'cookieLifetimeMs' | 'recordsMax'>,
    open: boolean,
  ) {
    this.#cookies = new CookieJar(parts.crypto, parts.entropy, limits.cookieLifetimeMs);
    this.#records = parts.records;
    this.#recordsMax = limits.recordsMax;
    this.open = open;
  }

  /** `bytes` is the size of the datagram that the hello came in. */
  judge(now: Instant, path: Path, record: RecordHeader, fragment: Fragment, bytes: number): Admission {
    const hello = readHelloPrefix(fragment.bytes);
    if (hello === undefined) return { kind: 'drop', reason: 'malformed-hello' };
    // Our records continue its number, and numbers must not wrap (RFC 6347 4.1).
    if (record.sequence >= this.#recordsMax) return { kind: 'drop', reason: 'hello-sequence' };
    if (!this.open) return { kind: 'drop', reason: 'hello-refused' };
    if (this.#cookies.verify(now, path, hello)) return { kind: 'proven', hello };
    const asked = { messageSeq: fragment.messageSeq, sequence: record.sequence, bytes };
    const datagram = helloVerifyRequest(this.#records, this.#cookies.issue(now, path, hello), asked);
    if (datagram.length > bytes) return { kind: 'drop', reason: 'malformed-hello' };
    return { kind: 'challenge', datagram };
  }
}

/** The fragment of a ClientHello that the record begins with. */
export function helloFragment(datagram: Uint8Array, record: RecordHeader): Fragment | undefined {
  if (datagram[record.start] !== HANDSHAKE_TYPE.client_hello) return undefined;
  return parseFragment(datagram.subarray(record.start, record.end), 0);
}
