import { expect } from 'chai';
import { setIdOf } from '../../../src/apply/set/apply-set.js';
import { PART_OF_LABEL } from '../../../src/apply/set/marks.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import type { TestTier } from '../../support/cluster/test-cluster.js';
import {
  apply,
  configMap,
  deployment,
  eventOf,
  groupOfCase,
  homeOf,
  memberWrites,
  refusalBy,
  remove,
  setOfCase,
  useCluster,
  widgetDefinition,
} from './support.js';

/** What reaches the API server, and in which spelling. */
export function wireCases(tier: TestTier): void {
  describe('on the wire', () => {
    const test = useCluster(tier);

    it('54: a key that goes from stringData to data is one write, and leaves nothing behind', async () => {
      const ns = await homeOf(test());
      await apply(test(), [secret(ns, { stringData: { password: 'first', old: 'first' } })]);
      const next = secret(ns, { data: { password: base64('second') } });
      const run = await apply(test(), [next]);
      expect(memberWrites(run)).to.deep.equal([`PATCH /api/v1/namespaces/${ns}/secrets/secret`]);
      const live = await test().get('v1', 'Secret', 'secret', ns);
      expect(live?.['data']).to.deep.equal({ password: base64('second') });
      expect((await apply(test(), [next])).writes).to.deep.equal([]);
      const last = await apply(test(), [secret(ns, { data: {} })]);
      expect(last.result.outcome).to.equal('applied');
      expect((await test().get('v1', 'Secret', 'secret', ns))?.['data'] ?? {}).to.deep.equal({});
    });

    it('54: stringData and data of the same value are the same Secret', async () => {
      const ns = await homeOf(test());
      await apply(test(), [secret(ns, { stringData: { password: 'value' } })]);
      const run = await apply(test(), [secret(ns, { data: { password: base64('value') } })]);
      expect(run.result.outcome).to.equal('unchanged');
      expect(run.writes).to.deep.equal([]);
    });

    it('54: no event and no problem holds a value of a Secret', async () => {
      const ns = await homeOf(test());
      const run = await apply(test(), [secret(ns, { stringData: { password: 'first-value' } })]);
      const wrong = secret(ns, { type: 'other/type', stringData: { password: 'second-value' } });
      const failed = await apply(test(), [wrong], { recreate: false });
      expect(failed.result.outcome).to.equal('failed');
      const told = JSON.stringify([run.events, failed.events, failed.result]);
      for (const value of ['first-value', 'second-value']) {
        expect(told).not.to.include(value).and.not.to.include(base64(value));
      }
    });

    it('56: ports of one number for TCP and UDP are two ports', async () => {
      const ns = await homeOf(test());
      const both = [
        { name: 'tcp', port: 53 },
        { name: 'udp', port: 53, protocol: 'UDP' },
      ];
      await apply(test(), [service(ns, both)]);
      expect(await portsIn(ns)).to.deep.equal(['tcp TCP 53', 'udp UDP 53']);
      expect((await apply(test(), [service(ns, both)])).writes).to.deep.equal([]);
      const swapped = [...both].reverse();
      await apply(test(), [service(ns, swapped)]);
      expect(await portsIn(ns)).to.deep.equal(['udp UDP 53', 'tcp TCP 53']);
      await apply(test(), [service(ns, [both[1]!])]);
      expect(await portsIn(ns)).to.deep.equal(['udp UDP 53']);
      expect((await apply(test(), [service(ns, [both[1]!])])).writes).to.deep.equal([]);
    });

    it('56: items of one key are refused before anything is written', async () => {
      const ns = await homeOf(test());
      const env = ['A', 'B', 'A'].map((name) => ({ name, value: name }));
      const containers = [{ name: 'main', image: 'example.com/app:1', env }];
      const template = { metadata: { labels: { app: 'app' } }, spec: { containers } };
      const ports = [
        { name: 'one', port: 80 },
        { name: 'two', port: 80, protocol: 'TCP' },
      ];
      const objects = [configMap(ns, 'a'), deployment(ns, 'app', { template }), service(ns, ports)];
      const { problems } = await refusalBy(apply(test(), objects));
      expect(problems).to.deep.equal([
        {
          path: `Deployment ${ns}/app`,
          message: '.spec.template.spec.containers[0].env has A twice',
          fix: 'remove one of the two',
        },
        {
          path: `Service ${ns}/service`,
          message: '.spec.ports has TCP 80 twice',
          fix: 'remove one of the two',
        },
      ]);
      expect(test().front.calls).to.deep.equal([]);
    });

    it('56: items of one key in a kind that is not looked into are refused by the server, once', async () => {
      const ns = await homeOf(test());
      const env = ['A', 'A'].map((name) => ({ name, value: name }));
      const template = {
        metadata: { labels: { app: 'app' } },
        spec: { containers: [{ name: 'main', image: 'example.com/app:1', env }] },
      };
      const replicaSet = {
        ...deployment(ns, 'app', { template }),
        kind: 'ReplicaSet',
      };
      const run = await apply(test(), [configMap(ns, 'a'), replicaSet]);
      expect(run.result).to.deep.include({ outcome: 'failed', counts: { created: 1, failed: 1 } });
      const { message, fix } = eventOf(run, 'ReplicaSet', 'app');
      expect(message)
        .to.include('.spec.template.spec.containers[name="main"].env')
        .and.include('duplicate entries');
      expect(fix).to.equal('mend the field that the message names');
      expect(memberWrites(run).filter((line) => line.includes('replicasets'))).to.have.length(1);
    });

    it('57: a definition reaches the server byte for byte, and keeps its defaults, enums and extensions', async () => {
      await homeOf(test());
      const definition = richDefinition(test());
      await apply(test(), [definition]);
      expect(bodyOf(definition)).to.equal(JSON.stringify(asMember(definition)));
      const live = await test().get(definition.apiVersion, definition.kind, definition.metadata.name);
      expect(schemaIn(live)).to.deep.equal(schemaIn(definition));
      expect((await apply(test(), [definition])).writes).to.deep.equal([]);
      await remove(test(), { definitions: true });
    });

    it('57: so do the `from` of a network policy, and names with capitals and colons', async () => {
      const ns = await homeOf(test());
      const objects = [clusterRole(`System:Case-${test().id}:reader`), networkPolicy(ns)];
      const run = await apply(test(), objects);
      expect(run.result.problems).to.deep.equal([]);
      for (const object of objects) {
        expect(bodyOf(object)).to.equal(JSON.stringify(asMember(object)));
        const { name, namespace } = object.metadata;
        const live = await test().get(object.apiVersion, object.kind, name, namespace);
        expect(live?.metadata.name).to.equal(name);
        expect(live?.['rules'] ?? live?.['spec']).to.deep.equal(object['rules'] ?? object['spec']);
      }
      expect((await apply(test(), objects)).writes).to.deep.equal([]);
      await remove(test());
      expect(
        await test().get('rbac.authorization.k8s.io/v1', 'ClusterRole', objects[0]!.metadata.name),
      ).to.equal(undefined);
    });

    const asMember = (object: KubernetesObject): KubernetesObject => ({
      ...object,
      metadata: { ...object.metadata, labels: { [PART_OF_LABEL]: setIdOf(setOfCase(test())) } },
    });

    /** The last body that was applied to an object, as it came. */
    function bodyOf({ metadata }: KubernetesObject): string | undefined {
      const calls = test().front.calls.filter(
        ({ method, path }) => method === 'PATCH' && path.endsWith(`/${metadata.name}`),
      );
      return calls.at(-1)?.body.toString('utf8');
    }

    async function portsIn(ns: string): Promise<string[]> {
      const live = await test().get('v1', 'Service', 'service', ns);
      const { ports } = (live?.['spec'] ?? { ports: [] }) as {
        readonly ports: readonly { name: string; protocol: string; port: number }[];
      };
      return ports.map(({ name, protocol, port }) => `${name} ${protocol} ${port}`);
    }
  });
}

const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');

const secret = (ns: string, content: object): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'secret', namespace: ns },
  ...content,
});

const service = (ns: string, ports: readonly object[]): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'service', namespace: ns },
  spec: { ports, selector: { app: 'app' } },
});

const clusterRole = (name: string): KubernetesObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name },
  rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
});

const networkPolicy = (ns: string): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'policy', namespace: ns },
  spec: {
    podSelector: {},
    ingress: [
      { from: [{ podSelector: { matchLabels: { app: 'a' } } }], ports: [{ port: 80, protocol: 'TCP' }] },
    ],
    policyTypes: ['Ingress'],
  },
});

interface Definition {
  readonly spec: { readonly versions: readonly { readonly schema: object }[] };
}

const schemaIn = (definition: unknown) => (definition as Definition | undefined)?.spec.versions[0]?.schema;

/** With all that typed clients lose. */
function richDefinition(test: Parameters<typeof groupOfCase>[0]): KubernetesObject {
  const definition = widgetDefinition(test) as KubernetesObject & Definition;
  const schema = {
    openAPIV3Schema: {
      type: 'object',
      'x-kubernetes-validations': [{ message: 'must have a size', rule: 'has(self.spec)' }],
      properties: {
        spec: {
          type: 'object',
          default: { mode: 'slow' },
          properties: {
            mode: { type: 'string', enum: ['slow', 'fast'], default: 'slow' },
            port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
            template: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            whole: {
              type: 'object',
              'x-kubernetes-map-type': 'atomic',
              additionalProperties: { type: 'string' },
            },
            parts: {
              type: 'array',
              'x-kubernetes-list-type': 'map',
              'x-kubernetes-list-map-keys': ['name'],
              items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
            },
          },
        },
      },
    },
  };
  const [version] = definition.spec.versions;
  return { ...definition, spec: { ...definition.spec, versions: [{ ...version, schema }] } };
}
