/** Addresses of backends. */

export interface BackendAddress {
  readonly secure: boolean;
  readonly address: string;
  readonly port: number;
}

/**
 * Host and port of `coap://HOST[:PORT]` or `coaps://HOST[:PORT]` (RFC 7252 section 6), or `undefined` when it is
 * anything else or more.
 */
export function parseBackendUrl(url: string): BackendAddress | undefined {
  const match = COAP_URL.exec(url);
  if (match === null) return undefined;
  const secure = match[1] === 's';
  const port = match[4] === undefined ? (secure ? COAPS_PORT : COAP_PORT) : Number(match[4]);
  const address = match[2] ?? match[3];
  if (address === undefined || port < 1 || port > 65_535) return undefined;
  return { secure, address, port };
}

const COAP_PORT = 5_683;
const COAPS_PORT = 5_684;
const COAP_URL =
  /^coap(s)?:\/\/(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})))(?::(\d{1,5}))?\/?$/;
