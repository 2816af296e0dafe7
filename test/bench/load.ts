/** The bench's side of its generator process. */
import { type Child, startChild } from './child.ts';
import type { Answer, Ended, Measured, Order, Target, Window } from './generator/protocol.ts';

export class Load {
  readonly #child: Child;

  constructor(core: number) {
    const entry = new URL('generator/main.ts', import.meta.url).pathname;
    this.#child = startChild({ command: process.execPath, args: [entry], core, ipc: true });
  }

  async aim(target: Target): Promise<void> {
    await this.#order({ kind: 'aim', target });
  }

  /** Opens sessions; gives the seconds that it took. */
  async open(from: number, count: number): Promise<number> {
    const answer = await this.#order({ kind: 'open', from, count, concurrency: 32 });
    return answer.kind === 'opened' ? answer.seconds : Number.NaN;
  }

  async gets(window: Window, sessions: number, concurrency: number): Promise<Measured> {
    return measured(await this.#order({ kind: 'gets', ...window, sessions, concurrency }));
  }

  async handshakes(window: Window, from: number, concurrency: number): Promise<Measured> {
    return measured(await this.#order({ kind: 'handshakes', ...window, from, concurrency }));
  }

  /** Sessions that the server has ended since it was aimed at. */
  async ended(): Promise<Ended> {
    const answer = await this.#order({ kind: 'ended' });
    return answer.kind === 'ended' ? answer.ended : { sessions: 0, lastAtMs: 0 };
  }

  /** Closes all sessions. */
  async close(): Promise<void> {
    await this.#order({ kind: 'close' });
  }

  async stop(): Promise<void> {
    await this.#child.stop();
  }

  #order(order: Order): Promise<Answer> {
    const { process: generator } = this.#child;
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error(`the generator ended:\n${this.#child.output()}`));
      generator.once('exit', ended);
      generator.once('message', (answer: Answer) => {
        generator.off('exit', ended);
        if (answer.kind === 'error') reject(new Error(answer.message));
        else resolve(answer);
      });
      generator.send(order);
    });
  }
}

function measured(answer: Answer): Measured {
  if (answer.kind !== 'measured') throw new Error(`the generator answered ${answer.kind}`);
  return answer.result;
}
