import { groupKindOf, type KubernetesObject } from '../constructs/kubernetes-object.js';
import type { LintContext } from './context.js';
import { LoggingObjects } from './logging-objects.js';
import { type PodTemplate, podTemplates } from './pod-templates.js';

const place = (kind: string, namespace: string | undefined, name: string): string =>
  `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;

/** The objects of one cluster, indexed once, so that all rules together take linear time. */
export class ObjectSet {
  readonly #byKind = new Map<string, KubernetesObject[]>();
  readonly #byIdentity = new Map<string, KubernetesObject>();
  readonly #external: ReadonlySet<string>;
  #pods?: readonly PodTemplate[];
  #logging?: LoggingObjects;

  /**
   * @param objects rendered objects of one cluster
   * @param context what the objects do not say
   */
  constructor(
    readonly objects: readonly KubernetesObject[],
    readonly context: LintContext,
  ) {
    this.#external = new Set(context.external);
    for (const object of objects) {
      const kind = groupKindOf(object);
      const known = this.#byKind.get(kind);
      if (known) known.push(object);
      else this.#byKind.set(kind, [object]);
      this.#byIdentity.set(place(kind, object.metadata.namespace, object.metadata.name), object);
    }
  }

  /**
   * The objects of some kinds, kind after kind.
   *
   * @param kinds `Kind` for the core group, `group/Kind` for the others
   */
  ofKind(...kinds: readonly string[]): readonly KubernetesObject[] {
    return kinds.flatMap((kind) => this.#byKind.get(kind) ?? []);
  }

  /** The object of this kind and name, where the set has it. */
  find(kind: string, namespace: string | undefined, name: string): KubernetesObject | undefined {
    return this.#byIdentity.get(place(kind, namespace, name));
  }

  /** Was the object said to exist already? */
  isExternal(kind: string, namespace: string | undefined, name: string): boolean {
    return this.#external.has(place(kind, namespace, name));
  }

  /** The pods that the set's workloads make. */
  get pods(): readonly PodTemplate[] {
    this.#pods ??= podTemplates(this);
    return this.#pods;
  }

  /** The objects of the Logging Operator and what refers to what among them. */
  get logging(): LoggingObjects {
    this.#logging ??= new LoggingObjects(this);
    return this.#logging;
  }
}
