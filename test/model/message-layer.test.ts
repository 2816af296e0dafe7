/** The endpoint against its plain specification: the same story told to both, the same effects expected of both. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { randomFrom } from '../fuzz/targets/coap-mutants.ts';
import { LockstepCoap } from '../support/lockstep-coap.ts';
import { PlainMessageLayer } from './message-layer.spec.ts';

type Step =
  | { readonly does: 'hears-request'; readonly confirmable: boolean; readonly id: number }
  | { readonly does: 'responds' | 'declines' | 'cancels'; readonly which: number }
  | { readonly does: 'asks'; readonly confirmable: boolean; readonly timeout: number }
  | {
      readonly does: 'hears-ack' | 'hears-reset' | 'hears-piggybacked';
      readonly which: number;
      readonly other: number;
    }
  | {
      readonly does: 'hears-separate';
      readonly confirmable: boolean;
      readonly id: number;
      readonly which: number;
    }
  | { readonly does: 'waits'; readonly ms: number }
  | { readonly does: 'forgets' };

const which = fc.nat(6);
const confirmable = fc.boolean();
const id = fc.nat(5);
const STEP: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('hears-request' as const), confirmable, id }) },
  {
    weight: 4,
    arbitrary: fc.record({ does: fc.constantFrom('responds' as const, 'declines', 'cancels'), which }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('asks' as const),
      confirmable,
      timeout: fc.constantFrom(3_000, 30_000, 100_000, 200_000),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constantFrom('hears-ack' as const, 'hears-reset', 'hears-piggybacked'),
      which,
      other: fc.nat(9),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('hears-separate' as const), confirmable, id, which }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant('waits' as const),
      ms: fc.constantFrom(500, 1_000, 2_500, 10_000, 50_000, 145_500, 247_500),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('forgets' as const) }) },
);

const START = 1_000;

/** Both sides of the comparison, and the translation of Message IDs and tokens between them. */
class Pair {
  readonly #world: LockstepCoap;
  readonly #plain: PlainMessageLayer;
  readonly #real = new Map<string, string>();
  readonly #names = new Map<string, string>();

  constructor(nstart: number, seed: number) {
    // With a factor of 1 the first wait is ACK_TIMEOUT, which the specification can know.
    this.#world = new LockstepCoap({ nstart, ackRandomFactor: 1 }, randomFrom(seed));
    this.#plain = new PlainMessageLayer(START, nstart);
  }

  run(step: Step): void {
    const expected = this.#tell(step);
    const seen = this.#world.takes().map((line) => this.#translate(line));
    assert.deepEqual(seen.toSorted(), expected.toSorted(), JSON.stringify(step));
  }

  #tell(step: Step): string[] {
    const plain = this.#plain;
    const world = this.#world;
    switch (step.does) {
      case 'hears-request': {
        const name = `f00${step.id}`;
        world.hears(`${step.confirmable ? 'CON' : 'NON'} POST ${name} token=${name}`);
        return plain.hearRequest(step.confirmable, name);
      }
      case 'responds':
      case 'declines': {
        const exchange = plain.heard[step.which % (plain.heard.length || 1)]?.exchange ?? 0;
        if (step.does === 'declines') world.cancels(exchange);
        else world.responds(exchange, '2.04');
        return step.does === 'declines' ? plain.decline(exchange) : plain.respond(exchange);
      }
      case 'cancels': {
        const exchange = plain.made[step.which % (plain.made.length || 1)]?.exchange ?? 0;
        world.cancels(exchange);
        return exchange === 0 ? [] : plain.cancel(exchange);
      }
      case 'asks':
        world.requests(`${step.confirmable ? 'CON' : 'NON'} GET`, { timeoutMs: step.timeout });
        return plain.ask(step.confirmable, step.timeout);
      case 'waits':
        world.waits(step.ms);
        return plain.wait(step.ms);
      case 'forgets':
        world.forgets();
        return plain.forget();
      default:
        return this.#hear(step);
    }
  }

  #hear(step: Extract<Step, { does: `hears-${string}` }>): string[] {
    const plain = this.#plain;
    if (step.does === 'hears-request') assert.fail('not here');
    const made = plain.made[step.which % (plain.made.length || 1)];
    const token = made?.token || 't0';
    if (step.does === 'hears-separate') {
      // A CON response and a request of the peer share the peer's Message IDs.
      const name = `f00${step.id}`;
      const type = step.confirmable ? 'CON' : 'NON';
      this.#world.hears(`${type} 2.05 ${name} token=${this.#realToken(token)}`);
      return plain.hearSeparate(step.confirmable, name, token);
    }
    const candidates = [...plain.pending.map((each) => each.id), made?.id ?? '', 'm0'].filter(
      (each) => each !== '',
    );
    const chosen = candidates[step.other % candidates.length] ?? 'm0';
    const real = this.#real.get(chosen) ?? 'eeee';
    if (step.does === 'hears-ack') {
      this.#world.hears(`ACK 0.00 ${real}`);
      return plain.hearEmptyAck(chosen);
    }
    if (step.does === 'hears-reset') {
      this.#world.hears(`RST 0.00 ${real}`);
      return plain.hearReset(chosen);
    }
    this.#world.hears(`ACK 2.05 ${real} token=${this.#realToken(token)}`);
    return plain.hearPiggybacked(chosen, token);
  }

  #realToken(name: string): string {
    return this.#real.get(name) ?? 'eeeeeeeeeeeeeeee';
  }

  /** Our Message IDs and tokens by their names; those not seen before get the next one. */
  #translate(line: string): string {
    return line
      .replace(/^> (?:CON|NON) \S+ ([0-9a-f]{4})/, (whole, real: string) =>
        whole.replace(real, this.#name('m', real)),
      )
      .replace(/token=([0-9a-f]{16})/, (_, real: string) => `token=${this.#name('t', real)}`);
  }

  #name(kind: 'm' | 't', real: string): string {
    const known = this.#names.get(kind + real);
    if (known !== undefined) return known;
    const name = `${kind}${[...this.#names.values()].filter((each) => each.startsWith(kind)).length + 1}`;
    this.#names.set(kind + real, name);
    this.#real.set(name, real);
    return name;
  }
}

for (const nstart of [1, 3]) {
  test(`the endpoint does what the specification says, NSTART ${nstart}`, () => {
    const story = fc.record({
      seed: fc.integer({ min: 1 }),
      steps: fc.array(STEP, { maxLength: 60, size: 'max' }),
    });
    fc.assert(
      fc.property(story, ({ seed, steps }) => {
        const pair = new Pair(nstart, seed);
        for (const step of steps) pair.run(step);
        pair.run({ does: 'waits', ms: 1_000_000 });
      }),
      { numRuns: 1_500, seed: 4_500 + nstart },
    );
  });
}
