/**
 * The state directory of a large gateway, written as its log would have grown: a platform that trusts a provider, who
 * knows all devices and has introduced them to it. Nothing else gives the devices a right.
 *
 *   origin --> fleetco --> dev-000000 ...      direct
 *   origin ------------> dev-000000 ...        introduced: these fall with origin -> fleetco
 *   dev-n --> owner, dev-n --> dev-m           the rest of the relationships
 */
import { join } from 'node:path';
import { openAdminToken, openMasterKey, prepareStateDirectory } from '../../../src/adapters/state/index.ts';
import { openSqliteStore } from '../../../src/adapters/store/index.ts';
import { toHex, utf8, wallTime } from '../../../src/base/index.ts';
import { type MasterKey, nodeEntropy, sealKey } from '../../../src/crypto/index.ts';
import type {
  ActorId,
  ActorKind,
  CredentialId,
  RelationshipFacts,
  RelationshipId,
  Revision,
  Terms,
  TrustEvent,
} from '../../../src/trust/index.ts';
import { FLEET_IDENTITY, identityOf, keyOf } from '../devices.ts';

export interface TownSize {
  readonly devices: number;
  readonly relationships: number;
}

/** Of whom everybody's rights are: suspending it, or ending what it stands on, takes them all. */
export const ROOT = idOf('rel', 0);
export const PROVIDER = idOf('prv', 0);
export const deviceId = (device: number): ActorId => idOf('dev', device);
/** `origin -> dev-n`: what the device may do. */
export const rightOfDevice = (device: number): RelationshipId => idOf('rel', 2 + 3 * device);

/** Writes the log into a new state directory; the daemon that is started there finds everything. */
export async function buildTown(directory: string, size: TownSize): Promise<void> {
  prepareStateDirectory(directory);
  const entropy = nodeEntropy();
  const { key: master } = openMasterKey(directory, entropy, false);
  openAdminToken(directory, entropy);
  const store = openSqliteStore(join(directory, 'postern.db'));
  try {
    let revision = 0 as Revision;
    let batch: TrustEvent[] = [];
    const flush = async (): Promise<void> => {
      revision = await store.append(revision, { at: wallTime(Date.now()), by: 'operator', events: batch });
      batch = [];
    };
    for (const event of history(size, master)) {
      batch.push(event);
      if (batch.length >= EVENTS_PER_ENTRY) await flush();
    }
    await flush();
  } finally {
    await store.close();
  }
}

function* history(size: TownSize, master: MasterKey): Generator<TrustEvent> {
  const owner = idOf('usr', 0);
  const origin = idOf('plt', 0);
  yield added(owner, 'user', 'owner', null);
  yield added(origin, 'platform', 'origin', null);
  yield added(PROVIDER, 'provider', 'fleetco', null);
  yield psk(master, PROVIDER, FLEET_IDENTITY, keyOf(0));
  yield direct(ROOT, origin, PROVIDER, { introduce: 1 });
  for (let device = 0; device < size.devices; device++) {
    const id = deviceId(device);
    yield added(id, 'device', identityOf(device), owner);
    yield psk(master, id, identityOf(device), keyOf(device));
    const knows = idOf('rel', 1 + 3 * device);
    yield direct(knows, PROVIDER, id, {});
    const support = { introducer: PROVIDER, through: ROOT, knows };
    yield introduced(rightOfDevice(device), origin, id, support);
    yield direct(idOf('rel', 3 + 3 * device), id, owner, {});
  }
  for (let n = 1 + 3 * size.devices; n < size.relationships; n++) {
    const device = n % size.devices;
    yield direct(idOf('rel', n), deviceId(device), deviceId((device * 7 + n) % size.devices), {});
  }
}

function added(id: ActorId, actor: ActorKind, name: string, owner: ActorId | null): TrustEvent {
  return { kind: 'actor-added', id, actor, name, owner };
}

function psk(master: MasterKey, actor: ActorId, identity: string, key: string): TrustEvent {
  const id = `crd-${actor.slice('dev-'.length)}${actor.slice(0, 1)}` as CredentialId;
  const identityHex = toHex(utf8(identity));
  const sealedKey = sealKey(master, nodeEntropy(), { credential: id, identityHex }, utf8(key));
  return { kind: 'psk-established', id, actor, identityHex, sealedKey, established: 'file' };
}

function direct(
  id: RelationshipId,
  trustor: ActorId,
  trustee: ActorId,
  { introduce = 0 }: { introduce?: number },
): TrustEvent {
  const origin = { kind: 'direct', ground: { kind: 'operator' } } as const;
  return established({ id, trustor, trustee, terms: termsOf(introduce), origin });
}

function introduced(
  id: RelationshipId,
  trustor: ActorId,
  trustee: ActorId,
  support: { introducer: ActorId; through: RelationshipId; knows: RelationshipId },
): TrustEvent {
  const origin = { kind: 'introduced', supports: [support] } as const;
  return established({ id, trustor, trustee, terms: termsOf(0), origin });
}

const established = (relationship: RelationshipFacts): TrustEvent => ({
  kind: 'relationship-established',
  relationship,
});

const termsOf = (introduce: number): Terms => ({
  scope: [
    { actions: ['read'], resources: ['backend/origin/*' as Terms['scope'][number]['resources'][number]] },
  ],
  level: 'view',
  introduce,
  notBefore: null,
  notAfter: null,
});

function idOf(prefix: 'rel', n: number): RelationshipId;
function idOf(prefix: string, n: number): ActorId;
function idOf(prefix: string, n: number): ActorId | RelationshipId {
  return `${prefix}-${n.toString(16).padStart(20, '0')}` as ActorId;
}

/** As many as a reading of the log takes at once. */
const EVENTS_PER_ENTRY = 1_000;
