/** Who sees the traffic and adds to it: the replayer what was said, the liar what was nearly said. */
import { GATEWAY } from '../gateway.ts';
import { mutated } from '../../support/dtls-mutation.ts';
import type { DeviceParts } from './device.ts';

/** Says what others said once more: soon or late, from the same address or from another one. */
export function replay({ clock, network, random }: DeviceParts, untilMs: number): void {
  network.tap((from, to, datagram) => {
    if (clock.now > untilMs || !random.chance(0.3)) return;
    const elsewhere = to === GATEWAY && random.chance(0.3);
    const claimed = elsewhere ? '198.51.100.66:6666' : from;
    for (let copies = 1 + random.below(2); copies > 0; copies--)
      network.inject(claimed, to, datagram, random.between(1, random.chance(0.5) ? 300 : 20_000));
  });
}

/** Says it again with changes, under the same name. */
export function lie({ clock, network, random }: DeviceParts, untilMs: number): void {
  network.tap((from, to, datagram) => {
    if (clock.now > untilMs || !random.chance(0.25)) return;
    network.inject(from, to, mutated(random, datagram), random.between(1, 200));
  });
}
