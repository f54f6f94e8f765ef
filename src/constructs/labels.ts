/**
 * Flux replaces `${…}` in what it applies. This keeps it from objects where such text belongs to Fluent Bit, Fluentd or
 * Data Prepper.
 */
export const KEEP_DOLLARS = { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' } as const;

/** What a component is called in the `app.kubernetes.io/*` labels. */
export interface ComponentLabels {
  /** Name of the program, such as `data-prepper`. */
  readonly name: string;
  /** Name of this installation of it, such as `opni-shipper`. */
  readonly instance: string;
  /** Its part in the stack, such as `shipper`. */
  readonly component: string;
}

/** Labels that pods are selected by. */
export type PodSelector = Record<string, string>;

/** Labels for `metadata.labels` of an object. They never change in the life of a stack. */
export function labelsFor(labels: ComponentLabels): Record<string, string> {
  return {
    'app.kubernetes.io/name': labels.name,
    'app.kubernetes.io/instance': labels.instance,
    'app.kubernetes.io/component': labels.component,
    'app.kubernetes.io/part-of': 'opni-logging',
    'app.kubernetes.io/managed-by': 'opni-logging',
  };
}

/** Labels that select a component's pods. Selectors are immutable, so this is the smallest stable set. */
export function selectorFor(labels: Pick<ComponentLabels, 'name' | 'instance'>): PodSelector {
  return { 'app.kubernetes.io/name': labels.name, 'app.kubernetes.io/instance': labels.instance };
}
