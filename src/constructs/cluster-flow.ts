import { Construct } from 'constructs';
import * as crd from '../../imports/logging.banzaicloud.io.js';
import { MULTILINE_LANGUAGES } from '../config/schema/collection.js';
import { KubeObject } from './kube-object.js';
import { KEEP_DOLLARS, labelsFor } from './labels.js';
import type { LoggingScope } from './log-adapter.js';

/** Options of {@link ClusterFlow}. */
export interface ClusterFlowProps {
  readonly name: string;
  /** The Logging that it belongs to. */
  readonly logging: LoggingScope;
  /** Names of the ClusterOutputs that get the records, at least one. */
  readonly outputs: readonly string[];
  /** Value of `cluster_id` in every record. */
  readonly clusterId: string;
  /** Namespaces whose records are left out. @default the Logging's own */
  readonly excludeNamespaces?: readonly string[];
  /** Only pods that carry all of these labels; host logs pass. @default all pods */
  readonly includeLabels?: Readonly<Record<string, string>>;
  /** Not pods that carry any of these labels. @default none */
  readonly excludeLabels?: Readonly<Record<string, string>>;
  /** Languages whose stack traces are joined. @default none */
  readonly multilineLanguages?: readonly string[];
  /** Largest record that joining makes, in bytes. @default 256 KiB */
  readonly maxJoinedBytes?: number;
  /** Field that holds the text. @default 'log' */
  readonly messageKey?: string;
}

/** Fields of a record that are not its text. */
const TAKEN_KEYS = [
  ...['time', 'cluster_id', 'log_id', 'event_id', 'log_type', 'node', 'filename', 'kubernetes', 'parsed'],
  ...['kubernetes_component', 'stream', 'level', 'source_time'],
];

type Filter = crd.ClusterFlowSpecFilters;

/**
 * Takes all records, container and host logs, and makes them ready for OpenSearch.
 *
 * The order of the filters matters. Joining exceptions comes first, because it sends a record through all filters
 * before it once more. The id comes last and still before the disk buffer, so that a chunk that is sent again carries
 * the same ids and overwrites instead of adding.
 */
export class ClusterFlow extends Construct {
  readonly object: KubeObject;

  constructor(scope: Construct, id: string, props: ClusterFlowProps) {
    super(scope, id);
    props.logging.addBuffers(props.outputs.length);
    this.object = new KubeObject(
      this,
      'Resource',
      crd.ClusterFlow.manifest({
        metadata: {
          name: props.name,
          namespace: props.logging.namespace,
          labels: labelsFor({ name: 'flow', instance: props.name, component: 'collection' }),
          annotations: KEEP_DOLLARS,
        },
        spec: {
          loggingRef: props.logging.loggingRef,
          // The last entry is needed: with excludes alone nothing is routed.
          match: [
            { exclude: { namespaces: [...(props.excludeNamespaces ?? [props.logging.namespace])] } },
            { select: {} },
          ],
          filters: filters(props),
          globalOutputRefs: [...props.outputs],
        },
      }),
    );
    this.node.addValidation({
      validate: () => [
        ...(props.outputs.length ? [] : [`flow ${props.name} has no output: name at least one`]),
        ...(/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(props.clusterId)
          ? []
          : [`clusterId "${props.clusterId}" may hold letters, digits, "-", "_" and "." only`]),
        ...(props.multilineLanguages ?? [])
          .filter((language) => !MULTILINE_LANGUAGES.some((known) => known === language))
          .map(
            (language) =>
              `multilineLanguages: "${language}" is not known; use ${MULTILINE_LANGUAGES.join(', ')}`,
          ),
        ...(TAKEN_KEYS.includes(props.messageKey ?? 'log')
          ? [
              `messageKey cannot be ${props.messageKey}: records keep something else there; 'log' and 'message' are usual`,
            ]
          : []),
      ],
    });
  }
}

function filters(props: ClusterFlowProps): Filter[] {
  const key = props.messageKey ?? 'log';
  return [
    ...(props.multilineLanguages?.length
      ? [
          {
            detectExceptions: {
              languages: [...props.multilineLanguages],
              message: 'log',
              multilineFlushInterval: '1',
              maxLines: 1000,
              // A record that no chunk can hold is lost.
              maxBytes: props.maxJoinedBytes ?? 256 * 1024,
            },
          },
        ]
      : []),
    ...labelFilters(props),
    // Dots in label names are paths to OpenSearch: `app` and `app.kubernetes.io/name` could not both be stored.
    { dedot: { deDotNested: true, deDotSeparator: '-' } },
    {
      recordTransformer: {
        enableRuby: true,
        records: [
          {
            // The HTTP output writes no event time, and only container logs carry one of their own.
            time: "${record['time'] || time.utc.iso8601(6)}",
            [key]: "${record['log'] || record['message'] || record['MESSAGE']}",
            cluster_id: props.clusterId,
          },
        ],
        removeKeys: ['MESSAGE', 'log'].filter((copy) => copy !== key).join(','),
      },
    },
    { elasticsearchGenid: { hashIdKey: 'log_id' } },
  ];
}

/**
 * Labels are compared by filters, not by the flow's match: host logs have no labels, and a match that asks for some
 * would leave them out.
 */
function labelFilters(props: ClusterFlowProps): Filter[] {
  const accessor = (label: string) => `$['kubernetes']['labels']['${label}']`;
  const includes = Object.entries(props.includeLabels ?? {}).map(([label, value]) => ({
    grep: {
      or: [
        {
          regexp: [
            { key: accessor(label), pattern: exactly(value) },
            { key: 'log_type', pattern: '/^controlplane$/' },
          ],
        },
      ],
    },
  }));
  const excludes = Object.entries(props.excludeLabels ?? {}).map(([label, value]) => ({
    key: accessor(label),
    pattern: exactly(value),
  }));
  return [...includes, ...(excludes.length ? [{ grep: { exclude: excludes } }] : [])];
}

const exactly = (value: string) => `/^${value.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}$/`;
