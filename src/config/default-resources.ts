import type { ResourcesConfig } from './types.js';

const resources = (cpu: string, memory: string, limit: string): ResourcesConfig => ({
  requests: { cpu, memory },
  limits: { memory: limit },
});

/**
 * Resources of each container when its setting leaves them out, by the path of that setting. No CPU limit: throttling
 * would hold records back.
 */
export const DEFAULT_RESOURCES = {
  'collection.pods.resources': resources('50m', '64Mi', '256Mi'),
  'collection.hostLogs.resources': resources('50m', '64Mi', '256Mi'),
  'collection.events.resources': resources('50m', '64Mi', '192Mi'),
  'aggregator.resources': resources('250m', '256Mi', '1Gi'),
  'shipper.resources': resources('250m', '1Gi', '2Gi'),
  'operator.resources': resources('100m', '128Mi', '512Mi'),
  'agent.resources': resources('50m', '96Mi', '256Mi'),
} as const satisfies Readonly<Record<string, ResourcesConfig>>;
