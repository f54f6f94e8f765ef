import { Construct } from 'constructs';
import * as crd from '../../imports/logging.banzaicloud.io.js';
import { parseBytes } from '../config/quantity.js';
import { type AggregatorProps, aggregatorSpec, DEFAULT_STORAGE } from './aggregator.js';
import { KubeObject } from './kube-object.js';
import { labelsFor } from './labels.js';
import { type PodLogsProps, podLogsSpec } from './pod-logs.js';

/** What Flows and Outputs need to know of the Logging that they belong to. */
export interface LoggingScope {
  /** Ties agents, Flows and Outputs to one Logging. Compared letter by letter. */
  readonly loggingRef: string;
  /** Namespace in which ClusterFlows and ClusterOutputs are seen. */
  readonly namespace: string;
  /** Says that a Flow sends to so many Outputs: every pair has a disk buffer of its own. */
  addBuffers(count: number): void;
  /** What one disk buffer may take, in bytes, once all Flows are known; nothing when the volume is not ours. */
  bufferLimitBytes(): number | undefined;
}

/** Options of {@link LogAdapter}. */
export interface LogAdapterProps {
  /** Name of the Logging and the FluentbitAgent, at most 40 characters; also the loggingRef. */
  readonly name: string;
  /** Namespace of the aggregator and of the collectors. */
  readonly namespace: string;
  /** DNS domain of the cluster. @default 'cluster.local' */
  readonly clusterDomain?: string;
  /**
   * The ClusterOutput for records that a filter or a buffer refused: one of its own, with {@link ERROR_BUFFER_BYTES} as
   * `bufferLimitBytes`. @default such records are lost
   */
  readonly errorOutput?: string;
  readonly aggregator?: AggregatorProps;
  /** Container logs; none are collected when left out. @default none */
  readonly pods?: PodLogsProps;
}

/** Limit of the error output's buffer, in bytes. It is nearly always empty, and should not take half of the volume. */
export const ERROR_BUFFER_BYTES = 128 * 1024 ** 2;

/** How much of a volume the buffers may take. The rest is for the file system and for growth during a flush. */
const USABLE_SHARE = 0.8;

/**
 * One Logging with its aggregator, and the agent that reads all containers on all nodes.
 *
 * The loggingRef is the construct's name: an empty one would be shared with every other Logging that has none, and two
 * Loggings then configure one set of agents in turn.
 */
export class LogAdapter extends Construct implements LoggingScope {
  readonly loggingRef: string;
  readonly namespace: string;
  readonly name: string;
  readonly logging: KubeObject;
  readonly agent?: KubeObject;
  /** DNS name of the aggregator. */
  readonly aggregatorHost: string;
  private buffers = 0;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: LogAdapterProps,
  ) {
    super(scope, id);
    this.name = props.name;
    this.namespace = props.namespace;
    this.loggingRef = props.name;
    const domain = props.clusterDomain ?? 'cluster.local';
    this.aggregatorHost = `${props.name}-fluentd.${props.namespace}.svc.${domain}`;
    const labels = labelsFor({ name: 'logging', instance: props.name, component: 'collection' });

    this.logging = new KubeObject(
      this,
      'Logging',
      crd.Logging.manifest({
        metadata: { name: props.name, labels },
        spec: {
          loggingRef: this.loggingRef,
          controlNamespace: props.namespace,
          clusterDomain: `${domain}.`,
          // Otherwise one wrong Flow of anybody stops the configuration of everybody.
          skipInvalidResources: true,
          errorOutputRef: props.errorOutput,
          fluentd: aggregatorSpec(props.aggregator ?? {}),
        },
      }),
    );
    if (props.pods) {
      this.agent = new KubeObject(
        this,
        'FluentbitAgent',
        crd.FluentbitAgent.manifest({
          metadata: { name: props.name, labels },
          spec: { loggingRef: this.loggingRef, ...podLogsSpec(props.pods) },
        }),
      );
    }
    // Longer names are cut and hashed by the operator, and the aggregator's address would be another one.
    this.node.addValidation({
      validate: () =>
        props.name.length <= 40
          ? []
          : [
              `name ${props.name} has ${props.name.length} characters; give at most 40, or the operator changes the aggregator’s address`,
            ],
    });
  }

  /** A Logging that exists already, made by somebody else. Buffers get no size limit, since its volume is not known. */
  static fromLogging(logging: { readonly loggingRef: string; readonly namespace: string }): LoggingScope {
    return { ...logging, addBuffers: () => {}, bufferLimitBytes: () => undefined };
  }

  addBuffers(count: number): void {
    this.buffers += count;
  }

  bufferLimitBytes(): number {
    const volume = parseBytes(this.props.aggregator?.storageSize ?? DEFAULT_STORAGE);
    const errors = this.props.errorOutput === undefined ? 0 : ERROR_BUFFER_BYTES;
    return Math.floor((volume * USABLE_SHARE - errors) / Math.max(this.buffers, 1));
  }
}
