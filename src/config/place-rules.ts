import type { Breach, Rule } from './rule.js';
import type { ClusterConfig } from './types.js';

/** Folders of the collector's own container, or of the node's system: a mount there would break the one or read the other. */
const TAKEN = /^\/(bin|boot|dev|etc|fluent-bit|lib|lib64|proc|root|run|sbin|sys|tmp|usr)(\/|$)/;
/** What the collector of container logs reads already. */
const PODS = /^\/var\/log\/(containers|pods)\//;
const STEPS = /(^|\/)\.\.?(\/|$)/;

function misplaced(path: string, setting: string): readonly Breach[] {
  if (STEPS.test(path)) {
    return [{ path: setting, message: 'goes through "." or ".."', fix: 'write the path without them' }];
  }
  if (TAKEN.test(path)) {
    return [
      { path: setting, message: 'is in a folder of the system', fix: 'log to a folder below /var/log' },
    ];
  }
  if (PODS.test(path)) {
    const fix = 'remove it; collection.pods reads these';
    return [{ path: setting, message: 'would be read a second time', fix }];
  }
  return [];
}

const pathRules: readonly Rule[] = [
  {
    reads: ['collection.auditLog.path'],
    check: ({ collection: { auditLog } }) => misplaced(auditLog.path ?? '', 'collection.auditLog.path'),
  },
  {
    reads: ['collection.hostLogs.files'],
    check: ({ collection: { hostLogs } }) =>
      hostLogs.files.flatMap(({ path }, index) =>
        misplaced(path, `collection.hostLogs.files[${index}].path`),
      ),
  },
];

/** The pods of the stack's namespace are left out of collection, and the namespace gets a pod security level. */
const namespaceRule: Rule = {
  reads: ['namespace'],
  check: ({ namespace }) =>
    /^(default|kube-.*)$/.test(namespace)
      ? [
          {
            path: 'namespace',
            message: 'is a namespace of the cluster: the logs of all its pods would be left out',
            fix: 'give the stack a namespace of its own',
          },
        ]
      : [],
};

const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/** Every map of labels in the configuration. */
const LABELS: readonly (readonly [string, (config: ClusterConfig) => Readonly<Record<string, string>>])[] = [
  ['collection.pods.includeLabels', (config) => config.collection.pods.includeLabels],
  ['collection.pods.excludeLabels', (config) => config.collection.pods.excludeLabels],
  ['scheduling.nodeSelector', (config) => config.scheduling.nodeSelector],
  ['scheduling.collectorNodeSelector', (config) => config.scheduling.collectorNodeSelector],
];

const labelRules: readonly Rule[] = LABELS.map(([path, of]) => ({
  reads: [path],
  check: (config) =>
    Object.entries(of(config))
      .filter(([key, value]) => !LABEL_KEY.test(key) || !LABEL_VALUE.test(value))
      .map(() => ({
        path,
        message: 'holds what no label can be',
        fix: 'letters, digits, "-", "_" and "." in key and value, the key with an optional DNS name and "/" before it',
      })),
}));

/** The rules over places: paths on nodes, the namespace, and labels of pods and nodes. */
export const PLACE_RULES: readonly Rule[] = [...pathRules, namespaceRule, ...labelRules];
