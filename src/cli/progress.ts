/** A bar that grows on a terminal while much is done; nothing anywhere else. */
import type { SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.ts';

export interface Progress {
  /** So many more are done; returns when the terminal has had a chance to say so. */
  readonly advance: (count: number) => Promise<void>;
  /** What is being done from now on, counted from nothing again. */
  readonly stage: (what: string) => void;
  readonly stop: () => void;
}

/** Shows the progress of `total` things, if they are many and somebody watches. */
export async function openProgress(total: number, terminal: Terminal): Promise<Progress> {
  if (!terminal.attended || total < SHOWN_MIN) return SILENT;
  const { SingleBar: Bar } = await import('cli-progress');
  const bar = new Bar({
    format: '{stage} {bar} {value}/{total}  {duration_formatted}',
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  });
  return shown(bar, total);
}

function shown(bar: SingleBar, total: number): Progress {
  let unseen = 0;
  return {
    advance: async (count) => {
      bar.increment(count);
      unseen += count;
      if (unseen < REDRAW_EACH) return;
      unseen = 0;
      await new Promise((resume) => setImmediate(resume));
    },
    stage: (what) => bar.start(total, 0, { stage: what.padEnd(STAGE_WIDTH) }),
    stop: () => bar.stop(),
  };
}

const SILENT: Progress = { advance: async () => undefined, stage: () => undefined, stop: () => undefined };
const SHOWN_MIN = 100;
const REDRAW_EACH = 50;
const STAGE_WIDTH = 8;
