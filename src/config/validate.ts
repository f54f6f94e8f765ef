import { CLUSTER_FORMAT } from './cluster-format.js';
import { expectation, explainFree, explainScalar, wrongKind } from './explain.js';
import type { Findings } from './findings.js';
import type { FileFormat, FormatTexts } from './format.js';
import {
  isNull,
  keyPlace,
  type Located,
  type LocatedEntry,
  type LocatedList,
  type LocatedMap,
  placeOf,
} from './located.js';
import { itemPath, keyPath, quoted } from './path.js';
import type { Place } from './place.js';
import { isSecretValueKey, shownKey } from './secrets.js';
import type { ListShape, ObjectShape, Shape } from './shape.js';
import type { Advice } from './syntax-messages.js';
import { KeyAdviser, secretAdvice } from './unknown-key.js';

/** Where the walk is. */
interface Step {
  readonly path: string;
  /** Path of the cluster settings around it: empty, `defaults` or `clusters[1]`. */
  readonly layer: string;
  /** Inside a list that replaces as a whole, where null is a value and removes nothing. */
  readonly inList: boolean;
}

/**
 * Holds a tree against a shape. Says nothing about what is missing: one layer of a fleet need not be complete; see
 * {@link reportMissing}.
 */
export class Validator {
  readonly #findings: Findings;
  readonly #texts: FormatTexts;
  readonly #keys: KeyAdviser;

  /**
   * @param findings takes the problems and the refused nodes
   * @param format of the files. @default that of a cluster's configuration
   */
  constructor(findings: Findings, format: Pick<FileFormat<never>, 'shape' | 'texts'> = CLUSTER_FORMAT) {
    this.#findings = findings;
    this.#texts = format.texts;
    this.#keys = new KeyAdviser(format.shape, format.texts);
  }

  /**
   * @param root top of the tree
   * @param shape what it may hold
   */
  check(root: LocatedMap, shape: ObjectShape): void {
    this.#walk(root, shape, { path: '', layer: '', inList: false });
  }

  #refuse(node: Located, path: string, advice: Advice, place: Place | undefined = placeOf(node)): void {
    this.#findings.bad.add(node);
    this.#findings.at(place, path, advice);
  }

  #walk(node: Located, shape: Shape, step: Step): void {
    if (!step.inList && isNull(node)) return;
    if (shape.kind === 'object' && node.kind === 'map') {
      this.#object(node, shape, shape.layer ? { ...step, layer: step.path, inList: false } : step);
    } else if (shape.kind === 'textMap' && node.kind === 'map') {
      for (const [key, { value }] of node.entries) {
        this.#walk(value, shape.value, { ...step, path: keyPath(step.path, shownKey(key, step.path)) });
      }
    } else if (shape.kind === 'list' && node.kind === 'list') {
      this.#list(node, shape, step);
    } else if (shape.kind === 'any' && node.kind === 'map') {
      this.#free(node, step.path);
    } else {
      const advice =
        node.kind === 'scalar' ? explainScalar(node, shape, step.path, this.#texts) : wrongKind(node, shape);
      if (advice) this.#refuse(node, step.path, advice);
    }
  }

  #object(node: LocatedMap, shape: ObjectShape, step: Step): void {
    const unindented = misplacedBelow(node, shape);
    for (const [key, entry] of node.entries) {
      if (unindented.has(key)) continue;
      const child = shape.properties.get(key);
      const path = keyPath(step.path, shownKey(key, step.path));
      const lost = [...unindented].flatMap(([name, section]) => (section === key ? [name] : []));
      if (lost.length > 0) this.#refuse(entry.value, path, emptyAdvice(lost), keyPlace(entry));
      else if (child) this.#walk(entry.value, child, { ...step, path });
      else this.#unknown(key, entry, path, shape, step);
    }
  }

  #unknown(key: string, entry: LocatedEntry, path: string, shape: ObjectShape, step: Step): void {
    const layer = shape.properties.has('clusters') ? 'defaults' : step.layer;
    const single = entry.value.kind === 'scalar';
    const advice = this.#keys.unknown(shownKey(key, step.path), step.path, shape, layer, single);
    this.#refuse(entry.value, path, advice, keyPlace(entry));
  }

  #list(node: LocatedList, shape: ListShape, step: Step): void {
    if (node.items.length < shape.minItems) {
      const advice = {
        message: `has fewer than ${shape.minItems} item`,
        fix: `add ${expectation(shape.item)}`,
      };
      this.#refuse(node, step.path, advice);
    }
    for (const [index, item] of node.items.entries()) {
      this.#walk(item, shape.item, { ...step, path: itemPath(step.path, index), inList: true });
    }
  }

  /** Anything goes here but secrets, and values that the cluster would read otherwise. */
  #free(node: Located, path: string): void {
    if (node.kind === 'list') {
      for (const [index, item] of node.items.entries()) this.#free(item, itemPath(path, index));
    } else if (node.kind === 'map') {
      for (const [key, entry] of node.entries) {
        const { value } = entry;
        const child = keyPath(path, shownKey(key, path));
        const literal = value.kind === 'scalar' && ['string', 'number'].includes(typeof value.value);
        if (literal && isSecretValueKey(key))
          this.#refuse(value, child, secretAdvice(this.#texts, path), keyPlace(entry));
        else this.#free(value, child);
      }
    } else {
      const advice = explainFree(node);
      if (advice) this.#refuse(node, path, advice);
    }
  }
}

const emptyAdvice = (below: readonly string[]): Advice => ({
  message: 'is empty',
  fix: `indent the lines below it: ${below.join(', ')}`,
});

/** Keys that stand beside a section, right behind it, instead of in it; with the name of that section. */
function misplacedBelow(node: LocatedMap, shape: ObjectShape): ReadonlyMap<string, string> {
  const misplaced = new Map<string, string>();
  let empty: readonly [string, ObjectShape] | undefined;
  for (const [key, { value }] of node.entries) {
    const child = shape.properties.get(key);
    if (child) {
      const open = child.kind === 'object' && value.kind === 'scalar' && value.plain === '';
      empty = open ? [key, child] : undefined;
    } else if (empty?.[1].properties.has(key)) misplaced.set(key, empty[0]);
    else empty = undefined;
  }
  return misplaced;
}

/** Is told what is missing: the path of the key that should be there. */
export type OnMissing = (path: string, advice: Advice) => void;

/** Walks a tree whose nulls are removed, and reports the required keys that it does not have. */
export function reportMissing(node: Located, shape: Shape, onMissing: OnMissing, path = ''): void {
  if (shape.kind === 'list' && node.kind === 'list') {
    node.items.forEach((item, index) => {
      reportMissing(item, shape.item, onMissing, itemPath(path, index));
    });
  }
  if (shape.kind !== 'object' || node.kind !== 'map') return;
  for (const key of shape.required) {
    if (!node.entries.has(key)) onMissing(keyPath(path, key), missingAdvice([key], shape));
  }
  if (shape.anyOf.length > 0 && !shape.anyOf.some((key) => node.entries.has(key))) {
    onMissing(keyPath(path, shape.anyOf[0]!), missingAdvice(shape.anyOf, shape));
  }
  for (const [key, { value }] of node.entries) {
    const child = shape.properties.get(key);
    if (child) reportMissing(value, child, onMissing, keyPath(path, key));
  }
}

function missingAdvice(keys: readonly string[], parent: ObjectShape): Advice {
  const hints = keys.map((key) => {
    const shape = parent.properties.get(key)!;
    if (shape.kind === 'object') return `"${key}" with ${shape.required.join(' and ') || 'its settings'}`;
    const example = shape.examples[0];
    if (example === undefined) return `"${key}" (${expectation(shape)})`;
    return `"${key}", such as ${typeof example === 'string' ? quoted(example) : JSON.stringify(example)}`;
  });
  return { message: 'is required but missing', fix: `add ${hints.join(', or ')}` };
}
