import { expect } from 'chai';
import { problemsOf, SMALLEST } from './support.js';

interface Case {
  readonly title: string;
  readonly text: string;
  /** `line:column` and path of every problem that is expected, in order. */
  readonly at: readonly string[];
  /** Parts of the messages and fixes. */
  readonly says: readonly string[];
}

const more = (text: string) => SMALLEST + text;
const swap = (from: string, to: string) => SMALLEST.replace(from, to);

const CASES: readonly Case[] = [
  // Names of settings
  {
    title: 'a mistyped setting',
    text: more('prefx: a\n'),
    at: ['8:1 prefx'],
    says: ['did you mean "prefix"?'],
  },
  {
    title: 'a setting in the wrong place',
    text: more('replicas: 3\n'),
    at: ['8:1 replicas'],
    says: ['unknown setting "replicas" here', 'aggregator.replicas or shipper.replicas'],
  },
  {
    title: 'a setting that nothing is like',
    text: more('operator:\n  zzz: 1\n'),
    at: ['9:3 operator.zzz'],
    says: ['allowed here: mode, version, resources'],
  },
  {
    title: 'another way to write a name',
    text: more('security:\n  network_policies: {}\n'),
    at: ['9:3 security.network_policies'],
    says: ['did you mean "networkPolicies"?'],
  },
  {
    title: 'a key that stands twice',
    text: more('prefix: a\nprefix: b\n'),
    at: ['9:1 prefix'],
    says: ['"prefix" stands twice, first in line 8'],
  },
  // What is missing
  {
    title: 'nothing but a version',
    text: 'apiVersion: opni-logging/v1\n',
    at: ['1:1 cluster', '1:1 opensearch'],
    says: ['add "cluster" with name and distribution', 'add "opensearch" with url and username, or "agent"'],
  },
  {
    title: 'a missing name',
    text: swap('  name: prod-eu-1\n', ''),
    at: ['2:1 cluster.name'],
    says: ['is required but missing', 'such as "prod-eu-1"'],
  },
  {
    title: 'a name without a value',
    text: swap('name: prod-eu-1', 'name:'),
    at: ['3:3 cluster.name'],
    says: ['is required but missing'],
  },
  {
    title: 'no version',
    text: swap('apiVersion: opni-logging/v1\n', ''),
    at: ['1:1 apiVersion'],
    says: ['is required but missing', 'opni-logging/v1'],
  },
  {
    title: 'another version',
    text: swap('/v1', '/v2'),
    at: ['1:13 apiVersion'],
    says: ['"opni-logging/v2" is not allowed', 'did you mean "opni-logging/v1"?'],
  },
  // Values
  {
    title: 'a map of nothing where a list belongs',
    text: more('collection: {pods: {includeNamespaces: {a: null}}}\n'),
    at: ['8:40 collection.pods.includeNamespaces'],
    says: ['a list is expected, found a map'],
  },
  {
    title: 'two maps, one over the other, where a list belongs',
    text: `apiVersion: opni-logging/v1
defaults: {collection: {pods: {includeNamespaces: {a: 1}}}}
clusters:
  - cluster: {name: a, distribution: rke2}
    opensearch: {url: "https://o:9200", username: a}
    collection: {pods: {includeNamespaces: {b: 1}}}
`,
    at: [
      '2:51 defaults.collection.pods.includeNamespaces',
      '6:44 clusters[0].collection.pods.includeNamespaces',
    ],
    says: ['a list is expected, found a map'],
  },
  {
    title: 'a distribution with a typo',
    text: swap('rke2', 'rk2'),
    at: ['4:17 cluster.distribution'],
    says: ['did you mean "rke2"?', 'aks, eks, gke, k3s, rke, rke2, generic'],
  },
  {
    title: 'a name that is no DNS label',
    text: swap('prod-eu-1', 'Prod_EU'),
    at: ['3:9 cluster.name'],
    says: ['"Prod_EU" does not fit', 'did you mean "prod-eu"?', 'lower-case letters'],
  },
  {
    title: 'a name that is too long',
    text: swap('prod-eu-1', 'a'.repeat(64)),
    at: ['3:9 cluster.name'],
    says: ['is 64 characters long', 'at most 63'],
  },
  {
    title: 'empty text',
    text: swap('logs-writer', '""'),
    at: ['7:13 opensearch.username'],
    says: ['must not be empty'],
  },
  {
    title: 'an address without a scheme',
    text: swap('https://', ''),
    at: ['6:8 opensearch.url'],
    says: ['did you mean "https://opensearch.example.com:9200"?'],
  },
  {
    title: 'an address with a path',
    text: swap(':9200', ':9200/logs'),
    at: ['6:8 opensearch.url'],
    says: ['without a path or credentials', 'did you mean "https://opensearch.example.com:9200"?'],
  },
  ...(['0', '00', '65536', '99999', '123456'] as const).flatMap((port): readonly Case[] => {
    const says = [`port ${port} is not from 1 to 65535`];
    const kafka = `shipper: {buffer: {type: kafka, kafka: {topic: t, bootstrapServers: ["a:1", "b:${port}"]}}}\n`;
    const agent = `agent: {bootstrapTokenSecret: {name: a, key: b}, gateway: {trust: insecure, address: "a:${port}"}}\n`;
    return [
      {
        title: `an address with port ${port}`,
        text: swap(':9200', `:${port}`),
        at: ['6:8 opensearch.url'],
        says: [...says, 'http:// sends the password in clear'],
      },
      {
        title: `a broker with port ${port}`,
        text: more(kafka),
        at: ['8:77 shipper.buffer.kafka.bootstrapServers[1]'],
        says,
      },
      {
        title: `a gateway with port ${port}`,
        text: swap(SMALLEST.slice(SMALLEST.indexOf('opensearch')), agent),
        at: ['5:86 agent.gateway.address'],
        says,
      },
      {
        title: `a registry with port ${port}`,
        text: more(`images: {registry: "a:${port}/b"}\n`),
        at: ['8:20 images.registry'],
        says,
      },
    ];
  }),
  {
    title: 'an address with a user alone',
    text: swap('https://', 'https://hunter2@'),
    at: ['6:8 opensearch.url'],
    says: ['has a user, path or query', 'without a path or credentials'],
  },
  {
    title: 'an address with a query',
    text: swap(':9200', ':9200/?key=hunter2'),
    at: ['6:8 opensearch.url'],
    says: ['has a user, path or query'],
  },
  {
    title: 'a number below its bound',
    text: more('shipper: {replicas: 0}\n'),
    at: ['8:21 shipper.replicas'],
    says: ['0 is too small', 'from 1 to 100'],
  },
  {
    title: 'a number above its bound',
    text: more('shipper: {replicas: 101}\n'),
    at: ['8:21 shipper.replicas'],
    says: ['101 is too large'],
  },
  {
    title: 'a number in quotes',
    text: more('shipper: {replicas: "3"}\n'),
    at: ['8:21 shipper.replicas'],
    says: ['found text', 'write 3 without quotes'],
  },
  {
    title: 'a number that is not whole',
    text: more('shipper: {replicas: 1.5}\n'),
    at: ['8:21 shipper.replicas'],
    says: ['1.5 is not a whole number'],
  },
  {
    title: 'a number with an exponent',
    text: more('shipper: {replicas: 1e1}\n'),
    at: ['8:21 shipper.replicas'],
    says: ['write 10'],
  },
  {
    title: 'a list of too few items',
    text: more('shipper: {buffer: {kafka: {bootstrapServers: [], topic: t}}}\n'),
    at: ['8:46 shipper.buffer.kafka.bootstrapServers'],
    says: ['has fewer than 1 item', 'host:port'],
  },
  {
    title: 'one item instead of a list',
    text: more('collection:\n  pods:\n    excludeNamespaces: kube-system\n'),
    at: ['10:24 collection.pods.excludeNamespaces'],
    says: ['a list is expected, found text', '"- "'],
  },
  {
    title: 'text instead of a section',
    text: more('shipper: large\n'),
    at: ['8:10 shipper'],
    says: ['a map of settings is expected, found text', 'version, replicas'],
  },
  {
    title: 'a list instead of text',
    text: more('namespace: [a]\n'),
    at: ['8:12 namespace'],
    says: ['text is expected, found a list'],
  },
  {
    title: 'null inside a list',
    text: more('collection: {pods: {excludeNamespaces: [a, null]}}\n'),
    at: ['8:44 collection.pods.excludeNamespaces[1]'],
    says: ['has no value'],
  },
  // Units
  ...(
    [
      ['20GB', '20G', 'does not fit'],
      ['20 Gi', '20Gi', 'does not fit'],
      ['20GiB', '20Gi', 'does not fit'],
      ['20gb', '20G', 'does not fit'],
      ['2m', '2M', 'does not fit'],
      ['512', '512Mi', 'has no unit'],
      ['"512"', '512Mi', 'has no unit'],
      ['1.5g', '1.5G', 'does not fit'],
    ] as const
  ).map(
    ([written, right, what]): Case => ({
      title: `the size ${written}`,
      text: more(`aggregator: {storage: {size: ${written}}}\n`),
      at: ['8:30 aggregator.storage.size'],
      says: [what, `did you mean "${right}"?`, 'a size with a Kubernetes unit'],
    }),
  ),
  {
    title: 'processor time with a word',
    text: more('shipper: {resources: {limits: {cpu: 2 cores}}}\n'),
    at: ['8:37 shipper.resources.limits.cpu'],
    says: ['did you mean "2"?'],
  },
  {
    title: 'processor time without quotes',
    text: more('shipper: {resources: {limits: {cpu: 0.5}}}\n'),
    at: ['8:37 shipper.resources.limits.cpu'],
    says: ['without quotes this is a number', 'write "0.5" in quotes'],
  },
  // Surprises of YAML 1.1
  {
    title: 'a version that loses its zero',
    text: swap('rke2', 'rke2\n  kubernetesVersion: 1.30'),
    at: ['5:22 cluster.kubernetesVersion'],
    says: ['without quotes this is the number 1.3', 'write "1.30" in quotes'],
  },
  {
    title: 'a version with too much',
    text: swap('rke2', 'rke2\n  kubernetesVersion: v1.30.4+rke2r1'),
    at: ['5:22 cluster.kubernetesVersion'],
    says: ['did you mean "1.30"?', 'without the patch number'],
  },
  {
    title: 'an operator version that loses its zero',
    text: more('operator: {version: 4.10}\n'),
    at: ['8:21 operator.version'],
    says: ['the number 4.1', 'write "4.10" in quotes'],
  },
  ...(['yes', 'On', 'y'] as const).map(
    (word): Case => ({
      title: `${word} for true`,
      text: more(`aggregator: {drain: ${word}}\n`),
      at: ['8:21 aggregator.drain'],
      says: [`${word} is text in YAML 1.2`, 'write true'],
    }),
  ),
  ...(['no', 'OFF', 'N'] as const).map(
    (word): Case => ({
      title: `${word} for false`,
      text: more(`aggregator: {drain: ${word}}\n`),
      at: ['8:21 aggregator.drain'],
      says: ['write false'],
    }),
  ),
  {
    title: 'true in quotes',
    text: more('aggregator: {drain: "true"}\n'),
    at: ['8:21 aggregator.drain'],
    says: ['write true without quotes'],
  },
  ...(
    [
      ['no', 'true or false'],
      ['1:30', 'a number in base 60'],
      ['2024-01-01', 'a date'],
      ['0755', 'the number 755'],
      ['0o755', 'the number 493'],
      ['true', 'true or false'],
      ['12', 'a number'],
    ] as const
  ).map(
    ([word, meaning]): Case => ({
      title: `${word} for text`,
      text: more(`scheduling: {nodeSelector: {a: ${word}}}\n`),
      at: ['8:32 scheduling.nodeSelector.a'],
      says: [`without quotes this is ${meaning}`, `write "${word}" in quotes`],
    }),
  ),
  {
    title: 'an octal number',
    text: more('shipper: {workers: 010}\n'),
    at: ['8:20 shipper.workers'],
    says: ['010 is 10 here but another number for older YAML readers', 'without a leading zero'],
  },
  {
    title: 'an octal mode in an override',
    text: more('overrides:\n- {kind: A, name: b, merge: {mode: 0755}}\n'),
    at: ['9:36 overrides[0].merge.mode'],
    says: ['an octal number'],
  },
  // Indentation
  {
    title: 'a setting that is indented deeper than its neighbour',
    text: swap('  distribution', '   distribution'),
    at: ['4:4 -'],
    says: ['line 4 is indented deeper than line 3', 'indent both alike'],
  },
  {
    title: 'a setting that is indented deeper than its neighbour in quotes, with a comment between them',
    text: swap('prod-eu-1\n  distribution', '"prod-eu-1"\r\n\n  # x\n   distribution'),
    at: ['6:4 -'],
    says: ['line 6 is indented deeper than line 3'],
  },
  {
    title: 'several settings that are indented too deeply',
    text: more('operator:\n  mode: bundled\n    version: x\n    other: y\n'),
    at: ['10:5 -'],
    says: ['line 10 is indented deeper than line 9'],
  },
  {
    title: 'a setting that is indented deeper in a list',
    text: more('overrides:\n  - kind: A\n     name: b\n'),
    at: ['10:6 -'],
    says: ['line 10 is indented deeper than line 9'],
  },
  {
    title: 'two values in one line',
    text: more('prefix: a: b\nnamespace: c\n'),
    at: ['8:9 -'],
    says: ['write the value in quotes'],
  },
  {
    title: 'a section whose settings are not indented',
    text: swap('  name: prod-eu-1\n  distribution', 'name: prod-eu-1\ndistribution'),
    at: ['2:1 cluster'],
    says: ['is empty', 'indent the lines below it: name, distribution'],
  },
  {
    title: 'a section that has a default and whose settings are not indented',
    text: more('shipper:\nworkers: 3\nzzz: 1\n'),
    at: ['8:1 shipper', '10:1 zzz'],
    says: ['indent the lines below it: workers'],
  },
  // Syntax
  { title: 'an empty file', text: '', at: ['- -'], says: ['is empty', 'opni-logging init'] },
  { title: 'a file of comments', text: '# nothing\n\n', at: ['- -'], says: ['is empty'] },
  { title: 'a list as a file', text: '- a\n', at: ['1:1 -'], says: ['is not a map of settings'] },
  { title: 'a tab', text: swap('  name', '\tname'), at: ['3:1 -'], says: ['tab', 'indent with spaces'] },
  {
    title: 'a tab after spaces',
    text: swap('  name', '  \tname'),
    at: ['3:3 -'],
    says: ['tab in the indentation'],
  },
  {
    title: 'a second document',
    text: more('---\nprefix: a\n'),
    at: ['8:1 -'],
    says: ['a second document begins here', 'clusters:'],
  },
  {
    title: 'a bracket left open',
    text: more('shipper: {replicas: 1\n'),
    at: ['9:1 -'],
    says: ['not closed'],
  },
  { title: 'a quote left open', text: more('prefix: "a\n'), at: ['9:1 -'], says: ['quote'] },
  {
    title: 'a missing space',
    text: swap('name: prod', 'name:prod'),
    at: ['3:3 -'],
    says: ['write "key: value" with a space'],
  },
  {
    title: 'an anchor and an alias',
    text: more('prefix: &p abc\nnamespace: *p\n'),
    at: ['8:9 prefix', '9:12 namespace'],
    says: ['anchors ("&") are not supported', 'aliases ("*") are not supported', '_defaults.yaml'],
  },
  {
    title: 'a merge key',
    text: more('shipper:\n  <<: {replicas: 1}\n'),
    at: ['9:3 shipper'],
    says: ['merge keys ("<<") are not supported'],
  },
  { title: 'a tag', text: more('prefix: !!str abc\n'), at: ['8:9 prefix'], says: ['tags ("!")'] },
  { title: 'a directive', text: `%YAML 1.1\n---\n${SMALLEST}`, at: ['1:1 -'], says: ['directives ("%")'] },
  { title: 'a map as a key', text: more('? {a: b}\n: 1\n'), at: ['8:3 -'], says: ['a key must be text'] },
  {
    title: 'NUL',
    text: swap('prod', 'pr\0d'),
    at: ['3:11 -'],
    says: ['control character U+0000 (NUL)'],
  },
  {
    title: 'deep nesting',
    text: more(`overrides:\n- {kind: a, name: b, merge: ${'{a: '.repeat(70)}1${'}'.repeat(70)}}\n`),
    at: ['9:277 -'],
    says: ['is nested too deeply'],
  },
  // Secrets
  {
    title: 'a password',
    text: more('  password: hunter2\n'),
    at: ['8:3 opensearch.password'],
    says: ['must not stand in this file', 'opensearch.passwordSecret'],
  },
  {
    title: 'a password where a Secret is named by secretName',
    text: more('shipper:\n  intake:\n    basicAuth:\n      secretName: s\n      password: hunter2\n'),
    at: ['12:7 shipper.intake.basicAuth.password'],
    says: ['shipper.intake.basicAuth.secretName'],
  },
  {
    title: 'an account in the address',
    text: swap('https://', 'https://admin:hunter2@'),
    at: ['6:8 opensearch.url'],
    says: ['holds credentials'],
  },
  {
    title: 'a token in an override',
    text: more('overrides:\n- {kind: A, name: b, merge: {apiToken: hunter2}}\n'),
    at: ['9:30 overrides[0].merge.apiToken'],
    says: ['must not stand in this file'],
  },
];

describe('bad input', () => {
  for (const { title, text, at, says } of CASES) {
    it(`refuses ${title}`, () => {
      const problems = problemsOf(text);
      const places = problems.map(({ line, column, path }) =>
        [line === undefined ? '-' : `${line}:${column}`, path ?? '-'].join(' '),
      );
      expect(places).to.deep.equal(at);
      const shown = problems.map(({ message, fix }) => `${message}; ${fix}`).join('\n');
      for (const part of says) expect(shown).to.include(part);
      expect(problems.every(({ file, fix }) => file === 'a.yaml' && fix)).to.equal(true);
      expect(shown).not.to.include('hunter2');
    });
  }

  it('reports everything in one pass, in the order of the file', () => {
    const text = `${swap('rke2', 'rk2')}prefx: a\nshipper: {replicas: 0, buffer: {type: kafka}}\n`;
    const paths = problemsOf(text).map(({ path }) => path);
    expect(paths).to.deep.equal(['cluster.distribution', 'prefx', 'shipper.replicas', 'shipper.buffer.type']);
  });

  it('tells the number of problems beyond the limit', () => {
    const keys = Array.from({ length: 1005 }, (_, index) => `zzz${index}: 1\n`).join('');
    const problems = problemsOf(more(keys));
    expect(problems).to.have.length(1001);
    expect(problems.at(-1)?.message).to.equal('5 more problems');
  });
});
