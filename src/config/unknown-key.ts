import type { FormatTexts } from './format.js';
import { keyPath, quoted, shortened } from './path.js';
import { soundsSecret } from './secrets.js';
import type { ObjectShape, Shape } from './shape.js';
import { nearest } from './suggest.js';
import type { Advice } from './syntax-messages.js';

const SHOWN_PLACES = 3;

/** Advice for keys that the configuration does not know. */
export class KeyAdviser {
  readonly #config: ObjectShape;
  /** Where in the configuration each key stands. Made at the first mistake: most files have none. */
  #places?: ReadonlyMap<string, readonly string[]>;

  /**
   * @param config what the whole file may hold
   * @param texts how the file is spoken of
   */
  constructor(
    config: ObjectShape,
    private readonly texts: FormatTexts,
  ) {
    this.#config = config;
  }

  /**
   * @param key the key, as it may be shown
   * @param parent path of the map that it stands in
   * @param shape what that map may hold
   * @param layer path of the cluster settings around it: empty, `defaults` or `clusters[1]`
   * @param single is the value a single one, as a password would be?
   */
  unknown(key: string, parent: string, shape: ObjectShape, layer: string, single: boolean): Advice {
    const allowed = [...shape.properties.keys()];
    const near = nearest(key, allowed);
    const didYouMean = near && `did you mean "${near.name}"? `;
    const list = `allowed here: ${allowed.join(', ')}`;
    const message = `unknown setting ${quoted(shortened(key, 64))}`;
    if (near && near.distance <= 1) return { message, fix: `${didYouMean}(${list})` };
    if (single && soundsSecret(key)) return secretAdvice(this.texts, parent, shape, layer);
    const elsewhere = this.#elsewhere(key, layer);
    if (elsewhere) return { message: `${message} here`, fix: `it belongs to ${elsewhere}` };
    return { message, fix: near ? `${didYouMean}(${list})` : list };
  }

  #elsewhere(key: string, layer: string): string | undefined {
    this.#places ??= placesOf(this.#config);
    const found = this.#places.get(key);
    if (!found) return undefined;
    const shown = found.slice(0, SHOWN_PLACES).map((path) => {
      if (path === 'apiVersion') return '"apiVersion" at the top of the file';
      return `${layer && `${layer}.`}${path}`;
    });
    const more = found.length - shown.length;
    return `${shown.join(' or ')}${more > 0 ? `, or ${more} other ${more === 1 ? 'place' : 'places'}` : ''}`;
  }
}

/** Advice for a secret that stands in the file. */
export function secretAdvice(texts: FormatTexts, parent: string, shape?: ObjectShape, layer = ''): Advice {
  return {
    message: 'a password, token or key must not stand in this file',
    fix: texts.secret(parent, shape, layer),
  };
}

function placesOf(config: ObjectShape): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>();
  const walk = (shape: Shape, path: string): void => {
    if (shape.kind === 'list') walk(shape.item, `${path}[]`);
    if (shape.kind !== 'object') return;
    for (const [key, child] of shape.properties) {
      const at = keyPath(path, key);
      const known = places.get(key);
      if (known) known.push(at);
      else places.set(key, [at]);
      walk(child, at);
    }
  };
  walk(config, '');
  const depth = (path: string) => path.split('.').length;
  for (const paths of places.values()) paths.sort((a, b) => depth(a) - depth(b));
  return places;
}
