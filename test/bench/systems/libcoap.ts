/**
 * libcoap's example server as Debian ships it (package libcoap3-bin), as a forward proxy that ends DTLS: the nearest
 * thing to a gateway that a distribution offers. One pre-shared key for all devices, a session towards the backend for
 * each of theirs. It answers each request by an empty acknowledgement and a separate confirmable response.
 */
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { startChild } from '../child.ts';
import { keyOf } from '../devices.ts';
import { optionBytes } from '../generator/coap-bytes.ts';
import { BACKEND_PATH, type System } from './system.ts';

export const libcoapOpenssl = libcoap('openssl');
export const libcoapGnutls = libcoap('gnutls');

function libcoap(tls: 'openssl' | 'gnutls'): System {
  const command = `coap-server-${tls}`;
  const version = versionOf(command);
  return {
    name: `libcoap-${tls}`,
    label: `libcoap ${version ?? ''} proxy, ${tls === 'openssl' ? 'OpenSSL' : 'GnuTLS'}`,
    dtls: true,
    start: async ({ core, backendPort }) => {
      if (version === undefined) return `${command} is not here; sudo apt-get install libcoap3-bin`;
      const plainPort = await twoFreePorts();
      // -P ,NAME: a forward proxy for any name but its own. -h with nothing: no identity hint. -v 0: silent.
      const args = ['-A', '127.0.0.1', '-p', String(plainPort), '-k', keyOf(0), '-h', '', '-v', '0'];
      const child = startChild({ command, args: [...args, '-P', ',gateway.invalid'], core });
      await new Promise((resolve) => setTimeout(resolve, 500));
      const uri = `coap://127.0.0.1:${backendPort}${BACKEND_PATH}`;
      const optionsHex = Buffer.from(optionBytes(0, PROXY_URI, uri)).toString('hex');
      return {
        target: { port: plainPort + 1, pid: child.pid, protection: 'one-key', optionsHex },
        stop: () => child.stop(),
      };
    },
    keyed: {
      // Its OpenSSL build has no raw public keys.
      cases: tls === 'openssl' ? ['X.509 handshake'] : ['RPK handshake', 'X.509 handshake'],
      start: async ({ core, keys, what }) => {
        if (version === undefined) return `${command} is not here; sudo apt-get install libcoap3-bin`;
        const plainPort = await twoFreePorts();
        const { server, authority } = keys;
        const shown =
          what === 'RPK handshake'
            ? ['-j', server.key, '-M', server.publicKey, '-n']
            : ['-c', server.certificate, '-j', server.key, '-C', authority];
        const args = ['-A', '127.0.0.1', '-p', String(plainPort), '-v', '0', ...shown];
        const child = startChild({ command, args, core });
        await new Promise((resolve) => setTimeout(resolve, 500));
        const port = plainPort + 1;
        return {
          target: { port, pid: child.pid, protection: 'one-key', shown: keys.shown(what), optionsHex: '' },
          stop: () => child.stop(),
        };
      },
    },
  };
}

function versionOf(command: string): string | undefined {
  const { error, stdout, stderr } = spawnSync(command, ['-?'], { encoding: 'latin1', timeout: 5_000 });
  if (error !== undefined) return undefined;
  return /coap-server\S* v(\S+)/.exec(stdout + stderr)?.[1] ?? 'of unknown version';
}

/** It speaks DTLS on the port after the one it is told. */
async function twoFreePorts(): Promise<number> {
  for (;;) {
    const first = await bound(0);
    const second = first === undefined ? undefined : await bound(first + 1);
    if (first !== undefined && second !== undefined) return first;
  }
}

/** A port that could be bound, free again. */
function bound(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(undefined));
    socket.bind(port, '127.0.0.1', () => {
      const taken = socket.address().port;
      socket.close(() => resolve(taken));
    });
  });
}

const PROXY_URI = 35;
