/** Wireshark's dissectors read our wire: with the key they must decrypt everything and complain of nothing. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Peer, peer, withPeer } from '../../support/peers.ts';
import { run, temporaryDirectory } from '../../support/process.ts';
import { runClient } from '../support/c-client.ts';
import { LIMIT } from '../support/contract.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { pcapOf } from '../support/pcap.ts';
import { openTap } from '../support/tap.ts';

/** The suites that tshark 4.0 decrypts with a pre-shared key. */
const SUITES = [
  'TLS-PSK-WITH-AES-128-CCM-8',
  'TLS-PSK-WITH-AES-128-GCM-SHA256',
  'TLS-PSK-WITH-AES-256-GCM-SHA384',
  'TLS-PSK-WITH-AES-128-CCM',
  'TLS-PSK-WITH-AES-256-CCM-8',
] as const;

withPeer('tshark', 'tshark', (tshark) => {
  let gateway: Gateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());
  const client = peer('mbedtls');
  const skip = 'missing' in client ? client.missing : false;

  for (const suite of SUITES) {
    test(`${suite}: decrypted to CoAP, nothing malformed`, { ...LIMIT, skip }, async () => {
      const tap = await openTap(gateway.coapsPort);
      const { output } = await runClient(client as Peer, {
        port: tap.port,
        device: gateway.device,
        paths: ['/hello', '/nowhere'],
        options: ['--suites', suite],
      });
      tap.close();
      const capture = join(temporaryDirectory('tshark'), 'session.pcap');
      writeFileSync(capture, pcapOf(tap.seen));
      const frames = await dissect(tshark, capture, gateway.device.key);
      assert.equal(frames.length, tap.seen.length, output);
      assert.deepEqual(
        frames.filter(({ complaint }) => complaint !== ''),
        [],
      );
      assert.deepEqual(
        frames.flatMap(({ coapCode }) => coapCode),
        ['1', '69', '1', '132'],
        'GET 2.05 GET 4.04',
      );
    });
  }
});

type Frame = { readonly protocols: string; readonly coapCode: readonly string[]; readonly complaint: string };

/** What tshark says of each datagram; `complaint` is empty when its expert has nothing at warning level or above. */
async function dissect(tshark: Peer, capture: string, key: Buffer): Promise<Frame[]> {
  const fields = [
    'frame.protocols',
    'coap.code',
    '_ws.malformed',
    '_ws.expert.severity',
    '_ws.expert.message',
  ];
  const args = ['-r', capture, '-o', `dtls.psk:${key.toString('hex')}`, '-T', 'fields', '-E', 'occurrence=a'];
  const { code, stdout, stderr } = await run(tshark.command, [
    ...args,
    ...fields.flatMap((field) => ['-e', field]),
  ]);
  assert.equal(code, 0, stderr);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [protocols = '', codes = '', malformed = '', severities = '', messages = ''] = line.split('\t');
      const serious = severities.split(',').some((severity) => Number(severity) >= WARNING);
      return {
        protocols,
        coapCode: codes === '' ? [] : codes.split(','),
        complaint: malformed !== '' || serious ? `${malformed} ${messages}` : '',
      };
    });
}

/** Wireshark's PI_WARN. */
const WARNING = 0x600000;
