import { expect } from 'chai';
import { applyDefaults } from '../../src/config/defaults.js';
import { keyPath, pathsOverlap } from '../../src/config/path.js';
import { RULES } from '../../src/config/rules.js';
import { problemsOf, SMALLEST } from './support.js';

/** Settings that break a rule, the path of the problem, and part of its text. */
const BROKEN: readonly (readonly [string, string, string])[] = [
  [
    '  ca: {name: x}\n  insecureSkipVerify: true\n',
    '9:3 opensearch.insecureSkipVerify',
    'nothing is verified',
  ],
  [
    'collection: {auditLog: {path: /srv/../etc/audit.log}}\n',
    '8:25 collection.auditLog.path',
    'goes through',
  ],
  ['collection: {auditLog: {path: /etc/x/audit.log}}\n', '8:25 collection.auditLog.path', 'of the system'],
  [
    'collection: {hostLogs: {files: [{path: /var/log/containers/*.log, component: a}]}}\n',
    '8:34 collection.hostLogs.files[0].path',
    'a second time',
  ],
  ['namespace: kube-system\n', '8:1 namespace', 'a namespace of its own'],
  ['collection: {pods: {excludeLabels: {"a\'b c": x}}}\n', '8:21 collection.pods.excludeLabels', 'no label'],
  ['scheduling: {nodeSelector: {a: "bad value!"}}\n', '8:14 scheduling.nodeSelector', 'no label'],
  ['shipper: {buffer: {type: kafka}}\n', '8:20 shipper.buffer.type', 'needs a topic'],
  [
    'shipper: {buffer: {records: 4000, batchRecords: 4001}}\n',
    '8:35 shipper.buffer.batchRecords',
    'a batch of 4001 does not fit a buffer of 4000',
  ],
  [
    'shipper: {autoscaling: {minReplicas: 7}}\n',
    '8:25 shipper.autoscaling.minReplicas',
    '7, is above the largest, 6',
  ],
  [
    'shipper: {autoscaling: {maxReplicas: 1}}\n',
    '8:11 shipper.autoscaling.minReplicas',
    '2, is above the largest, 1',
  ],
  [
    'shipper: {resources: {limits: {memory: 511Mi}}}\n',
    '8:32 shipper.resources.limits.memory,8:32 shipper.resources.limits.memory',
    'at least 512Mi',
  ],
  [
    'operator: {resources: {requests: {cpu: "1", memory: 2Gi}, limits: {cpu: 999m, memory: 2047Mi}}}\n',
    '8:35 operator.resources.requests.cpu,8:45 operator.resources.requests.memory',
    'request 1 is above the limit 999m',
  ],
  [
    'collection: {hostLogs: {serviceManager: openrc}}\n',
    '8:25 collection.hostLogs.serviceManager',
    'only k3s',
  ],
  [
    'shipper: {resources: {requests: {memory: 2049Mi}}}\n',
    '8:34 shipper.resources.requests.memory',
    'request 2049Mi is above the default limit 2Gi; lower the request, or add limits.memory',
  ],
  [
    'aggregator: {resources: {limits: {cpu: 249m, memory: 255Mi}}}\n',
    '8:35 aggregator.resources.limits.cpu,8:46 aggregator.resources.limits.memory',
    'limit 249m is below the default request 250m; raise it, or add requests.cpu',
  ],
  [
    'shipper: {buffer: {kafka: {bootstrapServers: ["a:1"], topic: t}}}\n',
    '8:20 shipper.buffer.kafka',
    'has no effect while shipper.buffer.type is memory; write type: kafka, or remove the section',
  ],
  [
    'collection: {events: {replicas: 2, spool: {}}}\n',
    '8:23 collection.events.replicas',
    'a spool belongs to one pod; write replicas: 1, or remove spool',
  ],
  [
    'collection: {events: {spool: {size: 19Mi}}}\n',
    '8:31 collection.events.spool.size',
    'is too small for a spool; write 20Mi or more',
  ],
  [
    'scheduling: {priorityClassName: system-node-critical, createPriorityClass: {}}\n',
    '8:14 scheduling.priorityClassName',
    'reserved',
  ],
  ['security: {podSecurity: restricted}\n', '8:12 security.podSecurity', 'mount folders of the node'],
  ['scheduling: {createPriorityClass: {}}\n', '8:14 scheduling.createPriorityClass', 'has no name'],
  [
    'collection: {pods: {includeNamespaces: [a, b], excludeNamespaces: [c, b]}}\n',
    '8:71 collection.pods.excludeNamespaces[1]',
    '"b" is included and excluded',
  ],
  [
    'collection: {events: {includeNamespaces: [a], excludeNamespaces: [a]}}\n',
    '8:67 collection.events.excludeNamespaces[0]',
    '"a" is included and excluded',
  ],
  [
    'scheduling: {tolerations: [{operator: Equal, value: x}]}\n',
    '8:28 scheduling.tolerations[0].key',
    'needs a key',
  ],
  ['scheduling: {tolerations: [{value: x}]}\n', '8:28 scheduling.tolerations[0].key', 'needs a key'],
  [
    'scheduling: {collectorTolerations: [{operator: Exists, value: x}]}\n',
    '8:56 scheduling.collectorTolerations[0].value',
    'takes no value',
  ],
  [
    'scheduling: {tolerations: [{key: a, operator: Exists, effect: NoSchedule, tolerationSeconds: 1}]}\n',
    '8:75 scheduling.tolerations[0].tolerationSeconds',
    'NoExecute',
  ],
];

/** Settings at the edge of a rule. */
const ALLOWED: readonly string[] = [
  '  insecureSkipVerify: true\n',
  'shipper: {buffer: {type: kafka, kafka: {bootstrapServers: ["a:1"], topic: t}}}\n',
  'shipper: {buffer: {records: 4000, batchRecords: 4000}}\n',
  'shipper: {autoscaling: {minReplicas: 6}}\n',
  'shipper: {resources: {limits: {memory: 512Mi, cpu: "1"}, requests: {memory: 0.5Gi, cpu: 1000m}}}\n',
  'security: {podSecurity: restricted}\ncollection: {pods: {enabled: false}, hostLogs: {enabled: false}}\n',
  'scheduling: {priorityClassName: a, createPriorityClass: {}}\n',
  'scheduling: {tolerations: [{operator: Exists}, {key: a, value: b, effect: NoExecute, tolerationSeconds: 0}]}\n',
  'scheduling: {priorityClassName: system-node-critical}\n',
  'shipper: {resources: {requests: {memory: 2Gi}}}\n',
  'collection: {events: {spool: {}}}\n',
  'collection: {events: {spool: {size: 20Mi}}}\n',
  'collection: {pods: {includeNamespaces: [a], excludeNamespaces: [b]}, auditLog: {enabled: true}}\n',
];

const places = (text: string) =>
  problemsOf(text)
    .map(({ line, column, path }) => `${line}:${column} ${path}`)
    .join();

describe('rules over several settings', () => {
  for (const [settings, at, says] of BROKEN) {
    it(`refuses ${settings.trim().replaceAll('\n', ';')}`, () => {
      const text = SMALLEST + settings;
      expect(places(text)).to.equal(at);
      expect(problemsOf(text).map(({ message, fix }) => `${message}; ${fix}`)[0]).to.include(says);
    });
  }

  for (const settings of ALLOWED) {
    it(`accepts ${settings.trim().replaceAll('\n', ';')}`, () => {
      expect(problemsOf(SMALLEST + settings)).to.deep.equal([]);
    });
  }

  for (const [distribution, path, says] of [
    ['aks', '', 'in the cloud'],
    ['eks', '', 'in the cloud'],
    ['gke', ', path: /var/log/audit.log', 'in the cloud'],
    ['generic', '', 'no known place'],
    ['generic', ', path: /var/log/audit.log', undefined],
    ['k3s', '', undefined],
  ] as const) {
    it(`${says ? 'refuses' : 'accepts'} the audit log of ${distribution}${path}`, () => {
      const text = `${SMALLEST.replace('rke2', distribution)}collection: {auditLog: {enabled: true${path}}}\n`;
      if (says) expect(problemsOf(text)[0]?.message).to.include(says);
      expect(problemsOf(text)).to.have.length(says ? 1 : 0);
    });
  }

  const AGENT = `${SMALLEST.replace(/opensearch:[\s\S]*/, '')}agent: {bootstrapTokenSecret: {name: a, key: b}, gateway: {address: a:1}}\n`;

  it('refuses an agent without what its trust needs', () => {
    expect(places(AGENT)).to.equal('5:50 agent.gateway.pins');
    expect(places(AGENT.replace('a:1', 'a:1, trust: ca'))).to.equal('5:50 agent.gateway.caSecret');
    expect(places(AGENT.replace('a:1', 'a:1, trust: insecure'))).to.equal('');
  });

  it('refuses an agent beside OpenSearch, also where that comes from defaults', () => {
    const agent =
      'agent: {bootstrapTokenSecret: {name: a, key: b}, gateway: {address: a:1, trust: insecure}}';
    expect(problemsOf(`${SMALLEST}${agent}\n`)).to.deep.equal([
      {
        file: 'a.yaml',
        line: 8,
        column: 1,
        path: 'agent',
        message: 'the gateway gives the account, so `opensearch` must not stand beside it',
        fix: 'remove opensearch, or write `opensearch: null` where it comes from defaults',
      },
    ]);
    const fleet = (own: string) => `apiVersion: opni-logging/v1
defaults: {opensearch: {url: "https://x", username: u}}
clusters:
  - cluster: {name: a, distribution: rke2}
    ${agent}
    ${own}
`;
    expect(places(fleet(''))).to.equal('5:5 clusters[0].agent');
    expect(places(fleet('opensearch: null'))).to.equal('');
  });

  for (const host of ['1.2.3.999', 'a..b:9200', '[::::]:1', '-:1'] as const) {
    it(`accepts the host ${host} only if it makes an address`, () => {
      const text = SMALLEST.replace('opensearch.example.com:9200', host);
      if (URL.canParse(`https://${host}`)) expect(problemsOf(text)).to.deep.equal([]);
      else expect(places(text)).to.equal('6:3 opensearch.url');
    });
  }

  it('accepts an agent without OpenSearch, and openrc on k3s', () => {
    const agent = `${SMALLEST.replace(/opensearch:[\s\S]*/, '').replace('rke2', 'k3s')}agent:
  bootstrapTokenSecret: {name: a, key: b}
  gateway: {address: "a:1", pins: ["sha256:${'A'.repeat(43)}"]}
collection: {hostLogs: {serviceManager: openrc}}
`;
    expect(problemsOf(agent)).to.deep.equal([]);
  });

  it('is checked beside other problems, but not on settings that were refused', () => {
    const text = `${SMALLEST}prefx: a\nshipper: {buffer: {type: kafka, kafka: {topic: t}}}\nscheduling: {createPriorityClass: {}}\n`;
    expect(places(text)).to.equal(
      '8:1 prefx,9:33 shipper.buffer.kafka.bootstrapServers,10:14 scheduling.createPriorityClass',
    );
  });

  it('reads only the settings that it says it reads', () => {
    const resources = { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } };
    const secret = { name: 'a', key: 'b' };
    const config = applyDefaults({
      apiVersion: 'opni-logging/v1',
      cluster: { name: 'a', distribution: 'generic' },
      opensearch: { url: 'https://x', username: 'u', insecureSkipVerify: true, ca: { name: 'x' } },
      collection: {
        pods: { resources, includeNamespaces: ['a'], excludeNamespaces: ['b'] },
        auditLog: { enabled: true },
        hostLogs: { serviceManager: 'openrc' },
      },
      shipper: { resources, autoscaling: {}, buffer: { type: 'kafka' } },
      scheduling: { createPriorityClass: {}, tolerations: [{ operator: 'Equal' }] },
      security: { podSecurity: 'baseline' },
      agent: { bootstrapTokenSecret: secret, gateway: { address: 'a:1' } },
    });
    for (const { reads, check } of RULES) {
      const watch = (value: object, path: string): object =>
        new Proxy(value, {
          get: (target, key) => {
            const child = Reflect.get(target, key) as unknown;
            if (typeof key !== 'string' || Array.isArray(target)) return child;
            const at = keyPath(path, key);
            expect(
              reads.some((read) => pathsOverlap(read, at)),
              `${at} is not in ${reads.join()}`,
            ).to.equal(true);
            const deeper = reads.some((read) => read.startsWith(`${at}.`));
            return deeper && typeof child === 'object' && child ? watch(structuredClone(child), at) : child;
          },
        });
      check(watch({ ...config }, '') as typeof config);
    }
  });
});
