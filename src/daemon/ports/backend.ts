/**
 * Port: a backend, where permitted requests go. It answers every job it was given exactly once, within its own
 * time limit, through the sink it was built with, and never from within `forward`; an abandoned job is not answered.
 * It has no timer of its own: its driver calls `timeout` when `nextDeadline` is reached.
 */
import type { Instant } from '../../base/index.ts';
import type { BackendAnswer, BackendFailure, JobId, RelayedRequest } from '../../relay/index.ts';

export type { BackendAnswer, BackendFailure, JobId, RelayedRequest };

export interface Backend {
  readonly name: string;
  /** Takes the job, or says at once why it cannot. The job's id tells a repetition from a new request. */
  forward(now: Instant, job: JobId, request: RelayedRequest): BackendAnswer | undefined;
  /** Nobody waits for the answer any more. */
  abandon(now: Instant, job: JobId): void;
  timeout(now: Instant): void;
  nextDeadline(): Instant | undefined;
  /** Jobs taken and not yet answered. */
  readonly inflight: number;
  readonly counts: BackendCounts;
  close(): void;
}

export type BackendSink = (now: Instant, job: JobId, answer: BackendAnswer) => void;

/** Monotonic counts. */
export interface BackendCounts {
  /** Datagrams, connections or messages that nothing here waited for, or that made no sense. */
  dropped: number;
  /** Errors of sockets and connections. */
  errors: number;
}
