/** Long work in slices: whoever waits for the thread gets it in between. */

/** Resolves when others have had their turn. */
export type Pause = () => Promise<void>;

export const giveWay: Pause = () => new Promise((resolve) => setImmediate(resolve));

/** The items with their index, with a pause after each slice. */
export async function* unhurried<T>(
  items: Iterable<T>,
  pause: Pause,
): AsyncGenerator<readonly [number, T], void, undefined> {
  let index = 0;
  for (const item of items) {
    if (index > 0 && index % SLICE === 0) await pause();
    yield [index, item];
    index++;
  }
}

/** Items in a slice: some milliseconds of work. */
const SLICE = 256;
