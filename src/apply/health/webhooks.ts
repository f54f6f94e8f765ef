import { groupKindOf } from '../../constructs/kubernetes-object.js';
import { failureIn } from '../../kube/api-failure.js';
import { ENDPOINT_SLICES } from '../../kube/built-in-resources.js';
import type { LiveObject } from '../../kube/live-object.js';
import type { Session } from '../session/session.js';
import { type Health, inProgress } from './health-rule.js';

const CONFIGURATIONS: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
]);

interface Webhook {
  readonly name: string;
  readonly clientConfig: {
    readonly caBundle?: string;
    readonly service?: { readonly namespace: string; readonly name: string };
  };
}

interface Endpoint {
  /** Absent counts as ready. */
  readonly conditions?: { readonly ready?: boolean };
}

/**
 * What keeps the webhooks of a configuration from being called: a certificate that a controller has still to fill in, or
 * a Service without a ready endpoint. The API server tells neither.
 *
 * @returns undefined when nothing does, when it is no such configuration, or when endpoints may not be read
 */
export async function webhookProblem(session: Session, live: LiveObject): Promise<Health | undefined> {
  if (!CONFIGURATIONS.has(groupKindOf(live))) return undefined;
  for (const { name, clientConfig } of (live['webhooks'] ?? []) as readonly Webhook[]) {
    const { service, caBundle } = clientConfig;
    if (!service) continue;
    if (!caBundle) return inProgress('NoAuthority', `has no caBundle for ${name} yet`);
    if (await hasReadyEndpoint(session, service)) continue;
    const where = `${service.namespace}/${service.name}`;
    return inProgress('NoEndpoints', `calls Service ${where} for ${name}, which has no ready endpoint`);
  }
  return undefined;
}

async function hasReadyEndpoint(
  { cluster, signal }: Session,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<boolean> {
  try {
    const labelSelector = `kubernetes.io/service-name=${name}`;
    const { items } = await cluster.list(ENDPOINT_SLICES, { namespace, labelSelector, signal });
    const endpoints = items.flatMap((slice) => (slice['endpoints'] ?? []) as readonly Endpoint[]);
    return endpoints.some(({ conditions }) => conditions?.ready !== false);
  } catch (error) {
    if (failureIn(error)?.status === 403) return true;
    throw error;
  }
}
