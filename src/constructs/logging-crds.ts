import { Construct } from 'constructs';
import { CRDS, type CrdManifest } from '../../imports/crds.js';
import type { OperatorConfig } from '../config/types.js';
import { KubeObject } from './kube-object.js';

/** Generation of the Logging Operator. */
export type OperatorVersion = OperatorConfig['version'];

/** Kinds that one generation has and the other does not know. */
const NOT_WATCHED: Record<OperatorVersion, string> = {
  '6.7': 'nodeagents.logging.banzaicloud.io',
  '4.10': 'axosyslogs.logging.banzaicloud.io',
};

/**
 * Definitions of all kinds that the operator's manager watches. It does not start when one is missing.
 *
 * @param version generation of the operator
 * @returns shared data, never to be changed
 */
export function loggingCrds(version: OperatorVersion): readonly CrdManifest[] {
  return Object.values(CRDS).filter((crd) => crd.metadata.name !== NOT_WATCHED[version]);
}

/** Options of {@link LoggingCrds}. */
export interface LoggingCrdsProps {
  /** Generation of the operator. @default '6.7' */
  readonly version?: OperatorVersion;
}

/**
 * The custom resource definitions that the Logging Operator needs, in our own small form: the fields that this project
 * emits are typed, all others are kept as they are. 60 kB instead of 3.3 MB, so they can be applied in any way.
 * Logging Operator 6.7.0 was run on small definitions of this sort.
 *
 * Leave them out where the cluster has the definitions of the operator's own release.
 */
export class LoggingCrds extends Construct {
  constructor(scope: Construct, id: string, props: LoggingCrdsProps = {}) {
    super(scope, id);
    for (const crd of loggingCrds(props.version ?? '6.7')) new Definition(this, crd.metadata.name, crd);
  }
}

/**
 * A definition. Its spec is the same data for every cluster and holds nothing to resolve, so it is passed on as it is:
 * two thirds of a cluster's text are definitions, and writers may keep the text of a frozen value.
 */
class Definition extends KubeObject {
  private readonly spec: unknown;

  constructor(scope: Construct, id: string, { spec, ...identity }: CrdManifest) {
    super(scope, id, identity);
    this.spec = Object.freeze(spec);
  }

  protected override base(): Record<string, unknown> {
    return { ...super.base(), spec: this.spec };
  }
}
