/**
 * What every device's stack must find at the gateway, whatever its maker: registered once per peer.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Child } from '../../support/process.ts';
import { type Answer, findAnswer } from './coap-bytes.ts';
import { type Device, type Gateway, HELLO, strangersTo } from './gateway.ts';
import { assertCookieExchange, openTap } from './tap.ts';

/** What became of one attempt to ask; without a session there is no answer either. */
export type Outcome = { readonly connected: boolean; readonly answer?: Pick<Answer, 'code' | 'payload'> };

/** Connects as the device to a port of 127.0.0.1, asks GET path once, says goodbye. Gives up by itself within 8 s. */
export type Ask = (port: number, device: Device, path: string) => Promise<Outcome>;

/** Registers the tests of one client; `gateway` is called when a test runs. */
export function contract(gateway: () => Gateway, ask: Ask): void {
  test('a permitted GET is answered 2.05 by the backend, after a cookie exchange', LIMIT, async () => {
    const before = gateway().backendRequests();
    const tap = await openTap(gateway().coapsPort);
    const { answer } = await ask(tap.port, gateway().device, '/hello').finally(() => tap.close());
    assert.equal(answer?.code, '2.05');
    assert.ok(answer.payload.startsWith(HELLO), answer.payload);
    assert.equal(gateway().backendRequests(), before + 1);
    assertCookieExchange(tap);
  });

  test('a path that this device has no right to is 4.03, and the backend hears nothing', LIMIT, async () => {
    const before = gateway().backendRequests();
    const { answer } = await ask(gateway().coapsPort, gateway().device, '/forbidden');
    assert.equal(answer?.code, '4.03');
    assert.equal(gateway().backendRequests(), before);
  });

  test('a path without a route is 4.04', LIMIT, async () => {
    const { answer } = await ask(gateway().coapsPort, gateway().device, '/nowhere');
    assert.equal(answer?.code, '4.04');
  });

  for (const who of ['wrongKey', 'unknownIdentity'] as const) {
    test(`${who}: no session, no answer, and the backend hears nothing`, LIMIT, async () => {
      const before = gateway().backendRequests();
      const outcome = await ask(gateway().coapsPort, strangersTo(gateway())[who], '/hello');
      assert.deepEqual(outcome, { connected: false });
      assert.equal(gateway().backendRequests(), before);
    });
  }
}

/** Waits until the response to the request of `get` is in the output of a client, or the client ended, or 5 s. */
export async function answerFrom(client: Child): Promise<Answer | undefined> {
  const complete = (): boolean => {
    const answer = findAnswer(client.stdoutBytes());
    return answer !== undefined && (answer.code !== '2.05' || answer.payload.includes(HELLO));
  };
  const ended = client.exit.then(() => true);
  for (let tries = 0; tries < 100 && !complete(); tries += 1) {
    const pause = new Promise<false>((resolve) => setTimeout(resolve, 50, false));
    if (await Promise.race([ended, pause])) break;
  }
  return findAnswer(client.stdoutBytes());
}

/** The limit of one test; a failing handshake takes the client's whole patience. */
export const LIMIT = { timeout: 20_000 };
