/** What the C clients have in common when they show certificates, or a PSK beside ephemeral keys. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Peer } from '../../support/peers.ts';
import { type CRun, type CRunOptions, runClient } from './c-client.ts';
import { LIMIT } from './contract.ts';
import { endsDuring, type EveryGateway, type HandshakeEnd, startEveryGateway } from './every-gateway.ts';
import type { CertifiedFiles } from './key-files.ts';

export type KeyedClient = {
  readonly gateway: () => EveryGateway;
  /** A certificate to show, and the authority that the client verifies the gateway against. */
  readonly shows: (files: CertifiedFiles) => Pick<CRunOptions, 'certified'>;
  /** A run that gets in with this credential, an answer for each handshake. */
  readonly succeeds: (
    options: Partial<CRunOptions>,
    credential: string,
    handshakes?: number,
  ) => Promise<CRun>;
  /** A run that does not get in, and how its handshakes ended for the gateway. */
  readonly refused: (
    options: Partial<CRunOptions>,
  ) => Promise<{ readonly run: CRun; readonly ends: readonly HandshakeEnd[] }>;
};

export type KeySuites = { readonly ecdsa: readonly string[]; readonly ecdhePsk: readonly string[] };

/** Registers the tests of the suites, and gives the means for more. */
export function keyedClient(peer: Peer, { ecdsa, ecdhePsk }: KeySuites): KeyedClient {
  let started: EveryGateway | undefined;
  before(async () => {
    started = await startEveryGateway();
  });
  after(() => started?.stop());
  const gateway = (): EveryGateway => {
    assert.ok(started !== undefined, 'called from within a test');
    return started;
  };
  const runOf = (options: Partial<CRunOptions>): Promise<CRun> =>
    runClient(peer, { port: gateway().coapsPort, ...options });
  const client: KeyedClient = {
    gateway,
    shows: (files) => ({ certified: { files, authority: gateway().keys.authority } }),
    succeeds: async (options, credential, handshakes = 1) => {
      const [ends, result] = await endsDuring(gateway(), () => runOf(options));
      assert.equal(result.code, 0, result.output);
      assert.deepEqual(
        result.answers.map(({ code }) => code),
        Array(handshakes).fill('2.05'),
      );
      assert.deepEqual(
        ends.map((one) => 'credential' in one && one.credential),
        Array(handshakes).fill(credential),
      );
      return result;
    },
    refused: async (options) => {
      const [ends, run] = await endsDuring(gateway(), () => runOf(options));
      assert.deepEqual(run.suites, []);
      return { run, ends };
    },
  };

  for (const suite of ecdsa) {
    test(`${suite}: agreed to and used, each side verified`, LIMIT, async () => {
      const options = { ...client.shows(gateway().known.meter), options: ['--suites', suite] };
      assert.deepEqual((await client.succeeds(options, 'meter')).suites, [suite]);
    });
  }
  for (const suite of ecdhePsk) {
    test(`${suite}: agreed to and used`, LIMIT, async () => {
      const options = { device: gateway().known.psk, options: ['--suites', suite] };
      assert.deepEqual((await client.succeeds(options, 'psk')).suites, [suite]);
    });
  }
  return client;
}
