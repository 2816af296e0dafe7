/** A backend in memory: it keeps every job until the test answers it, or answers all of them at once. */
import type { Instant } from '../../src/base/index.ts';
import { CODE, type Response } from '../../src/coap/index.ts';
import type {
  Backend,
  BackendAnswer,
  BackendCounts,
  BackendSink,
  JobId,
  RelayedRequest,
} from '../../src/daemon/ports/index.ts';

export class FakeBackend implements Backend {
  readonly name: string;
  readonly counts: BackendCounts = { dropped: 0, errors: 0 };
  /** Every request that ever arrived. */
  readonly seen: { readonly job: JobId; readonly request: RelayedRequest }[] = [];
  readonly waiting = new Map<JobId, RelayedRequest>();
  readonly abandoned: JobId[] = [];
  /** What `forward` says at once, instead of taking the job. */
  immediate: BackendAnswer | undefined;
  /** Where answers go. */
  sink: BackendSink = () => {};
  closed = false;

  constructor(name: string) {
    this.name = name;
  }

  get inflight(): number {
    return this.waiting.size;
  }

  forward(_now: Instant, job: JobId, request: RelayedRequest): BackendAnswer | undefined {
    this.seen.push({ job, request });
    if (this.immediate === undefined) this.waiting.set(job, request);
    return this.immediate;
  }

  /** Answers the job that has waited longest. */
  answer(now: Instant, response: Partial<Response> = {}): void {
    const [job] = this.waiting.keys();
    if (job === undefined) return;
    this.waiting.delete(job);
    const full = { code: CODE.CONTENT, options: [], payload: new Uint8Array(0), ...response };
    this.sink(now, job, { kind: 'response', response: full });
  }

  abandon(_now: Instant, job: JobId): void {
    this.abandoned.push(job);
    this.waiting.delete(job);
  }

  timeout(): void {}

  nextDeadline(): Instant | undefined {
    return undefined;
  }

  close(): void {
    this.closed = true;
  }
}
