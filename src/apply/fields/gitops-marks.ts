import type { KubernetesObject } from '../../constructs/kubernetes-object.js';

/** Tools that mark what they own. */
export type OwningTool = 'Argo CD' | 'Flux' | 'Helm';

/** Who says that an object is theirs. */
export interface OwnerMark {
  readonly tool: OwningTool;
  /** Name of the application, customisation or release. */
  readonly owner: string;
  /** Label or annotation that says so. */
  readonly mark: string;
}

const MARKS: readonly {
  readonly tool: OwningTool;
  readonly place: 'labels' | 'annotations';
  readonly key: string;
}[] = [
  { tool: 'Argo CD', place: 'annotations', key: 'argocd.argoproj.io/tracking-id' },
  { tool: 'Argo CD', place: 'labels', key: 'argocd.argoproj.io/instance' },
  { tool: 'Flux', place: 'labels', key: 'kustomize.toolkit.fluxcd.io/name' },
  { tool: 'Flux', place: 'labels', key: 'helm.toolkit.fluxcd.io/name' },
  { tool: 'Helm', place: 'annotations', key: 'meta.helm.sh/release-name' },
];

/** The tool whose mark an object bears. */
export function managedBy({ metadata }: KubernetesObject): OwnerMark | undefined {
  for (const { tool, place, key } of MARKS) {
    const value = metadata[place]?.[key];
    if (value !== undefined) return { tool, mark: key, owner: value.split(':')[0] ?? value };
  }
  return undefined;
}
