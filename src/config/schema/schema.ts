import { cluster, opensearch } from './cluster.js';
import { collection } from './collection.js';
import { choice, definitions, dnsLabel, type SchemaNode } from './parts.js';
import { aggregator, operator, shipper } from './pipeline.js';
import { agent, images, overrides, scheduling, security } from './platform.js';

/** The `apiVersion` of the configuration. */
export const API_VERSION = 'opni-logging/v1';

/**
 * JSON Schema (draft 7) of one cluster's configuration. The single source of the configuration: types, defaults,
 * validation, editor help and the reference page all come from it.
 */
export const CONFIG_SCHEMA: SchemaNode = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'opni-logging cluster configuration',
  description: 'The logging stack of one Kubernetes cluster.',
  type: 'object',
  additionalProperties: false,
  required: ['apiVersion', 'cluster'],
  anyOf: [{ required: ['opensearch'] }, { required: ['agent'] }],
  properties: {
    apiVersion: choice('API version', 'Version of this format.', [API_VERSION]),
    cluster,
    prefix: dnsLabel(
      'Prefix',
      'Beginning of every object’s name; two stacks in one cluster need two prefixes.',
      {
        maxLength: 20,
        default: 'opni',
      },
    ),
    namespace: dnsLabel('Namespace', 'Namespace of the stack.', { default: 'opni' }),
    opensearch,
    collection,
    aggregator,
    shipper,
    operator,
    images,
    scheduling,
    security,
    agent,
    overrides,
  },
  definitions,
};
