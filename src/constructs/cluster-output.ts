import { Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import * as crd from '../../imports/logging.banzaicloud.io.js';
import type { SecretKeyConfig } from '../config/types.js';
import { KubeObject } from './kube-object.js';
import { labelsFor } from './labels.js';
import type { LoggingScope } from './log-adapter.js';

/** Options of {@link ClusterOutput}. */
export interface ClusterOutputProps {
  readonly name: string;
  /** The Logging that it belongs to. */
  readonly logging: LoggingScope;
  /** URL that takes JSON arrays, such as `http://opni-shipper.opni.svc.cluster.local:2021/log/ingest`. */
  readonly endpoint: string;
  /** Largest chunk in bytes. Must stay below what the endpoint takes, for a chunk that is too large can never be sent. @default 4 MiB */
  readonly chunkLimitBytes?: number;
  /** Most records in a chunk. @default 5000 */
  readonly chunkLimitRecords?: number;
  /** What its buffer may take, in bytes, for each flow that sends here. @default its share of the aggregator's volume */
  readonly bufferLimitBytes?: number;
  /** Account that the endpoint asks for. @default none */
  readonly auth?: { readonly username: SecretKeyConfig; readonly password: SecretKeyConfig };
  /** Secret key with the certificate authority of an https endpoint. @default public authorities */
  readonly ca?: SecretKeyConfig;
}

/** Answers of Data Prepper, and of proxies before it, that mean "later". 413 is none: it would block the queue for ever. */
export const RETRYABLE_CODES: readonly number[] = [408, 425, 429, 500, 502, 503, 504];

const MEBIBYTE = 1024 * 1024;

/**
 * An HTTP output that loses nothing: chunks wait on disk, a full disk pushes back instead of dropping, every overload
 * answer is tried again for ever, and chunks stay small enough to be taken. Measured with Fluentd 1.16: with the
 * defaults a chunk that meets 408 or 429 is thrown away, and a full buffer loses records while the sender is told
 * that all is well.
 */
export class ClusterOutput extends Construct {
  readonly name: string;
  readonly object: KubeObject;

  /** A ClusterOutput that exists already, for the outputs of a flow. */
  static fromClusterOutputName(name: string): { readonly name: string } {
    return { name };
  }

  constructor(scope: Construct, id: string, props: ClusterOutputProps) {
    super(scope, id);
    this.name = props.name;
    const { logging } = props;
    this.object = new KubeObject(
      this,
      'Resource',
      crd.ClusterOutput.manifest({
        metadata: {
          name: props.name,
          namespace: logging.namespace,
          labels: labelsFor({ name: 'output', instance: props.name, component: 'collection' }),
        },
        spec: {
          loggingRef: logging.loggingRef,
          // Only ClusterFlows may send here: a tenant's Flow could pose as another cluster.
          protected: true,
          http: {
            endpoint: props.endpoint,
            contentType: 'application/json',
            jsonArray: true,
            format: { type: crd.ClusterOutputSpecHttpFormatType.JSON },
            openTimeout: 10,
            // Longer than Data Prepper takes to say 408, so that its answer is seen.
            readTimeout: 30,
            retryableResponseCodes: [...RETRYABLE_CODES],
            auth: props.auth && {
              username: secretValue(props.auth.username),
              password: secretValue(props.auth.password),
            },
            tlsCaCertPath: props.ca && { mountFrom: { secretKeyRef: { ...props.ca } } },
            buffer: {
              type: 'file',
              // No chunk keys: one queue, filled in order of arrival.
              tags: '[]',
              flushMode: 'interval',
              flushInterval: '3s',
              flushThreadCount: 2,
              chunkLimitSize: `${props.chunkLimitBytes ?? 4 * MEBIBYTE}`,
              chunkLimitRecords: props.chunkLimitRecords ?? 5000,
              totalLimitSize: Lazy.any({
                produce: () => limit(props.bufferLimitBytes ?? logging.bufferLimitBytes()),
              }),
              overflowAction: 'block',
              retryForever: true,
              retryMaxInterval: '30s',
            },
          },
        },
      }),
    );
    this.node.addValidation({
      validate: () => [
        ...(/^https?:\/\/[^\s/]+/.test(props.endpoint)
          ? []
          : [`output ${props.name}: endpoint "${props.endpoint}" is no address; give http://host:port/path`]),
        ...[props.chunkLimitBytes, props.chunkLimitRecords]
          .filter((limit) => limit !== undefined && !(limit > 0))
          .map((limit) => `output ${props.name}: a chunk limit of ${limit} holds nothing; give a larger one`),
      ],
    });
  }
}

const limit = (bytes: number | undefined) =>
  bytes === undefined ? undefined : `${Math.floor(bytes / MEBIBYTE)}m`;

const secretValue = ({ name, key }: SecretKeyConfig) => ({ valueFrom: { secretKeyRef: { name, key } } });
