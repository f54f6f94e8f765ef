import { DEFAULT_RESOURCES } from './default-resources.js';
import { parseBytes, parseCpu } from './quantity.js';
import { type Breach, type Rule, rule } from './rule.js';
import type { ClusterConfig, ResourcesConfig } from './types.js';

/** Below this the Java runtime and its buffers do not fit. */
const LEAST_SHIPPER_MEMORY = '512Mi';

/** Every container whose resources can be set. */
const CONTAINERS: Readonly<
  Record<keyof typeof DEFAULT_RESOURCES, (config: ClusterConfig) => ResourcesConfig | undefined>
> = {
  'collection.pods.resources': (config) => config.collection.pods.resources,
  'collection.hostLogs.resources': (config) => config.collection.hostLogs.resources,
  'collection.events.resources': (config) => config.collection.events.resources,
  'aggregator.resources': (config) => config.aggregator.resources,
  'shipper.resources': (config) => config.shipper.resources,
  'operator.resources': (config) => config.operator.resources,
  'agent.resources': (config) => config.agent?.resources,
};

const AMOUNTS = [
  ['cpu', parseCpu],
  ['memory', parseBytes],
] as const;

/** Kubernetes refuses a pod whose request is above its limit; what is left out has a default. */
const requestsFit: readonly Rule[] = Object.entries(CONTAINERS).map(([path, of]) => ({
  reads: [path],
  check: (config) => {
    const given = of(config);
    if (!given) return [];
    const defaults: ResourcesConfig = DEFAULT_RESOURCES[path as keyof typeof DEFAULT_RESOURCES];
    return AMOUNTS.flatMap(([name, parse]): readonly Breach[] => {
      const request = given.requests?.[name] ?? defaults.requests?.[name];
      const limit = given.limits?.[name] ?? defaults.limits?.[name];
      if (request === undefined || limit === undefined || parse(request) <= parse(limit)) return [];
      if (given.requests?.[name] === undefined) {
        const message = `limit ${limit} is below the default request ${request}`;
        return [{ path: `${path}.limits.${name}`, message, fix: `raise it, or add requests.${name}` }];
      }
      const own = given.limits?.[name] !== undefined;
      return [
        {
          path: `${path}.requests.${name}`,
          message: `request ${request} is above the ${own ? '' : 'default '}limit ${limit}`,
          fix: own ? 'lower the request or raise the limit' : `lower the request, or add limits.${name}`,
        },
      ];
    });
  },
}));

/** The rules over requests and limits of containers. */
export const RESOURCE_RULES: readonly Rule[] = [
  rule(
    ['shipper.resources'],
    ({ shipper: { resources } }) =>
      resources?.limits?.memory !== undefined &&
      parseBytes(resources.limits.memory) < parseBytes(LEAST_SHIPPER_MEMORY),
    {
      path: 'shipper.resources.limits.memory',
      message: 'is too little for Data Prepper',
      fix: `write at least ${LEAST_SHIPPER_MEMORY}`,
    },
  ),
  ...requestsFit,
];
