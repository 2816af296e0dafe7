/**
 * A read-only map that is cheap to change by making another one: a large shared layer below, changes above.
 *
 *   recent    { k7: v7'', k9: removed }     copied by each edit, at most about sqrt(size) entries
 *   earlier   { k3: v3', k7: v7', ... }     shared until the recent ones join them, at most a quarter of the base
 *   base      { k1: v1, ... k7: v7, ... }   shared by all versions, merged with the changes now and then
 *
 * A snapshot of 10,000 actors that gains one costs microseconds instead of a copy of 10,000 entries, and whoever
 * holds the older snapshot still has it unchanged. One of 100,000 relationships of which 10,000 end at once costs no
 * more than those 10,000.
 */

const REMOVED: unique symbol = Symbol('removed');

type Change<V> = V | typeof REMOVED;
type Changes<K, V> = ReadonlyMap<K, Change<V>>;

interface Layers<K, V> {
  readonly base: ReadonlyMap<K, V>;
  readonly earlier: Changes<K, V>;
  readonly recent: Changes<K, V>;
}

interface EditLayers<K, V> extends Layers<K, V> {
  readonly recent: Map<K, Change<V>>;
}

export class LayeredMap<K, V> implements ReadonlyMap<K, V> {
  readonly #layers: Layers<K, V>;
  readonly size: number;

  /** Use {@link MapEdit}; the layers must not change any more. */
  constructor(layers: Layers<K, V>, size: number) {
    this.#layers = layers;
    this.size = size;
  }

  get(key: K): V | undefined {
    return found(this.#layers, key);
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  /** Entries of the base in its order, then what was added since. */
  *entries(): MapIterator<[K, V]> {
    const { base, earlier, recent } = this.#layers;
    for (const [key, value] of base) {
      const change = recent.get(key) ?? earlier.get(key);
      if (change === undefined) yield [key, value];
      else if (change !== REMOVED) yield [key, change];
    }
    for (const [key, value] of earlier) {
      const change = recent.get(key) ?? value;
      if (change !== REMOVED && !base.has(key)) yield [key, change];
    }
    for (const [key, change] of recent) {
      if (change !== REMOVED && !earlier.has(key) && !base.has(key)) yield [key, change];
    }
  }

  *keys(): MapIterator<K> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  forEach(visit: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this);
  }

  /** The layers, for {@link MapEdit}. */
  layers(): Layers<K, V> {
    return this.#layers;
  }
}

/** A series of changes to one map; the map itself stays as it is. Values are never `undefined` or `null`. */
export class MapEdit<K, V> {
  readonly #original: ReadonlyMap<K, V>;
  readonly #layers: EditLayers<K, V>;
  #size: number;
  #touched = false;

  constructor(original: ReadonlyMap<K, V>) {
    const { base, earlier, recent }: Layers<K, V> =
      original instanceof LayeredMap
        ? original.layers()
        : { base: original, earlier: new Map(), recent: new Map() };
    this.#original = original;
    this.#layers = { base, earlier, recent: new Map(recent) };
    this.#size = original.size;
  }

  get(key: K): V | undefined {
    return found(this.#layers, key);
  }

  set(key: K, value: V): void {
    if (this.get(key) === undefined) this.#size++;
    this.replace(key, value);
  }

  /** Sets the value of a key that is known to have one. */
  replace(key: K, value: V): void {
    this.#layers.recent.set(key, value);
    this.#touched = true;
  }

  delete(key: K): void {
    if (this.get(key) === undefined) return;
    this.#size--;
    this.#touched = true;
    const { base, earlier, recent } = this.#layers;
    if (base.has(key) || earlier.has(key)) recent.set(key, REMOVED);
    else recent.delete(key);
  }

  /** The map with all changes. The edit is over: do not use it again. */
  finish(): ReadonlyMap<K, V> {
    if (!this.#touched) return this.#original;
    const { base, earlier, recent } = this.#layers;
    if (recent.size <= Math.max(RECENT_MIN, Math.sqrt(base.size)))
      return new LayeredMap(this.#layers, this.#size);
    if (earlier.size + recent.size > base.size / EARLIER_PART) return this.#merged();
    const joined = join(this.#layers);
    return new LayeredMap({ base, earlier: joined, recent: new Map() }, this.#size);
  }

  /** Copying a Map whole and changing it then is several times faster than walking its entries. */
  #merged(): ReadonlyMap<K, V> {
    const { base, earlier, recent } = this.#layers;
    const merged = new Map(base);
    for (const changes of [earlier, recent]) {
      for (const [key, change] of changes) {
        if (change === REMOVED) merged.delete(key);
        else merged.set(key, change);
      }
    }
    return merged;
  }
}

/** Both layers of changes as one; `recent` is not used any more. What was added to the base keeps its order. */
function join<K, V>({ base, earlier, recent }: EditLayers<K, V>): Changes<K, V> {
  const few = earlier.size < recent.size / FEW_PART;
  if (few && [...earlier.keys()].every((key) => base.has(key))) {
    for (const [key, change] of earlier) if (!recent.has(key)) recent.set(key, change);
    return recent;
  }
  const joined = new Map(earlier);
  for (const [key, change] of recent) joined.set(key, change);
  return joined;
}

function found<K, V>({ base, earlier, recent }: Layers<K, V>, key: K): V | undefined {
  const change = recent.get(key) ?? earlier.get(key);
  if (change === undefined) return base.get(key);
  return change === REMOVED ? undefined : change;
}

const RECENT_MIN = 32;
/** Of the base: merging costs as much as the base is large, and is put off until that much has changed. */
const EARLIER_PART = 4;
/** Of the recent ones: so few earlier ones are cheaper to carry over. */
const FEW_PART = 4;
