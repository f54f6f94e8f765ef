import { assemble, settingsOf } from './assemble.js';
import { CLUSTER_FORMAT } from './cluster-format.js';
import { CONFIG_SHAPE } from './cluster-shape.js';
import { Findings } from './findings.js';
import { locate } from './locate.js';
import type { ClusterConfig, ClusterInput } from './types.js';
import { Validator } from './validate.js';

/**
 * Checks a configuration that a program made, and fills in the defaults.
 *
 * @param input the configuration as a file would hold it; `undefined` and `null` count as left out
 * @returns a deeply frozen configuration
 * @throws OpniLoggingError `config` with every problem; problems have a path but no file
 */
export function resolveConfig(input: ClusterInput): ClusterConfig {
  const findings = new Findings();
  const root = locate(input, findings);
  if (root?.kind !== 'map') {
    findings.add({ message: 'the configuration is not an object', fix: 'pass an object with apiVersion' });
  } else {
    new Validator(findings).check(root, CONFIG_SHAPE);
    const merged = assemble([{ root, path: '' }], findings, CLUSTER_FORMAT);
    if (findings.count === 0) return settingsOf(merged, CLUSTER_FORMAT);
  }
  throw findings.error();
}
