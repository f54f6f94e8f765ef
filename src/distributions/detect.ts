import type { IdentityConfig } from '../config/types.js';

/** What a cluster says about one of its nodes. */
export interface NodeFacts {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What a cluster says about itself, as far as its distribution shows in it. */
export interface DistributionFacts {
  /** `gitVersion` of the API server, as in `v1.31.4+rke2r1`. */
  readonly gitVersion: string;
  /** Nodes, in the order of the API server. */
  readonly nodes: readonly NodeFacts[];
}

/** The distribution found, and the fact that told it. */
export interface Detection {
  readonly distribution: IdentityConfig['distribution'];
  /** Half a sentence that fits after "because". */
  readonly reason: string;
}

/** Tells why the facts are those of one distribution; undefined when they are not. */
type Rule = (facts: DistributionFacts) => string | undefined;

const HARVESTER_LABEL = 'harvesterhci.io/managed';
const RKE_ANNOTATIONS = ['rke.cattle.io/external-ip', 'rke.cattle.io/internal-ip'];

const nodeWithLabel =
  (label: string): Rule =>
  ({ nodes }) =>
    nodes.some((node) => label in node.labels) ? `a node has the label ${label}` : undefined;

const versionWith =
  (part: string): Rule =>
  ({ gitVersion }) =>
    gitVersion.includes(part) ? `the server's version ${gitVersion} has "${part}"` : undefined;

/** Harvester is an RKE2 (once a K3s) whose host logs lie elsewhere. */
const unlessHarvester =
  (rule: Rule): Rule =>
  (facts) =>
    onHarvester(facts) ? undefined : rule(facts);

const onHarvester = nodeWithLabel(HARVESTER_LABEL);

/** RKE1 leaves no mark in the version. With Windows workers the original never took a cluster for RKE1. */
const annotatedByRke: Rule = ({ nodes }) => {
  if (nodes.some((node) => node.labels['kubernetes.io/os'] === 'windows')) return undefined;
  const annotation = RKE_ANNOTATIONS.find((name) => name in (nodes[0]?.annotations ?? {}));
  return annotation && `the first node has the annotation ${annotation}`;
};

/** The rules of Opni's agent. It tried them in random order; the first that matches wins here. */
const RULES: readonly (readonly [Detection['distribution'], Rule])[] = [
  ['aks', nodeWithLabel('kubernetes.azure.com/cluster')],
  ['eks', versionWith('-eks-')],
  ['gke', versionWith('-gke.')],
  ['k3s', unlessHarvester(versionWith('+k3s'))],
  ['rke2', unlessHarvester(versionWith('+rke2'))],
  ['rke', annotatedByRke],
];

/**
 * Tells a cluster's distribution from what it says about itself. Harvester, kubeadm and everything unknown is `generic`.
 *
 * @param facts version of the API server and its nodes
 * @returns the distribution and the fact that told it
 */
export function detectDistribution(facts: DistributionFacts): Detection {
  for (const [distribution, rule] of RULES) {
    const reason = rule(facts);
    if (reason) return { distribution, reason };
  }
  return {
    distribution: 'generic',
    reason: onHarvester(facts)
      ? `the nodes are Harvester's (label ${HARVESTER_LABEL})`
      : 'nothing marks another distribution',
  };
}
