/** Layers of configuration: what lies above wins key by key; lists are replaced as a whole. */

type Plain = Record<string, unknown>;

/** `over` laid over `under`. Own properties only, so that a key such as `__proto__` stays a key. */
export function merge(under: unknown, over: unknown): unknown {
  if (over === undefined) return under;
  if (!isPlain(under) || !isPlain(over)) return over;
  const below = new Map(Object.entries(under));
  const merged = new Map(below);
  for (const [key, value] of Object.entries(over)) merged.set(key, merge(below.get(key), value));
  return Object.fromEntries(merged);
}

/** The value with the defaults of a JSON Schema filled in wherever a key is absent. */
export function fillDefaults(schema: unknown, value: unknown): unknown {
  if (!isPlain(schema)) return value;
  const present = value === undefined ? structuredClone(schema['default']) : value;
  if (Array.isArray(present)) return present.map((item) => fillDefaults(schema['items'], item));
  if (!isPlain(present)) return present;
  const filled = new Map(Object.entries(present));
  const properties = isPlain(schema['properties']) ? schema['properties'] : {};
  for (const [key, property] of Object.entries(properties)) {
    const inner = fillDefaults(property, filled.get(key));
    if (inner !== undefined) filled.set(key, inner);
  }
  const patterns = isPlain(schema['patternProperties']) ? Object.values(schema['patternProperties']) : [];
  for (const pattern of patterns) {
    for (const [key, inner] of filled)
      if (!Object.hasOwn(properties, key)) filled.set(key, fillDefaults(pattern, inner));
  }
  return Object.fromEntries(filled);
}

export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
