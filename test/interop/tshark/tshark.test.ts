/** Wireshark's dissectors read our wire: with the keys they must decrypt everything and complain of nothing. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Peer, peer, type PeerName, withPeer } from '../../support/peers.ts';
import { run, temporaryDirectory } from '../../support/process.ts';
import { askGnutls, rawKeyOptions } from '../gnutls/gnutls-cli.ts';
import { askSClient, certificateOptions } from '../openssl/s-client.ts';
import { runClient } from '../support/c-client.ts';
import { LIMIT } from '../support/contract.ts';
import { type EveryDaemon, startEveryDaemon } from '../support/every-daemon.ts';
import { pcapOf } from '../support/pcap.ts';
import { openTap, type Seen } from '../support/tap.ts';
import { APPLICATION_DATA, TLS12_CID } from '../support/wire.ts';

type Run = {
  readonly title: string;
  readonly client: PeerName;
  /** Codes of requests and answers, in order, as tshark writes them: 1 GET, 69 2.05, 132 4.04. */
  readonly codes: readonly string[];
  /** Whether the client's port changes after each answer. */
  readonly roams?: true;
  /** Converses through this port; `keys` is a file for the secrets of the session (NSS key log). */
  readonly converse: (gateway: EveryDaemon, itself: Peer, port: number, keys: string) => Promise<unknown>;
  /** What tshark is given to decrypt with; the key log when absent. */
  readonly secret?: (gateway: EveryDaemon) => string;
};

const HELLO_AND_NOWHERE = { paths: ['/hello', '/nowhere'], codes: ['1', '69', '1', '132'] } as const;
const pskOf = ({ known }: EveryDaemon): string => `dtls.psk:${known.psk.key.toString('hex')}`;

/** The suites that tshark 4.0 decrypts with a pre-shared key. */
const WITH_PSK: readonly Run[] = [
  'TLS-PSK-WITH-AES-128-CCM-8',
  'TLS-PSK-WITH-AES-128-GCM-SHA256',
  'TLS-PSK-WITH-AES-256-GCM-SHA384',
  'TLS-PSK-WITH-AES-128-CCM',
  'TLS-PSK-WITH-AES-256-CCM-8',
].map((suite) => ({
  title: suite,
  client: 'mbedtls',
  codes: HELLO_AND_NOWHERE.codes,
  secret: pskOf,
  converse: ({ known }, itself, port) =>
    runClient(itself, {
      port,
      device: known.psk,
      paths: HELLO_AND_NOWHERE.paths,
      options: ['--suites', suite],
    }),
}));

const WITH_KEYS: readonly Run[] = [
  {
    title: 'certificates on both sides',
    client: 'openssl',
    codes: ['1', '69'],
    converse: ({ known, keys: { authority } }, _, port, keys) =>
      askSClient({ port, options: [...certificateOptions(known.meter, authority), '-keylogfile', keys] }),
  },
  {
    title: 'raw public keys on both sides',
    client: 'gnutls-cli',
    codes: ['1', '69'],
    converse: ({ known }, _, port, keys) =>
      askGnutls(port, rawKeyOptions(known.lock), '/hello', { SSLKEYLOGFILE: keys }),
  },
];

const WITH_CONNECTION_ID: readonly Run[] = [false, true].map((roams) => ({
  title: `connection IDs in both directions${roams ? ', from three ports' : ''}`,
  client: 'mbedtls-3',
  codes: HELLO_AND_NOWHERE.codes,
  ...(roams ? { roams } : {}),
  secret: pskOf,
  converse: ({ known }, itself, port) =>
    runClient(itself, {
      port,
      device: known.psk,
      paths: HELLO_AND_NOWHERE.paths,
      options: ['--suites', 'TLS-PSK-WITH-AES-128-CCM-8', '--connection-id', 'c0ffee'],
    }),
}));

withPeer('tshark', 'tshark', (tshark) => {
  let gateway: EveryDaemon;
  before(async () => {
    gateway = await startEveryDaemon();
  });
  after(() => gateway.stop());

  for (const { title, client, codes, roams, converse, secret } of [
    ...WITH_PSK,
    ...WITH_KEYS,
    ...WITH_CONNECTION_ID,
  ]) {
    const itself = peer(client);
    const skip = 'missing' in itself ? itself.missing : false;
    test(`${title}: decrypted to CoAP, nothing malformed`, { ...LIMIT, skip }, async (context) => {
      const isAnswer = ([type]: Buffer): boolean => type === TLS12_CID || type === APPLICATION_DATA;
      const tap = await openTap(
        gateway.coapsPort,
        () => 1,
        (answer) => roams === true && isAnswer(answer),
      );
      context.after(() => tap.close());
      const keys = join(temporaryDirectory('tshark-keys'), 'keys');
      await converse(gateway, itself as Peer, tap.port, keys);
      const seen = [...tap.seen]; // goodbyes may still come
      const frames = await dissect(tshark, seen, secret?.(gateway) ?? `tls.keylog_file:${keys}`);
      assert.equal(frames.length, seen.length);
      assert.deepEqual(
        frames.filter(({ complaint }) => complaint !== ''),
        [],
      );
      assert.deepEqual(
        frames.flatMap(({ coapCode }) => coapCode),
        codes,
      );
    });
  }
});

type Frame = { readonly protocols: string; readonly coapCode: readonly string[]; readonly complaint: string };

/**
 * What tshark says of each datagram, given the preference that holds the secret; `complaint` is empty when its expert
 * has nothing at warning level or above.
 */
async function dissect(tshark: Peer, seen: readonly Seen[], secret: string): Promise<Frame[]> {
  const capture = join(temporaryDirectory('tshark'), 'session.pcap');
  writeFileSync(capture, pcapOf(seen));
  const fields = [
    'frame.protocols',
    'coap.code',
    '_ws.malformed',
    '_ws.expert.severity',
    '_ws.expert.message',
  ];
  const args = ['-r', capture, '-o', secret, '-T', 'fields', '-E', 'occurrence=a'];
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
