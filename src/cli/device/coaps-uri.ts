/** `coaps://host:port/path?query` taken apart into what travels (RFC 7252 section 6.4). */
import { CommandFault, EXIT } from '../fault.ts';

export interface CoapsUri {
  /** Name or literal address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Uri-Path options, percent-decoded; none for the root. */
  readonly path: readonly string[];
  /** Uri-Query options, percent-decoded. */
  readonly query: readonly string[];
}

const COAPS_PORT = 5684;
const EXAMPLE = 'write it as coaps://HOST:PORT/PATH, for example coaps://127.0.0.1:5684/demo/hello';

/** Throws a usage fault when `text` is not a coaps URI. */
export function parseCoapsUri(text: string): CoapsUri {
  const url = URL.parse(text);
  if (url === null) throw new CommandFault(EXIT.usage, `'${text}' is not a URI`, EXAMPLE);
  if (url.protocol === 'coap:') {
    throw new CommandFault(EXIT.usage, `'${text}' is plain CoAP; the gateway speaks DTLS only`, EXAMPLE);
  }
  if (url.protocol !== 'coaps:' || url.hostname === '') {
    throw new CommandFault(EXIT.usage, `'${text}' is not a coaps URI`, EXAMPLE);
  }
  if (url.hash !== '' || url.username !== '') {
    throw new CommandFault(EXIT.usage, `'${text}' has a part that CoAP cannot carry (RFC 7252 6.4)`, EXAMPLE);
  }
  const path = url.pathname === '/' || url.pathname === '' ? [] : url.pathname.slice(1).split('/');
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? COAPS_PORT : Number(url.port),
    path: path.map((segment) => percentDecoded(segment, text)),
    query:
      url.search.length < 2
        ? []
        : url.search
            .slice(1)
            .split('&')
            .map((part) => percentDecoded(part, text)),
  };
}

function percentDecoded(segment: string, whole: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new CommandFault(EXIT.usage, `'${whole}' has a malformed % sequence`, EXAMPLE);
  }
}
