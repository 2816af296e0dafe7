import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { AdminClient } from '../../../../src/cli/client.ts';
import { ensureDemoDevice } from '../../../../src/cli/demo/device.ts';
import { CommandFault } from '../../../../src/cli/fault.ts';
import type { ActorView, NewPskWish } from '../../../../src/cli/views.ts';

const scratch = mkdtempSync(join(tmpdir(), 'postern-demo-'));
after(() => rmSync(scratch, { recursive: true }));

/** A gateway's registry, as far as the demo uses it. */
function registry(): { client: AdminClient; actors: ActorView[]; keys: NewPskWish[] } {
  const actors: ActorView[] = [];
  const keys: NewPskWish[] = [];
  const add = (kind: 'user' | 'device', name: string): ActorView => {
    const actor = { id: `${kind}-${actors.length}`, revision: 1, kind, name };
    actors.push(actor);
    return actor;
  };
  const unused = (): never => assert.fail('the demo has no use for this');
  const client: AdminClient = {
    actors: async (kind) => actors.filter((actor) => actor.kind === kind),
    addUser: async (name) => add('user', name),
    addDevice: async (name, owner, credential) => {
      assert.ok(actors.some((actor) => actor.kind === 'user' && actor.name === owner));
      assert.ok(credential.kind === 'psk');
      keys.push(credential);
      return add('device', name);
    },
    removeActor: async (id) =>
      void actors.splice(
        actors.findIndex((actor) => actor.id === id),
        1,
      ),
    actor: unused,
    addDevices: unused,
    gateway: unused,
    credentials: unused,
    sessions: unused,
    closeSession: unused,
    list: unused,
    get: unused,
    post: unused,
    put: unused,
    remove: unused,
  };
  return { client, actors, keys };
}

const stateDir = (name: string): string => mkdtempSync(join(scratch, name));

test('the first start makes user, device and a key that can be typed; only the owner may read it', async () => {
  const state = stateDir('first');
  const { client, actors, keys } = registry();
  const device = await ensureDemoDevice(client, state);
  assert.match(device.key, /^[A-Za-z0-9]{16}$/);
  assert.deepEqual(
    actors.map(({ kind, name }) => `${kind} ${name}`),
    ['user demo', 'device demo-lamp'],
  );
  const keyHex = Buffer.from(device.key).toString('hex');
  assert.deepEqual(keys, [{ kind: 'psk', identity: 'demo-lamp', keyHex }]);
  assert.equal(statSync(join(state, 'demo.json')).mode & 0o777, 0o600);
});

test('the second start finds everything and changes nothing', async () => {
  const state = stateDir('second');
  const { client, actors, keys } = registry();
  const first = await ensureDemoDevice(client, state);
  const before = structuredClone(actors);
  assert.deepEqual(await ensureDemoDevice(client, state), first);
  assert.deepEqual(actors, before);
  assert.equal(keys.length, 1);
});

test('a start that was killed between file and registration completes it with the same key', async () => {
  const state = stateDir('killed');
  const { key } = await ensureDemoDevice(registry().client, state);
  const { client, keys } = registry();
  assert.equal((await ensureDemoDevice(client, state)).key, key);
  assert.equal(keys[0]?.keyHex, Buffer.from(key).toString('hex'));
});

test('when the file is lost the device gets a new key in place of the old one', async () => {
  const state = stateDir('lost');
  const { client, actors } = registry();
  const first = await ensureDemoDevice(client, state);
  rmSync(join(state, 'demo.json'));
  const second = await ensureDemoDevice(client, state);
  assert.notEqual(second.key, first.key);
  assert.equal(actors.filter(({ kind }) => kind === 'device').length, 1);
});

for (const damaged of ['', '{}', '{"identity":"demo-lamp","key":"$(reboot)"}', 'null']) {
  test(`a file that holds '${damaged}' is refused and left alone`, async () => {
    const state = stateDir('damaged');
    const file = join(state, 'demo.json');
    writeFileSync(file, damaged);
    await assert.rejects(ensureDemoDevice(registry().client, state), CommandFault);
    assert.equal(readFileSync(file, 'utf8'), damaged);
  });
}
