import {
  choice,
  count,
  dnsLabel,
  flag,
  list,
  objectName,
  optional,
  PORT,
  ref,
  section,
  text,
  textMap,
} from './parts.js';

/** The images that the stack can run, as they are called in `images`. */
export const IMAGE_NAMES = [
  'fluentBit',
  'fluentd',
  'configReloader',
  'drainWatch',
  'drainPause',
  'dataPrepper',
  'loggingOperator',
  'opniLogging',
] as const;

const perImage = (title: string, description: string, item: Record<string, unknown>) =>
  section(
    title,
    description,
    Object.fromEntries(
      IMAGE_NAMES.map((name) => [name, { title: name, description: `${title} of ${name}.`, ...item }]),
    ),
  );

/** Where images come from. */
export const images = section('Images', 'Where images come from.', {
  registry: text(
    'Registry',
    'Registry, with an optional path, that replaces the host of every image and nothing else: for sites without access to the internet. With `mirror.example.com`, `registry.k8s.io/pause` becomes `mirror.example.com/pause`.',
    {
      pattern: `^[a-z0-9.-]+(:${PORT})?(/[a-z0-9._-]+)*$`,
      patternHint: 'host[:port][/path], without a scheme or a trailing "/"',
      examples: ['registry.example.com/mirror'],
    },
  ),
  pullSecrets: list(
    'Pull Secrets',
    'Names of existing Secrets for the registry.',
    objectName('Pull Secret', 'Name of a Secret.'),
    { default: [] },
  ),
  references: perImage('References', 'Full references that replace the defaults, as repository:tag.', {
    type: 'string',
    pattern: `^[A-Za-z0-9.-]+(:${PORT})?(/[A-Za-z0-9._-]+)*:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$`,
    patternHint: 'repository:tag; a digest goes into `digests`',
  }),
  digests: perImage('Digests', 'Digests that pin the images beyond their tags.', {
    type: 'string',
    pattern: '^sha256:[0-9a-f]{64}$',
    patternHint: 'sha256: and 64 hexadecimal digits',
  }),
});

const tolerations = (title: string, description: string, value: unknown) =>
  list(title, description, { $ref: '#/definitions/toleration' }, { default: value });

/** Where pods run. */
export const scheduling = section('Scheduling', 'Where pods run.', {
  nodeSelector: textMap(
    'Node selector',
    'Labels of the nodes for the workloads that are not on every node.',
    { default: {} },
  ),
  tolerations: tolerations('Tolerations', 'Tolerations of the workloads that are not on every node.', []),
  collectorNodeSelector: textMap(
    'Collector node selector',
    'Labels of the nodes that are collected from; all when empty.',
    { default: {} },
  ),
  collectorTolerations: tolerations(
    'Collector tolerations',
    'Tolerations of the collectors. All taints by default: a node that is not read loses its logs.',
    [{ operator: 'Exists' }],
  ),
  priorityClassName: dnsLabel('Priority class', 'Priority class of all pods. None when left out.'),
  createPriorityClass: optional('Create priority class', 'Make the class that `priorityClassName` names.', {
    value: count('Value', 'Priority; higher goes first.', {
      minimum: -1000000000,
      maximum: 1000000000,
      default: 1000000,
    }),
  }),
});

/** How the stack is closed off. */
export const security = section('Security', 'How the stack is closed off.', {
  networkPolicies: section('Network policies', 'Policies for every hop.', {
    enabled: flag('Enabled', 'Make the policies.', true),
    apiServerPorts: list(
      'API server ports',
      'Ports of the API server, as pods reach it: that of the Service and that of the server behind it.',
      { type: 'integer', minimum: 1, maximum: 65535 },
      { default: [443, 6443] },
    ),
    metricsNamespaces: list(
      'Metrics namespaces',
      'Namespaces whose pods may read metrics; none when empty.',
      { type: 'string', minLength: 1 },
      { default: [] },
    ),
  }),
  selinux: section('SELinux', 'For nodes with SELinux enforcing.', {
    enabled: flag(
      'Enabled',
      'Set the type on the collectors. The type must exist on the nodes, else their containers do not start.',
      false,
    ),
    type: text('Type', 'SELinux type of the collectors.', {
      pattern: '^[a-z0-9_]+_t$',
      patternHint: 'the name of an SELinux type, ending in "_t"',
      default: 'rke_logreader_t',
    }),
  }),
  podSecurity: choice(
    'Pod security',
    'Level that the namespace enforces. The collectors need `privileged`, because they mount host folders; a stricter level is for namespaces whose host collection is off.',
    ['privileged', 'baseline', 'restricted'],
    { default: 'privileged' },
  ),
});

/** The agent that a gateway steers. */
export const agent = optional(
  'Agent',
  'Let a gateway say whether logging is on. Only the agent is written then; it applies the stack itself, with the account that the gateway gives. Excludes `opensearch`.',
  {
    gateway: optional(
      'Gateway',
      'The gateway.',
      {
        address: text('Address', 'Address of the gateway.', {
          pattern: `^[A-Za-z0-9.-]+:${PORT}$`,
          patternHint: 'host:port, without a scheme',
          examples: ['opni.example.com:9090'],
        }),
        trust: choice('Trust', 'How the gateway’s certificate is checked.', ['pins', 'ca', 'insecure'], {
          default: 'pins',
        }),
        pins: list(
          'Pins',
          'Pins of public keys, one of which must be presented.',
          {
            type: 'string',
            pattern: '^(sha256|b2b256):[A-Za-z0-9_-]{43}$',
            patternHint: 'sha256: or b2b256: and 43 characters of base64url',
          },
          { default: [] },
        ),
        caSecret: ref('secretKey', 'CA Secret', 'Secret key with the PEM certificates to trust.'),
      },
      { required: ['address'] },
    ),
    bootstrapTokenSecret: ref(
      'secretKey',
      'Bootstrap token',
      'Secret key with the token for the first connection.',
    ),
    keyringSecret: objectName(
      'Keyring Secret',
      'Name of the Secret that the agent keeps its keys in. `<prefix>-agent-keyring` when left out.',
    ),
    disableAfter: {
      type: 'string',
      title: 'Disable after',
      description:
        'How long the gateway may be away before logging is disabled; `0s` at once, `never` not at all.',
      pattern: '^([0-9]+(ms|s|m|h)|never)$',
      patternHint: 'a number and one unit of ms, s, m or h, or never',
      default: '2m',
    },
    replicas: count('Replicas', 'Pods of the agent; with 2, one stands by.', {
      minimum: 1,
      maximum: 2,
      default: 1,
    }),
    resources: ref('resources', 'Resources', 'Resources of the agent.'),
  },
  { required: ['gateway', 'bootstrapTokenSecret'] },
);

/** The escape hatch. */
export const overrides = list(
  'Overrides',
  'Changes to single objects, for what has no setting of its own. Each must match exactly one object.',
  optional(
    'Override',
    'A change to one object.',
    {
      kind: text('Kind', 'Kind of the object.', { examples: ['Deployment'] }),
      name: text('Name', 'Name of the object.', { examples: ['opni-shipper'] }),
      merge: {
        type: 'object',
        title: 'Merge',
        description:
          'What to change: maps merge, lists replace, null removes. The object’s kind, name and namespace stay.',
        additionalProperties: true,
      },
    },
    { required: ['kind', 'name', 'merge'] },
  ),
  { default: [] },
);
