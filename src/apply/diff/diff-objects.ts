import { createTwoFilesPatch } from 'diff';
import { yamlText } from '../../common/yaml.js';
import { describeObject, type KubernetesObject } from '../../constructs/kubernetes-object.js';
import { changedPaths } from '../fields/after-dry-run.js';
import { Mask } from './mask.js';

/** The difference between two states of an object. */
export interface TextDiff {
  /** Lines of a unified diff; none when both are the same. No secret value is in them. */
  readonly lines: readonly string[];
  /** Paths of the values that differ. */
  readonly paths: readonly string[];
}

const CONTEXT_LINES = 3;

/** What the server keeps for itself, and what only says that something was written. */
const BOOKKEEPING: readonly string[] = [
  'managedFields',
  'resourceVersion',
  'uid',
  'generation',
  'creationTimestamp',
  'selfLink',
];

/**
 * Compares two states of an object, as a person reads them.
 *
 * @param before undefined when it is not there yet
 * @param after undefined when it will be gone
 */
export function diffObject(
  before: KubernetesObject | undefined,
  after: KubernetesObject | undefined,
): TextDiff {
  const object = after ?? before;
  if (!object) return { lines: [], paths: [] };
  const mask = new Mask();
  const [old, wanted] = [before, after].map((state) => state && mask.object(readable(state)));
  const texts = [old, wanted].map((state) => (state ? yamlText(state) : ''));
  if (texts[0] === texts[1]) return { lines: [], paths: [] };
  const name = describeObject(object);
  const patch = createTwoFilesPatch(`live ${name}`, `wanted ${name}`, texts[0]!, texts[1]!, '', '', {
    context: CONTEXT_LINES,
  });
  const lines = patch
    .trimEnd()
    .split('\n')
    .filter((line) => !/^={3,}$/.test(line))
    .map((line) => line.trimEnd());
  return { lines, paths: old && wanted ? changedPaths(old, wanted) : [] };
}

function readable({
  status: _,
  metadata,
  ...rest
}: KubernetesObject & { readonly status?: unknown }): KubernetesObject {
  const kept = Object.entries(metadata).filter(([name]) => !BOOKKEEPING.includes(name));
  const { apiVersion, kind, ...content } = rest;
  return { apiVersion, kind, metadata: Object.fromEntries(kept), ...content } as KubernetesObject;
}
