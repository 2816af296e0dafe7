/** Floods the gateway with hellos, from addresses of others and some of its own, whose cookies it returns. */
import { Secret, utf8 } from '../../../src/base/index.ts';
import { DtlsEndpoint } from '../../../src/dtls/index.ts';
import { seededEntropy } from '../../support/dtls-pair.ts';
import { sent } from '../../support/dtls-wire.ts';
import { GATEWAY, pathOf } from '../gateway.ts';
import type { DeviceParts } from './device.ts';

export class Flooder {
  readonly #parts: DeviceParts;
  readonly #untilMs: number;
  readonly #everyMs: number;
  #count = 0;

  constructor(parts: DeviceParts, flood: { untilMs: number; everyMs: number }) {
    this.#parts = parts;
    this.#untilMs = flood.untilMs;
    this.#everyMs = flood.everyMs;
    parts.clock.in(flood.everyMs, () => this.#flood());
  }

  #flood(): void {
    const { clock, network, random, settings, crypto } = this.#parts;
    if (clock.now > this.#untilMs) return;
    const address = `203.0.113.${this.#count % 250}:${1_024 + this.#count++}`;
    const entropy = seededEntropy(random.uint32());
    const dtls = new DtlsEndpoint({ settings, crypto, entropy, server: false });
    const psk = { identity: utf8('flood'), key: new Secret(utf8('nobody has this.')) };
    const begun = dtls.connect(clock.now, pathOf(GATEWAY), { psk });
    for (const hello of sent(begun.effects)) network.inject(address, GATEWAY, hello, 5);
    // Every fourth returns its cookie, and says no more.
    if (this.#count % 4 === 0) {
      let cookies = 0;
      network.attach(address, (_, datagram) => {
        const answers = sent(dtls.receive(clock.now, pathOf(GATEWAY), datagram));
        if (cookies++ === 0) for (const again of answers) network.inject(address, GATEWAY, again, 5);
      });
    }
    clock.in(this.#everyMs, () => this.#flood());
  }
}
