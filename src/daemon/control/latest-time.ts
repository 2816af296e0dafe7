/**
 * The latest time of day that this gateway has seen, across restarts: validity is never extended by setting the clock
 * back while it is stopped (threat G13).
 *
 * It is the time of the newest entry of the log, or what was written down since: now and then, and at the end. Writing
 * down an earlier time, which an operator may ask for after a clock that was wrong, makes the entries so far not count.
 */
import { utf8, type WallTime, wallTime } from '../../base/index.ts';
import { type Revision, report, type OperatorLog, type Store } from '../ports/index.ts';

/** As it lies in the store: entries after the revision `after` may be later than `wall`. */
interface Kept {
  readonly wall: WallTime;
  readonly after: Revision;
}

/** The latest time of day that there has been, as far as the store knows; `head`: the revision of its newest entry. */
export async function latestTime(store: Store, head: Revision): Promise<WallTime> {
  const { wall, after } = await kept(store);
  let latest: number = wall;
  if (head > after) {
    for await (const { at } of store.read((head - 1) as Revision)) latest = Math.max(latest, at);
  }
  return wallTime(latest);
}

/** Writes down that it is `wall` now. `anew`: whatever was written before, and whatever the log says. */
export async function keepTime(
  store: Store,
  wall: WallTime,
  anew: { readonly head: Revision } | null = null,
): Promise<void> {
  const before = await kept(store);
  if (anew === null && wall <= before.wall) return;
  const text = JSON.stringify({ wall, after: anew?.head ?? before.after });
  await store.putBlob(TIME_BLOB, utf8(text));
}

/** Says so when the system's clock is far behind; keeps the time every now and then. What it returns ends that. */
export function watchTime(parts: {
  readonly clock: { wall(): WallTime; behind(): number };
  readonly store: Store;
  readonly log: OperatorLog;
}): () => void {
  const { clock, store, log } = parts;
  let said = false;
  const look = (): void => {
    const late = clock.behind() > BEHIND_MS_MAX;
    if (late && !said) report(log, 'clock behind', { by_s: Math.round(clock.behind() / 1_000) });
    said = late;
  };
  look();
  const looking = setInterval(look, LOOK_MS);
  // A store that fails now is asked again later; that it fails shows in every change.
  const keeping = setInterval(() => void keepTime(store, clock.wall()).catch(() => undefined), KEEP_MS);
  looking.unref();
  keeping.unref();
  return () => {
    clearInterval(looking);
    clearInterval(keeping);
  };
}

async function kept(store: Store): Promise<Kept> {
  const blob = await store.getBlob(TIME_BLOB);
  if (blob === undefined) return { wall: wallTime(0), after: 0 as Revision };
  return JSON.parse(new TextDecoder().decode(blob)) as Kept;
}

const TIME_BLOB = 'latest-time';
/** Clocks are set right by seconds; by more, something is wrong. */
export const BEHIND_MS_MAX = 60_000;
const LOOK_MS = 10_000;
const KEEP_MS = 600_000;
