import { type Send, writeStatus } from '../controllers/controller-access.js';
import type { Json } from '../fields/field-type.js';
import type { Store, StoredObject } from '../objects/store.js';
import type { DefinitionSpec, KindRegistry } from './kind-registry.js';

/** How long after a definition was made its kinds appear, one delay after the other, in milliseconds. */
export interface DefinitionDelays {
  /** Until it is established. @default 0 */
  readonly establishedMs?: number;
  /** From then until discovery tells the kinds. @default 0 */
  readonly discoveryMs?: number;
  /** From then until their addresses are served; 404 before. @default 0 */
  readonly servedMs?: number;
}

const DEFINITION = 'apiextensions.k8s.io/CustomResourceDefinition';

/** Establishes definitions, and has their kinds served. */
export class Definitions {
  /** Names of definitions that are new, with the time when they are due. */
  readonly #due = new Map<string, number>();
  delays: DefinitionDelays = {};

  constructor(
    private readonly store: Store,
    private readonly kinds: KindRegistry,
    private readonly nowMs: () => number,
    private readonly send: Send,
  ) {}

  written(object: StoredObject): void {
    const { name } = object.metadata;
    const isEstablished = (object['status'] as Json | undefined)?.['conditions'] !== undefined;
    if (this.kinds.isServed(name)) this.#serve(object);
    else if (!isEstablished && !this.#due.has(name))
      this.#due.set(name, this.nowMs() + (this.delays.establishedMs ?? 0));
    this.settle();
  }

  /** Establishes what is due. */
  settle(): void {
    for (const [name, atMs] of [...this.#due].sort(([, a], [, b]) => a - b)) {
      if (atMs > this.nowMs()) continue;
      this.#due.delete(name);
      const object = this.store.get(DEFINITION, undefined, name);
      if (object && !object.metadata.deletionTimestamp) this.#establish(object);
    }
  }

  #serve(object: StoredObject): void {
    const { discoveryMs = 0, servedMs = 0 } = this.delays;
    this.kinds.serve(object, { discoveryMs, servedMs });
  }

  #establish(object: StoredObject): void {
    const spec = object['spec'] as DefinitionSpec;
    const taken = this.kinds.conflicting(object.metadata.name, spec);
    const lastTransitionTime = this.store.now();
    const condition = (type: string, isSo: boolean, reason: string, message: string): Json => ({
      type,
      status: isSo ? 'True' : 'False',
      lastTransitionTime,
      reason,
      message,
    });
    const conditions = taken
      ? [
          condition(
            'NamesAccepted',
            false,
            { plural: 'PluralConflict', singular: 'SingularConflict', kind: 'KindConflict' }[taken],
            `${JSON.stringify(spec.names[taken] ?? spec.names.kind.toLowerCase())} is already in use`,
          ),
          condition('Established', false, 'NotAccepted', 'not all names are accepted'),
        ]
      : [
          condition('NamesAccepted', true, 'NoConflicts', 'no conflicts found'),
          condition('Established', true, 'InitialNamesAccepted', 'the initial names have been accepted'),
        ];
    const storedVersions = spec.versions.filter(({ storage }) => storage).map(({ name }) => name);
    const acceptedNames = taken ? { kind: '', plural: '' } : spec.names;
    const kind = this.kinds.find('apiextensions.k8s.io/v1', 'CustomResourceDefinition')!;
    const status = { acceptedNames, conditions, storedVersions };
    writeStatus(this.send, 'kube-apiserver', kind, object, status);
    if (!taken) this.#serve(object);
  }
}
