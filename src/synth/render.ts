import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { messageOf, OpniLoggingError, type Problem } from '../common/error.js';
import { clusterScopeTest, withoutNamespace } from '../constructs/cluster-scope.js';
import { describeObject, identityOf, type KubernetesObject } from '../constructs/kubernetes-object.js';
import { sortObjects } from './stages.js';

/** An object and the construct that it came from. */
interface Rendered {
  readonly object: KubernetesObject;
  readonly constructPath: string;
}

/**
 * Renders every Kubernetes object under a construct, in the order in which the objects must reach a cluster.
 *
 * The tree is walked once, so the time grows with its size alone; what cdk8s does by itself grows with the square
 * of the number of charts, and faster with dependencies between them. Dependencies of constructs are not looked at:
 * the order comes from the kinds. Any construct may be in the tree, as long as its root is a cdk8s `App`.
 *
 * @param root the construct to render, often a `Chart`; what stands beside it in its app is left alone
 * @returns plain objects, each identity once; a `List` is replaced by its items, and kinds without a namespace lose
 *   the one that their chart gave them
 * @throws OpniLoggingError `construct` with every message of every validation, or every object that could not be
 *   rendered, or every identity that two constructs share
 */
export function renderObjects(root: IConstruct): KubernetesObject[] {
  const constructs = walk(root);
  refuse('The constructs are not valid', constructs.flatMap(validate));
  const rendered = render(constructs);
  const isClusterScoped = clusterScopeTest(rendered.map(({ object }) => object));
  const placed = rendered.map(({ object, constructPath }) => ({
    object: isClusterScoped(object) ? withoutNamespace(object) : object,
    constructPath,
  }));
  refuse('Two constructs make the same object', collisions(placed));
  return sortObjects(placed.map(({ object }) => object));
}

/** All constructs of the tree, parents first. Not recursive, so that depth does not matter. */
function walk(root: IConstruct): IConstruct[] {
  const found: IConstruct[] = [];
  const waiting = [root];
  for (let construct = waiting.pop(); construct !== undefined; construct = waiting.pop()) {
    found.push(construct);
    waiting.push(...construct.node.children.reverse());
  }
  return found;
}

function validate(construct: IConstruct): readonly Problem[] {
  const path = construct.node.path;
  try {
    return construct.node.validate().map((message) => ({ path, message }));
  } catch (error) {
    return problemsOf(error, path);
  }
}

function render(constructs: readonly IConstruct[]): Rendered[] {
  const rendered: Rendered[] = [];
  const problems: Problem[] = [];
  for (const construct of constructs) {
    if (!ApiObject.isApiObject(construct)) continue;
    const constructPath = construct.node.path;
    try {
      for (const object of flatten(construct.toJson())) {
        if (isNamed(object)) rendered.push({ object, constructPath });
        else
          problems.push({ path: constructPath, message: 'makes an object without apiVersion, kind or name' });
      }
    } catch (error) {
      problems.push(...problemsOf(error, constructPath));
    }
  }
  refuse('Some objects cannot be rendered', problems);
  return rendered;
}

/** Included manifests may hold a `List`; an API server knows no such object, only its items. */
function flatten(object: KubernetesObject): KubernetesObject[] {
  const { items } = object as { items?: unknown };
  if (object.kind !== 'List' || object.apiVersion !== 'v1' || !Array.isArray(items)) return [object];
  return (items as KubernetesObject[]).flatMap(flatten);
}

function isNamed(object: KubernetesObject): boolean {
  return [object.apiVersion, object.kind, object.metadata?.name].every(
    (part) => typeof part === 'string' && part !== '',
  );
}

function collisions(rendered: readonly Rendered[]): Problem[] {
  const owners = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { object, constructPath } of rendered) {
    const identity = identityOf(object);
    const owner = owners.get(identity);
    if (owner === undefined) {
      owners.set(identity, constructPath);
      continue;
    }
    problems.push({
      path: describeObject(object),
      message: `is made by "${owner}" and by "${constructPath}"`,
      fix: 'give one of them another name or prefix, or remove it',
    });
  }
  return problems;
}

function problemsOf(error: unknown, path: string): readonly Problem[] {
  if (error instanceof OpniLoggingError && error.problems.length > 0) return error.problems;
  return [{ path, message: messageOf(error) }];
}

function refuse(message: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  throw new OpniLoggingError('construct', `${message}: ${count}.`, { problems });
}
