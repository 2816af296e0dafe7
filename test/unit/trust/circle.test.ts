import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  circleOf,
  relationshipsAround,
  seesActor,
  seesCredential,
  seesRelationship,
} from '../../../src/trust/index.ts';
import { actor, psk, TrustWorld } from '../../support/trust-world.ts';

/** alice's lock trusts bob, who vouches to it for carol; acme trusts dave, which is nobody's business but theirs. */
function town(): TrustWorld {
  const world = new TrustWorld();
  for (const name of ['lock>bob', 'bob>carol', 'acme>dave']) world.done(world.trusts(name));
  world.done(world.introduces('lock>carol', 'bob'));
  return world;
}

const NAMES = ['alice', 'bob', 'carol', 'dave', 'lock', 'key', 'lamp', 'acme'];

test('an actor sees itself, its devices, and whoever they trust or are trusted by', () => {
  const { trust } = town();
  for (const [viewer, sees] of [
    ['alice', ['alice', 'bob', 'carol', 'key', 'lock']],
    ['bob', ['bob', 'carol', 'lamp', 'lock']],
    ['carol', ['bob', 'carol', 'lock']],
    ['dave', ['acme', 'dave']],
    ['acme', ['acme', 'dave']],
    ['nobody', []],
  ] as const) {
    assert.deepEqual([...circleOf(trust, actor(viewer))].toSorted(), sees, viewer);
    const one = NAMES.filter((name) => seesActor(trust, actor(viewer), actor(name)));
    assert.deepEqual(one.toSorted(), sees, `${viewer}, one by one`);
  }
});

test('an actor sees the relationships of his own, and those that he vouches for', () => {
  const { trust } = town();
  for (const [viewer, sees] of [
    ['alice', ['lock>bob', 'lock>carol']],
    ['bob', ['bob>carol', 'lock>bob', 'lock>carol']],
    ['carol', ['bob>carol', 'lock>carol']],
    ['dave', ['acme>dave']],
    ['nobody', []],
  ] as const) {
    const around = relationshipsAround(trust, actor(viewer)).map(({ id }) => id);
    assert.deepEqual(around.toSorted(), sees, viewer);
    const one = [...trust.snapshot.relationships.values()].filter((each) =>
      seesRelationship(trust, actor(viewer), each),
    );
    assert.deepEqual(one.map(({ id }) => id).toSorted(), sees, `${viewer}, one by one`);
  }
});

test('an actor sees the keys of his own, and those that act in his name', () => {
  const { trust } = town();
  const keys = [psk('a', 'lock'), psk('b', 'lock', { user: actor('bob') })];
  const seen = (viewer: string) => keys.map((key) => seesCredential(trust, actor(viewer), key));
  assert.deepEqual(
    [seen('alice'), seen('bob'), seen('carol')],
    [
      [true, true],
      [false, true],
      [false, false],
    ],
  );
});
