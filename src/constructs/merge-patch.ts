type Json = unknown;

const isMap = (value: Json): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * JSON merge patch (RFC 7396): maps merge, lists and scalars replace, `null` removes.
 *
 * @returns a new value; neither argument is changed
 */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isMap(patch)) return patch;
  // A map, not an object: a key may be called `__proto__`.
  const merged = new Map<string, Json>(isMap(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}
