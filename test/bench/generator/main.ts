/** The generator process: takes orders from the bench over IPC, one at a time. */
import { PAYLOAD } from '../backend/payload.ts';
import { Fleet } from './fleet.ts';
import { GetLoop, openSessions, runHandshakes } from './loops.ts';
import type { Answer, Order, Target } from './protocol.ts';

let target: Target | undefined;
let fleet: Fleet | undefined;

process.on('message', (order: Order) => {
  carryOut(order).then(
    (answer) => process.send?.(answer),
    (error: Error) => process.send?.({ kind: 'error', message: error.message } satisfies Answer),
  );
});
process.on('disconnect', () => process.exit());

async function carryOut(order: Order): Promise<Answer> {
  if (order.kind === 'aim') {
    fleet?.closeAll();
    target = order.target;
    fleet = new Fleet(target);
    return { kind: 'done' };
  }
  if (target === undefined || fleet === undefined) throw new Error('no target yet');
  const { pid } = target;
  switch (order.kind) {
    case 'open': {
      const started = performance.now();
      await openSessions(fleet, order.from, order.count, order.concurrency);
      return { kind: 'opened', sessions: order.count, seconds: (performance.now() - started) / 1_000 };
    }
    case 'gets': {
      const options = Buffer.from(target.optionsHex, 'hex');
      const loop = new GetLoop(fleet, { sessions: order.sessions, pid, options, payload: PAYLOAD });
      return { kind: 'measured', result: await loop.run(order, order.concurrency) };
    }
    case 'handshakes':
      return { kind: 'measured', result: await runHandshakes(fleet, pid, order) };
    case 'ended':
      return { kind: 'ended', ended: fleet.ended };
    case 'close':
      fleet.closeAll();
      fleet = undefined;
      target = undefined;
      return { kind: 'done' };
  }
}
