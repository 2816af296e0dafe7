/** What a newcomer reads when the demo runs. */
import { facts } from '../table.ts';

export interface Welcome {
  readonly identity: string;
  readonly key: string;
  readonly keyHex: string;
  readonly coapsPort: number;
  readonly adminUrl: string;
  readonly tokenFile: string;
  readonly backendPort: number;
  /** How to call this program from the present directory. */
  readonly executable: string;
}

/** CoAP GET /demo/hello, as `printf` takes it: header 40 01 00 01, then the Uri-Path options (RFC 7252 section 3). */
const RAW_GET_HELLO = String.raw`\100\001\000\001\264demo\005hello`;

/** The device, where things are, and three commands that work as they stand. */
export function displayWelcome(welcome: Welcome): string {
  const { identity, key, keyHex, coapsPort } = welcome;
  const gateway = `127.0.0.1:${coapsPort}`;
  const uri = `coaps://${gateway}/demo/hello`;
  return `
There is a device for you to be:

${indented(
  facts([
    ['identity', identity],
    ['key', `${key}  (in hexadecimal ${keyHex})`],
    ['may use', '/demo/hello  /demo/temperature  /demo/echo  /demo/requests'],
    ['may not', '/vault/gold  (4.03: the log says why, and the backend never hears of it)'],
    ['backend', `coap://127.0.0.1:${welcome.backendPort}  (node-coap)`],
    ['admin', `${welcome.adminUrl}/docs  token in ${welcome.tokenFile}`],
  ]),
)}
Try it from another terminal, with three stacks that share no code:

  ${welcome.executable} device get ${uri} --psk ${identity}:${keyHex}
  coap-client-openssl -m get -u ${identity} -k ${key} ${uri}
  (printf '${RAW_GET_HELLO}'; sleep 1) | openssl s_client -dtls1_2 -quiet -no_ign_eof \\
      -connect ${gateway} -psk_identity ${identity} -psk ${keyHex}

The last one sends a message made by hand, so its answer begins with the bytes of CoAP's header.
`;
}

/** The first request and its answer. */
export function displayOutcome(welcome: Welcome, outcome: { ok: boolean; output: string }): string {
  const { executable, coapsPort } = welcome;
  const head = outcome.ok
    ? 'The first of them, just now:'
    : 'The first of them was tried just now and failed:';
  return `
${head}

  $ ${executable} device get coaps://127.0.0.1:${coapsPort}/demo/hello --psk ...
${indented(outcome.output.trimEnd())}

Ctrl-C stops the gateway; the next start keeps the device and its key.
`;
}

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ');
