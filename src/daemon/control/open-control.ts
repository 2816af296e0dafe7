/** How control begins: from the last snapshot and the log behind it, with the master key that sealed what they hold. */
import { AssertionFault, OperationalError, toHex, utf8 } from '../../base/index.ts';
import { sealKey, unsealKey } from '../../crypto/index.ts';
import {
  emptySnapshot,
  replay,
  restoreSnapshot,
  type SnapshotRecord,
  type TrustBatch,
} from '../../trust/index.ts';
import { Control, type ControlParts } from './control.ts';
import { migrate } from './migrations.ts';

/**
 * Reads the log of `parts.store`. Rejects with PN_STORE_CORRUPT when its events contradict each other, and with
 * PN_MASTER_KEY_MISMATCH when the keys in it were sealed with another master key.
 */
export async function openControl(parts: ControlParts): Promise<Control> {
  const { store } = parts;
  await checkMasterKey(parts);
  const saved = await store.loadSnapshot();
  let snapshot = emptySnapshot();
  try {
    if (saved !== undefined) {
      snapshot = restoreSnapshot(JSON.parse(new TextDecoder().decode(saved.state)) as SnapshotRecord);
    }
    const batches: TrustBatch[] = [];
    for await (const { revision, events } of store.read(snapshot.revision))
      batches.push({ revision, events });
    snapshot = await migrate(parts, replay(snapshot, batches));
  } catch (cause) {
    if (!(cause instanceof AssertionFault)) throw cause;
    throw new OperationalError('PN_STORE_CORRUPT', `the log contradicts itself: ${cause.message}`, { cause });
  }
  return new Control(parts, snapshot, saved?.revision ?? 0);
}

/** A known text sealed with the master key lies in the store: with another key, nothing may start. */
async function checkMasterKey({ store, master, entropy }: ControlParts): Promise<void> {
  const kept = await store.getBlob(MASTER_CHECK_BLOB);
  if (kept === undefined) {
    await store.putBlob(MASTER_CHECK_BLOB, utf8(sealKey(master, entropy, CHECK_OF, utf8(CHECK_TEXT))));
    return;
  }
  const opened = unsealKey(master, CHECK_OF, new TextDecoder().decode(kept));
  if (opened !== undefined && toHex(opened) === toHex(utf8(CHECK_TEXT))) return;
  const message =
    'master.key is not the one that the keys in the store were sealed with: restore it from a backup';
  throw new OperationalError('PN_MASTER_KEY_MISMATCH', message);
}

/** The blob whose presence says that the master key has been used. */
export const MASTER_CHECK_BLOB = 'master-key-check';
const CHECK_OF = { credential: MASTER_CHECK_BLOB, identityHex: '' };
const CHECK_TEXT = 'postern master key';
