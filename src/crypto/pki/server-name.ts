/** Whether a server's certificate is for the name that was dialled (RFC 9525): alternative names only, never CN. */
import type { Certificate } from './x509.ts';

/**
 * @param name a host name, an IPv4 address or an IPv6 address, without brackets
 */
export function isForServer({ extensions }: Certificate, name: string): boolean {
  const { dns = [], ip = [] } = extensions.subjectAltName ?? {};
  const address = /^\d+\.\d+\.\d+\.\d+$/.test(name) ? name : ipv6(name);
  // An address is never matched against host names: "*.1" would be a network.
  if (address !== undefined) return ip.includes(address);
  const wanted = name.toLowerCase().replace(/\.$/, '');
  return HOST_NAME.test(wanted) && dns.some((pattern) => covers(pattern.toLowerCase(), wanted));
}

/** RFC 9525 6.3: equal, or `*` as the whole leftmost label, for exactly one label. */
function covers(pattern: string, name: string): boolean {
  if (pattern === name) return true;
  if (!pattern.startsWith('*.')) return false;
  const rest = pattern.slice(1);
  const label = name.slice(0, name.length - rest.length);
  // A wildcard right below a top-level domain speaks for strangers.
  const broad = rest.indexOf('.', 1) < 0;
  return !broad && label !== '' && !label.includes('.') && name === label + rest;
}

/** IPv6 as certificates show it here: eight groups, no compression, no leading zeros; `undefined` if it is none. */
function ipv6(text: string): string | undefined {
  if (!/^[0-9a-fA-F:]{2,39}$/.test(text) || !text.includes(':')) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = tail === undefined ? 0 : 8 - head.length - tail.length;
  const groups = [...head, ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...(tail ?? [])];
  if (groups.length !== 8 || groups.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  if (tail !== undefined && missing < 1) return undefined;
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}

const HOST_NAME =
  /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/;
