/**
 * Bad networks, made by Mbed TLS's own `udp_proxy`: each must delay, none may defeat. A bounded set of seeds by
 * default; `POSTERN_UDP_PROXY_SEEDS=50` for many.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { milliseconds } from '../../../src/base/index.ts';
import { endsDuring, type EveryGateway, startEveryGateway } from '../support/every-gateway.ts';
import { ANSWER, bothPrograms, type Proof, trial } from './bad-network.ts';

type Network = {
  readonly name: string;
  readonly proxy: readonly string[];
  readonly client?: readonly string[];
  /** What the proxy says when it has done what it should. */
  readonly seen?: RegExp;
  /** Each client must have taken up a session. */
  readonly resumes?: true;
  /** Where it matters who proves what: the other proofs send no such message. */
  readonly proofs?: readonly Proof[];
};

const ALL: readonly Proof[] = ['psk', 'ecdhe-psk', 'x509'];
/** Sessions of a plain PSK are not resumable: they cost no more than a resumption. */
const WITH_KEYS: readonly Proof[] = ['ecdhe-psk', 'x509'];

/** By chance: each is tried with several seeds. */
const CHANCES: readonly Network[] = [
  { name: 'one in three lost', proxy: ['drop=3'] },
  { name: 'one in three late', proxy: ['delay=3'] },
  { name: 'lost, late and doubled', proxy: ['drop=5', 'delay=5', 'duplicate=5'] },
  {
    name: 'the same, one record a datagram',
    proxy: ['drop=5', 'delay=5', 'duplicate=5'],
    client: ['dgram_packing=0'],
  },
  {
    name: 'the same, and a reboot in the middle',
    proxy: ['drop=5', 'delay=5', 'duplicate=5'],
    client: ['reconnect_hard=1'],
  },
  {
    name: 'the same, and a session taken up again',
    proxy: ['drop=5', 'delay=5', 'duplicate=5'],
    client: ['reconnect=1', 'skip_close_notify=1'],
    resumes: true,
    proofs: WITH_KEYS,
  },
  { name: 'the same over a path of 508 bytes', proxy: ['drop=5', 'delay=5', 'mtu=508'], client: ['mtu=508'] },
];

/** By rule: one try tells. */
const RULES: readonly Network[] = [
  { name: 'nothing wrong', proxy: [] },
  { name: 'everything doubled', proxy: ['duplicate=1'], seen: /duplicated/ },
  { name: 'a path of 508 bytes', proxy: ['mtu=508'], client: ['mtu=508'] },
  { name: 'datagrams merged for 20 ms', proxy: ['pack=20'] },
  {
    name: 'the first ClientHello again in the middle of the session',
    proxy: ['inject_clihlo=1'],
    seen: /injected/,
    client: ['exchanges=3'],
  },
  {
    name: 'each application record once more, damaged',
    proxy: ['bad_ad=1'],
    client: ['exchanges=3'],
    seen: /corrupted/,
  },
  { name: 'a reboot on the same port', proxy: [], client: ['reconnect_hard=1'] },
  {
    name: 'a session taken up again',
    proxy: [],
    client: ['reconnect=2', 'skip_close_notify=1'],
    resumes: true,
    proofs: WITH_KEYS,
  },
  { name: 'five exchanges without a goodbye', proxy: [], client: ['exchanges=5', 'skip_close_notify=1'] },
  { name: 'ChangeCipherSpec late', proxy: ['delay_ccs=1'], client: ['dgram_packing=0'], seen: /: delayed/ },
  ...late('delay_cli', ['ClientHello', 'ClientKeyExchange'], ALL),
  ...late('delay_cli', ['Certificate', 'CertificateVerify'], ['x509']),
  ...late('delay_srv', ['HelloVerifyRequest', 'ServerHello'], ALL),
];

/** The same, of an endpoint with datagrams so small that these messages come first in theirs. */
const SMALL_DATAGRAMS: readonly Network[] = [
  { name: 'a gateway that fragments all it says', proxy: [] },
  ...late('delay_srv', ['Certificate'], ['x509']),
  ...late('delay_srv', ['ServerKeyExchange'], WITH_KEYS),
  { name: 'everything doubled and late', proxy: ['duplicate=1', 'delay=2'] },
];

const programs = bothPrograms();
const seeds = Number(process.env['POSTERN_UDP_PROXY_SEEDS'] ?? 2);
const skip = 'missing' in programs ? programs.missing : false;
const built = 'folder' in programs ? programs.folder : '';

describe(`Mbed TLS behind udp_proxy (${'version' in programs ? programs.version : 'not here'})`, () => {
  const gateways: Record<'usual' | 'small', EveryGateway | undefined> = {
    usual: undefined,
    small: undefined,
  };
  before(async () => {
    const settings = { retransmit: milliseconds(250) };
    gateways.usual = await startEveryGateway({ settings, answer: () => ANSWER });
    gateways.small = await startEveryGateway({ settings: { ...settings, mtu: 160 }, answer: () => ANSWER });
  });
  after(async () => {
    for (const gateway of Object.values(gateways)) await gateway?.stop();
  });

  for (const [which, networks, tries] of [
    ['usual', RULES, 1],
    ['small', SMALL_DATAGRAMS, 1],
    ['usual', CHANCES, seeds],
  ] as const) {
    for (const network of networks) {
      const { name, proofs = ALL } = network;
      test(`${name}: all ${proofs.length * tries} get in`, { skip, timeout: 90_000 * tries }, async () => {
        for (let seed = 1; seed <= tries; seed += 1) await tryAll(gateways[which], network, seed);
      });
    }
  }
});

/** One client with each proof, at the same time. */
async function tryAll(gateway: EveryGateway | undefined, network: Network, seed: number): Promise<void> {
  assert.ok(gateway !== undefined);
  const { proxy, client = [], seen, resumes, proofs = ALL } = network;
  const attempt = async (proof: Proof): Promise<readonly string[]> => {
    const { passed, printed } = await trial({ gateway, folder: built, proof, network: proxy, client, seed });
    if (passed && (seen === undefined || seen.test(printed))) return [];
    return [`${proof}, seed ${seed}: ${printed}`];
  };
  const [ends, failures] = await endsDuring(gateway, () => Promise.all(proofs.map(attempt)));
  assert.deepEqual(failures.flat(), []);
  const resumed = ends.filter((one) => 'resumed' in one && one.resumed);
  assert.ok(resumes !== true || resumed.length >= proofs.length, `${resumed.length} resumed`);
}

function late(option: string, messages: readonly string[], proofs: readonly Proof[]): Network[] {
  return messages.map((message) => ({
    name: `${message} late`,
    proxy: [`${option}=${message}`],
    seen: /: delayed/,
    client: ['dgram_packing=0'],
    proofs,
  }));
}
