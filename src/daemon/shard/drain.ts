/** Drain: the way out. New handshakes are refused and requests answered 5.03; what is under way has its grace. */
import { after, type Duration, type Instant } from '../../base/index.ts';

export interface Drain {
  /** The question to answer when it is over. */
  readonly request: number;
  readonly deadline: Instant;
  /** Over: every session was closed and control was told. */
  done: boolean;
}

export function startDrain(now: Instant, request: number, grace: Duration): Drain {
  return { request, deadline: after(now, grace), done: false };
}

/** Whether there is nothing left to wait for. */
export function isDue(drain: Drain, now: Instant, jobs: number): boolean {
  return !drain.done && (jobs === 0 || drain.deadline <= now);
}
