/**
 * Path: the pair of transport addresses that datagrams of one peer travel between (RFC 9146 section 6).
 * `key` identifies the path in maps; build paths with {@link path} only, so that equal paths have equal keys.
 */
export interface TransportAddress {
  /** Literal IP address; an IPv4-mapped IPv6 address is written as IPv4. */
  readonly address: string;
  readonly port: number;
}

export interface Path {
  /** Which of our listeners. */
  readonly local: number;
  readonly remote: TransportAddress;
  readonly key: string;
}

/** Builds a path; IPv4-mapped IPv6 addresses (`::ffff:a.b.c.d`) are normalised so that both forms compare equal. */
export function path(local: number, address: string, port: number): Path {
  const plain = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
  return { local, remote: { address: plain, port }, key: `${plain}|${port}|${local}` };
}

/** `192.0.2.1:5684` or `[2001:db8::1]:5684`. */
export function displayAddress(remote: TransportAddress): string {
  return remote.address.includes(':')
    ? `[${remote.address}]:${remote.port}`
    : `${remote.address}:${remote.port}`;
}
