/**
 * A lookup for sockets whose every address is an IP literal already: answers at once, in the same call, and never asks
 * a resolver.
 */
type Answer = (error: Error | null, address: string, family: number) => void;

/** The `lookup` option of dgram for one address family. */
export function lookupIn(family: 4 | 6): (host: string, options: unknown, answer: Answer) => void {
  return (host, _options, answer) => answer(null, host, family);
}

/** The address as the socket's family writes it: an IPv4 peer of an IPv6 socket is a mapped one. */
export function wireAddress(address: string, six: boolean): string {
  return six && !address.includes(':') ? `::ffff:${address}` : address;
}
