import { Construct } from 'constructs';
import type { PodSpec } from 'kubernetes-types/core/v1.js';
import type { PolicyRule } from 'kubernetes-types/rbac/v1.js';
import { DEFAULT_RESOURCES } from '../config/default-resources.js';
import { KubeObject } from './kube-object.js';
import { type ComponentLabels, labelsFor, type PodSelector, selectorFor } from './labels.js';
import { LoggingCrds, type OperatorVersion } from './logging-crds.js';
import { operatorRules, USER_ROLES } from './logging-operator-rbac.js';
import { placement, RESTRICTED, resourcesOr, type WorkloadProps } from './pod.js';

/** Options of {@link LoggingOperator}. */
export interface LoggingOperatorProps extends WorkloadProps {
  /** Name of the Deployment and what belongs to it. */
  readonly name: string;
  readonly namespace: string;
  /** Generation of the operator. @default '6.7' */
  readonly version?: OperatorVersion;
  /** Operator image of that generation, as repository:tag. */
  readonly image: string;
  /** Bring the custom resource definitions along. @default true */
  readonly installCrds?: boolean;
}

/** Port of the operator's metrics, the only one it listens on. */
export const OPERATOR_PORT = 8080;

/** The account of the image's static binary. A number, because the kubelet cannot check a name against runAsNonRoot. */
const USER = 65532;

const RBAC = 'rbac.authorization.k8s.io';

/**
 * The Logging Operator itself: definitions, account, rights, Deployment and metrics Service.
 *
 * One serves a whole cluster. It reconciles every Logging there is and has no option that limits it to one: its flag
 * `-watch-logging-name` only narrows which children it sees, and in 6.x hides the Secrets that outputs refer to. So a
 * second stack in the cluster uses the operator of the first.
 */
export class LoggingOperator extends Construct {
  readonly deployment: KubeObject;
  readonly podSelector: PodSelector;
  /** The definitions; absent with `installCrds: false`. */
  readonly crds?: LoggingCrds;

  private readonly names: ComponentLabels;
  private readonly labels: Record<string, string>;

  constructor(scope: Construct, id: string, props: LoggingOperatorProps) {
    super(scope, id);
    const { name, namespace, version = '6.7' } = props;
    this.names = { name: 'logging-operator', instance: name, component: 'operator' };
    this.labels = labelsFor(this.names);
    this.podSelector = selectorFor(this.names);

    if (props.installCrds ?? true) this.crds = new LoggingCrds(this, 'Crds', { version });
    new KubeObject(this, 'ServiceAccount', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace, labels: this.labels },
      automountServiceAccountToken: false,
    });
    this.clusterRole('ClusterRole', name, operatorRules(version));
    new KubeObject(this, 'ClusterRoleBinding', {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name, labels: this.labels },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    });
    for (const { suffix, aggregateTo, rules } of USER_ROLES) {
      const aggregation = aggregateTo.map((role) => [`${RBAC}/aggregate-to-${role}`, 'true'] as const);
      this.clusterRole(`${suffix}-role`, `${name}-${suffix}`, rules, Object.fromEntries(aggregation));
    }
    new KubeObject(this, 'Service', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace, labels: this.labels },
      spec: {
        type: 'ClusterIP',
        clusterIP: 'None',
        selector: this.podSelector,
        ports: [{ name: 'http', port: OPERATOR_PORT, targetPort: 'http', protocol: 'TCP' }],
      },
    });
    this.deployment = new KubeObject(this, 'Deployment', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace, labels: this.labels },
      spec: {
        replicas: 1,
        // No Recreate: leader election keeps two from acting at a time, and an image that cannot start leaves the old
        // operator at work.
        selector: { matchLabels: this.podSelector },
        template: { metadata: { labels: this.labels }, spec: this.podSpec(props) },
      },
    });
  }

  private clusterRole(id: string, name: string, rules: PolicyRule[], extraLabels = {}): void {
    new KubeObject(this, id, {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name, labels: { ...this.labels, ...extraLabels } },
      rules,
    });
  }

  private podSpec(props: LoggingOperatorProps): PodSpec {
    return {
      ...placement(props),
      serviceAccountName: props.name,
      automountServiceAccountToken: true,
      securityContext: { runAsUser: USER, runAsGroup: USER },
      containers: [
        {
          name: 'logging-operator',
          image: props.image,
          args: ['-enable-leader-election=true'],
          ports: [{ name: 'http', containerPort: OPERATOR_PORT }],
          // The metrics server answers before the leader is found, so a standby is ready too. A manager that cannot
          // work ends its process and needs no probe to be restarted.
          livenessProbe: {
            tcpSocket: { port: 'http' },
            initialDelaySeconds: 15,
            periodSeconds: 20,
          },
          readinessProbe: {
            httpGet: { path: '/metrics', port: 'http' },
            periodSeconds: 15,
            timeoutSeconds: 5,
          },
          resources: resourcesOr(DEFAULT_RESOURCES['operator.resources'], props.resources),
          securityContext: RESTRICTED,
        },
      ],
    };
  }
}
