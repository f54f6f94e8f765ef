import type { LiveObject } from './live-object.js';

/** What a watch tells of one object. */
export interface ObjectEvent {
  readonly type: 'added' | 'modified' | 'deleted';
  /** For `deleted` as it was last known. */
  readonly object: LiveObject;
}

/** What a watch knows, so that it tells each change once and misses no deletion. */
export class WatchedObjects {
  readonly #known = new Map<string, LiveObject>();

  /** Takes over an object as it is now; tells nothing when that is known. */
  *put(object: LiveObject): Generator<ObjectEvent, void> {
    const key = keyOf(object);
    const before = this.#known.get(key);
    this.#known.set(key, object);
    if (before && before.metadata.uid !== object.metadata.uid) {
      yield { type: 'deleted', object: before };
      yield { type: 'added', object };
    } else if (!before) {
      yield { type: 'added', object };
    } else if (before.metadata.resourceVersion !== object.metadata.resourceVersion) {
      yield { type: 'modified', object };
    }
  }

  /** Takes over that an object is gone. */
  *remove(object: LiveObject): Generator<ObjectEvent, void> {
    this.#known.delete(keyOf(object));
    yield { type: 'deleted', object };
  }

  /** Takes over everything that there is now: what is not in it is gone. */
  *replaceAll(objects: readonly LiveObject[]): Generator<ObjectEvent, void> {
    const present = new Set(objects.map(keyOf));
    for (const [key, object] of [...this.#known]) if (!present.has(key)) yield* this.remove(object);
    for (const object of objects) yield* this.put(object);
  }
}

const keyOf = ({ metadata }: LiveObject) => `${metadata.namespace ?? ''}/${metadata.name}`;
