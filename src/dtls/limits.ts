/**
 * Every bound of the DTLS core: what a peer may make us remember or repeat. Each overflow is a dropped record or a
 * failed handshake with a reason of its own, so that it is counted.
 */

export interface DtlsLimits {
  readonly connectionsMax: number;
  readonly handshakesMax: number;
  readonly messageBytesMax: number;
  readonly reassemblyBytesMax: number;
  readonly messagesAheadMax: number;
  readonly fragmentRangesMax: number;
  readonly earlyRecordsMax: number;
  readonly earlyRecordBytesMax: number;
  readonly identityBytesMax: number;
  readonly chainMax: number;
  readonly sessionsMax: number;
  readonly sessionBytesMax: number;
  readonly flightRepeatsMax: number;
  readonly badRecordsMax: number;
  readonly recordsMax: number;
  readonly cookieLifetimeMs: number;
  readonly finalFlightMs: number;
}

/** Default, unit, reason and the counter that tells when the bound was hit: the source of the reference page. */
export const DTLS_LIMITS = {
  connectionsMax: {
    value: 200_000,
    unit: 'connections',
    why: 'memory: about 2 KiB each',
    counts: 'closed evicted',
  },
  handshakesMax: {
    value: 10_000,
    unit: 'handshakes',
    why: 'memory of peers that own their address',
    counts: 'failed evicted',
  },
  messageBytesMax: {
    value: 8_192,
    unit: 'bytes',
    why: 'a chain of four certificates',
    counts: 'dropped reassembly-overflow',
  },
  reassemblyBytesMax: {
    value: 16_384,
    unit: 'bytes per handshake',
    why: 'fragments of messages ahead',
    counts: 'dropped reassembly-overflow',
  },
  messagesAheadMax: {
    value: 8,
    unit: 'messages',
    why: 'a flight has at most this many',
    counts: 'dropped future-message',
  },
  fragmentRangesMax: {
    value: 64,
    unit: 'ranges per message',
    why: 'work per fragment stays constant',
    counts: 'dropped reassembly-overflow',
  },
  earlyRecordsMax: {
    value: 4,
    unit: 'records',
    why: 'a Finished that overtook its ChangeCipherSpec',
    counts: 'dropped early-record-overflow',
  },
  earlyRecordBytesMax: {
    value: 512,
    unit: 'bytes per record',
    why: 'a Finished is below 100',
    counts: 'dropped early-record-overflow',
  },
  identityBytesMax: {
    value: 256,
    unit: 'bytes',
    why: 'RFC 4279 5.3 asks for 128 at least',
    counts: 'failed illegal-parameter',
  },
  chainMax: {
    value: 4,
    unit: 'certificates',
    why: 'each is parsed and verified',
    counts: 'failed bad-certificate',
  },
  sessionsMax: {
    value: 20_000,
    unit: 'sessions',
    why: 'memory: about 500 bytes each, and the certificates shown; the oldest gives way',
    counts: '-',
  },
  sessionBytesMax: {
    value: 32 * 1_024 * 1_024,
    unit: 'bytes of certificates in sessions',
    why: 'a chain may be as long as a message, and they are judged again; the oldest session gives way',
    counts: '-',
  },
  flightRepeatsMax: {
    value: 10,
    unit: 'repeats per flight',
    why: 'a repeated question is not an amplifier',
    counts: 'failed timeout',
  },
  badRecordsMax: {
    value: 1_000_000,
    unit: 'records',
    why: 'forgery bound of 8-byte tags, RFC 9147 4.5.3',
    counts: 'closed exhausted',
  },
  recordsMax: {
    value: 2 ** 44,
    unit: 'records per direction',
    why: 'sequence numbers end at 2^48 and must not wrap; ours begin at that of the hello',
    counts: 'closed exhausted, dropped hello-sequence',
  },
  cookieLifetimeMs: {
    value: 60_000,
    unit: 'milliseconds',
    why: 'a cookie is good in its period and the next',
    counts: '-',
  },
  finalFlightMs: {
    value: 240_000,
    unit: 'milliseconds',
    why: 'how long a lost last flight can be asked for again: twice the MSL of TCP, RFC 6347 4.2.4',
    counts: '-',
  },
} as const satisfies Record<keyof DtlsLimits, { value: number; unit: string; why: string; counts: string }>;

/** The defaults with the given ones in their place. */
export function dtlsLimits(chosen: Partial<DtlsLimits> = {}): DtlsLimits {
  const defaults = Object.fromEntries(
    Object.entries(DTLS_LIMITS).map(([name, limit]) => [name, limit.value]),
  );
  return { ...(defaults as unknown as DtlsLimits), ...chosen };
}
