import { Construct } from 'constructs';
import type {
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyPort,
} from 'kubernetes-types/networking/v1.js';
import { KubeObject } from './kube-object.js';
import { labelsFor, type PodSelector } from './labels.js';

/** Who may come in, and where to one may go out. What is not named is closed. */
export interface HopRules {
  readonly ingress: NetworkPolicyIngressRule[];
  readonly egress: NetworkPolicyEgressRule[];
}

/** Options of {@link HopPolicy}. */
export interface HopPolicyProps extends HopRules {
  /** Beginning of the policy's name. */
  readonly prefix: string;
  readonly namespace: string;
  /** The hop, which ends the policy's name. */
  readonly hop: string;
  /** The pods that are closed off. */
  readonly podSelector: PodSelector;
}

/** TCP ports. */
export const tcp = (...ports: number[]): NetworkPolicyPort[] =>
  ports.map((port) => ({ protocol: 'TCP', port }));

/** Name resolution, wherever it is. */
export const DNS: NetworkPolicyEgressRule = { ports: [{ protocol: 'UDP', port: 53 }, ...tcp(53)] };

/** Lets pods out to the API server. It is not a pod, and its address is not known here: by its ports. */
export const toApiServer = (ports: readonly number[] = [443, 6443]): NetworkPolicyEgressRule => ({
  ports: tcp(...ports),
});

/** Lets the pods of some namespaces read metrics; nobody when there are none. */
export function metricsIngress(port: number, namespaces: readonly string[] = []): NetworkPolicyIngressRule[] {
  if (namespaces.length === 0) return [];
  const values = [...namespaces];
  const matchExpressions = [{ key: 'kubernetes.io/metadata.name', operator: 'In', values }];
  return [{ from: [{ namespaceSelector: { matchExpressions } }], ports: tcp(port) }];
}

/** The network policy of one hop, for both directions. */
export class HopPolicy extends Construct {
  constructor(scope: Construct, id: string, props: HopPolicyProps) {
    super(scope, id);
    const name = `${props.prefix}-${props.hop}`;
    new KubeObject(this, 'Resource', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: {
        name,
        namespace: props.namespace,
        labels: labelsFor({ name: 'network-policy', instance: name, component: props.hop }),
      },
      spec: {
        podSelector: { matchLabels: { ...props.podSelector } },
        policyTypes: ['Ingress', 'Egress'],
        // The API server keeps no empty list, and who declares one would seem to disagree with everybody else.
        ...(props.ingress.length > 0 ? { ingress: props.ingress } : {}),
        egress: props.egress,
      },
    });
  }
}
