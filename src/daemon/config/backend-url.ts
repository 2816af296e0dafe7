/** Addresses of backends. */

export interface BackendAddress {
  readonly address: string;
  readonly port: number;
}

/** Host and port of `coap://HOST[:PORT]` (RFC 7252 section 6.1), or `undefined` when it is anything else or more. */
export function parseBackendUrl(url: string): BackendAddress | undefined {
  const match = COAP_URL.exec(url);
  if (match === null) return undefined;
  const port = match[3] === undefined ? COAP_PORT : Number(match[3]);
  const address = match[1] ?? match[2];
  if (address === undefined || port < 1 || port > 65_535) return undefined;
  return { address, port };
}

const COAP_PORT = 5_683;
const COAP_URL =
  /^coap:\/\/(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})))(?::(\d{1,5}))?\/?$/;
