/** The control of the kill test, the same in the process that is killed and in the one that looks at what is left. */
import { systemClock } from '../../../src/adapters/clock/index.ts';
import { masterKey, nodeEntropy } from '../../../src/crypto/index.ts';
import { type Control, openControl, Publisher, Tally } from '../../../src/daemon/control/index.ts';
import type { Store } from '../../../src/daemon/ports/index.ts';
import { fakeLog } from '../../fakes/operator-log.ts';
import { CHAIN_MAX } from './town.ts';

/** Opens control with one shard, which applies everything a turn later. */
export async function openKilledControl(store: Store): Promise<Control> {
  const publisher = new Publisher(() => {});
  const control = await openControl({
    store,
    master: masterKey(new Uint8Array(32).fill(7)),
    entropy: nodeEntropy(),
    authorities: { anchors: [], subjectRules: [], revocationLists: [] },
    clock: systemClock,
    publisher,
    tally: new Tally(),
    log: fakeLog(),
    chainMax: CHAIN_MAX,
  });
  publisher.join(
    0,
    (message) => {
      if (message.kind === 'apply') setImmediate(() => publisher.applied(0, message.revision));
    },
    control.load(),
  );
  return control;
}
