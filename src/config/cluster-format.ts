import { CONFIG_SHAPE } from './cluster-shape.js';
import type { FileFormat } from './format.js';
import { RULES } from './rules.js';
import type { ClusterConfig } from './types.js';

/** The format of a cluster's configuration. */
export const CLUSTER_FORMAT: FileFormat<ClusterConfig> = {
  shape: CONFIG_SHAPE,
  rules: RULES,
  texts: {
    empty: 'write one with `opni-logging init`',
    noMap: 'begin with "apiVersion: opni-logging/v1"',
    repeat: 'write the value out where it is needed; for many clusters use `defaults` or _defaults.yaml',
    account: 'remove them; the account is set by opensearch.username and opensearch.passwordSecret',
    secret: (parent, shape, layer) => {
      const setting = shape?.properties.has('secretName')
        ? `${parent}.secretName`
        : `${layer && `${layer}.`}opensearch.passwordSecret`;
      return `put it into a Kubernetes Secret and name that in ${setting}`;
    },
  },
};
