/** One window of measuring: what happens before it begins and after it has ended does not count. */
import { cpuSeconds } from '../process-stats.ts';
import type { Measured, Window } from './protocol.ts';

export class Stopwatch {
  readonly #pid: number;
  readonly #latencies: number[] = [];
  #phase: 'warming' | 'measuring' | 'over' = 'warming';
  #failures = 0;
  #retransmissions = 0;

  constructor(pid: number) {
    this.#pid = pid;
  }

  get over(): boolean {
    return this.#phase === 'over';
  }

  /** An operation that began at `startedMs` (performance.now) has succeeded. */
  succeeded(startedMs: number): void {
    if (this.#phase === 'measuring') this.#latencies.push(performance.now() - startedMs);
  }

  failed(): void {
    if (this.#phase === 'measuring') this.#failures++;
  }

  retransmitted(): void {
    if (this.#phase === 'measuring') this.#retransmissions++;
  }

  /** Runs its course: warm-up, then measuring. */
  async run(window: Window): Promise<Measured> {
    await wait(window.warmupS);
    const cpuBefore = cpuSeconds(this.#pid);
    const began = performance.now();
    this.#phase = 'measuring';
    await wait(window.measuredS);
    this.#phase = 'over';
    const seconds = (performance.now() - began) / 1_000;
    const serverCpuS = cpuSeconds(this.#pid) - cpuBefore;
    const sorted = Float64Array.from(this.#latencies).toSorted();
    return {
      operations: sorted.length,
      failures: this.#failures,
      retransmissions: this.#retransmissions,
      seconds,
      serverCpuS,
      p50Ms: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
    };
  }
}

function quantile(sorted: Float64Array, q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

function wait(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
}
