/**
 * Every state of both machines x every message x {valid, early, far, duplicate, truncated, garbled} x {in the clear,
 * protected, forged, an epoch beyond}: 14 states of 336 cells. The reaction is the table's, and what is dropped leaves
 * the state as it was.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { writeScript } from '../support/dtls-script.ts';
import {
  CLIENT_STATES,
  type ClientStateName,
  clientIn,
  type Scene,
  SERVER_STATES,
  type ServerStateName,
  serverIn,
} from '../support/dtls-states.ts';
import { type Cell, CELLS, datagramOf, describeCell, EPOCHS } from './dtls-cells.ts';
import { expectedReaction } from './dtls-expected.ts';
import { type Observation, observe } from './dtls-observed.ts';

const script = writeScript();

describe('DTLS server', () => {
  for (const state of SERVER_STATES) statesTests('server', state, () => serverIn(state, script));
});

describe('DTLS client', () => {
  for (const state of CLIENT_STATES) statesTests('client', state, () => clientIn(state, script));
});

function statesTests(
  role: 'server' | 'client',
  state: ServerStateName | ClientStateName,
  scene: () => Scene,
): void {
  for (const epoch of EPOCHS) {
    test(`${state}: ${epoch}`, () => {
      const cells = CELLS.filter((cell) => cell.epoch === epoch);
      const wrong = cells.flatMap((cell) => check(role, state, cell, scene()));
      assert.deepEqual(wrong, []);
    });
  }
}

/** What is wrong with a cell: nothing, as a rule. */
function check(role: 'server' | 'client', state: string, cell: Cell, scene: Scene): string[] {
  const datagram = datagramOf(cell, scene);
  if (datagram === undefined) return [];
  const expected = expectedReaction(role, state, cell);
  const observed = observe(scene, datagram);
  if (observed.reaction !== expected) {
    return [`${describeCell(cell)}: expected ${expected}, observed ${observed.reaction}`];
  }
  const disturbed = disturbedBy(observed, cell);
  if (disturbed.length > 0) return [`${describeCell(cell)}: ${expected} changed ${disturbed.join(', ')}`];
  const ended = /^(?:fail|close)/.test(expected);
  if (ended && scene.endpoint.occupancy().handshakes > 0) return [`${describeCell(cell)}: did not end`];
  return [];
}

/** Members that a dropped message may not have changed. */
function disturbedBy({ reaction, changed }: Observation, { epoch, kind }: Cell): string[] {
  if (!reaction.startsWith('drop')) return [];
  const allowed: string[] = [];
  // An authentic record moves the window whatever it says; one that is not counts against the forgery bound.
  if (epoch === 'protected') allowed.push('window', 'lastSeen');
  if (reaction === 'drop bad-record-mac') allowed.push('badRecords');
  // Where Finished is awaited, it also begins the wait for a better one.
  if (reaction === 'drop bad-record-mac' && kind === 'handshake') allowed.push('handshake');
  // A server does not believe an alert in the clear; it is a hint for the next attempt.
  if (reaction === 'drop unauthenticated-alert') allowed.push('handshake');
  // Sending takes numbers; repeating a flight is remembered beside it.
  if (reaction.includes('+')) allowed.push('sentPlain', 'sentProtected');
  if (reaction.includes('+ repeat')) allowed.push('handshake', 'lastFlight');
  // Whatever application data says, its sender has our last flight.
  if (reaction === 'drop empty-record') allowed.push('lastFlight');
  return changed.filter((name) => !allowed.includes(name));
}
