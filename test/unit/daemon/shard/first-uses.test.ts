/** The first use of a credential that replaces another: control is told, once, and the other ends everywhere. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { milliseconds } from '../../../../src/base/index.ts';
import type { ActorId, CredentialId } from '../../../../src/trust/index.ts';
import { type Device, keyOf } from '../../../fakes/world.ts';
import { DoorWorld } from '../../../support/door.ts';

const NEXT = 'c-meter-2' as CredentialId;

/** `c-meter` has a successor by the identity `meter-2`. */
function rotated(): DoorWorld {
  const world = new DoorWorld();
  world.load();
  const identityHex = Buffer.from('meter-2').toString('hex');
  const actor = 'meter' as ActorId;
  const bounds = { user: null, established: 'file', notBefore: null, notAfter: null } as const;
  const credential = { id: NEXT, actor, kind: 'psk', identityHex, sealedKey: '', ...bounds } as const;
  world.appendWith(
    [{ credential: NEXT, actor, identityHex, key: keyOf('meter-2') }],
    { kind: 'credential-established', credential },
    { kind: 'credential-rotated', id: 'c-meter' as CredentialId, successor: NEXT, until: null },
  );
  return world;
}

function connected(world: DoorWorld, name: string): Device {
  const device = world.device(name);
  assert.equal(device.connect(), true);
  return device;
}

describe('a credential that replaces another', () => {
  test('both work; the first use of the new one ends the old one', async () => {
    const world = rotated();
    const old = connected(world, 'meter');
    assert.equal(world.petitions().length, 0, 'the old one ends nothing');
    const next = connected(world, 'meter-2');
    assert.deepEqual(
      world.petitions().map(({ petition }) => petition),
      [{ kind: 'used', credential: NEXT }],
    );
    assert.equal(old.closed, undefined);
    await world.answerAll();
    assert.equal(old.alert, 'access_denied');
    assert.equal(world.device('meter').connect(), false);
    assert.equal(next.closed, undefined);
    connected(world, 'meter-2');
    assert.equal(world.petitions().length, 0, 'there is nothing left to end');
  });

  test('is told once while control decides, and again at the next use when it could not', () => {
    const world = rotated();
    connected(world, 'meter-2');
    connected(world, 'meter-2');
    const [first, ...more] = world.petitions();
    assert.deepEqual(more, []);
    world.word(first?.request ?? 0, { kind: 'failed' });
    connected(world, 'meter-2');
    assert.equal(world.petitions().length, 1);
    world.pass(milliseconds(5_001));
    connected(world, 'meter-2');
    assert.equal(world.petitions().length, 2, 'no word is no word');
  });
});
