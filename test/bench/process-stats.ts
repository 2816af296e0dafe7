/** What Linux says about a process: CPU time of all its threads, and resident memory. */
import { readdirSync, readFileSync } from 'node:fs';

/** Seconds of CPU that all threads of the process have used, to the nanosecond. Threads that ended are not counted. */
export function cpuSeconds(pid: number): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ', 1)[0]);
  }
  return nanoseconds / 1e9;
}

/** Bytes of memory that the process has resident. */
export function residentBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  return Number(kib) * 1_024;
}

/** Whether this machine can tell: Linux with scheduler statistics. */
export function canMeasure(): boolean {
  try {
    return cpuSeconds(process.pid) > 0 && residentBytes(process.pid) > 0;
  } catch {
    return false;
  }
}
