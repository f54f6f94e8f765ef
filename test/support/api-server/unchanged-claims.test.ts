import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import { compareToLive } from '../../../src/apply/fields/compare.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import type { LiveObject } from '../../../src/kube/live-object.js';
import type { Json } from './fields/field-type.js';
import { ModelApiServer } from './model-api-server.js';
import { ModelClient } from './model-client.js';

const US = 'opni-logging';
const CASES = 250;

/** A sequence of chances that is the same in each run. */
class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  number(): number {
    this.#state = (Math.imul(this.#state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return this.#state / 0x7fffffff;
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.number() * items.length)]!;
  }

  some<T>(items: readonly T[]): T[] {
    const chosen = items.filter(() => this.number() < 0.6);
    return this.number() < 0.3 ? chosen.reverse() : chosen;
  }

  maybe<T>(items: readonly T[]): T | undefined {
    return this.number() < 0.4 ? this.pick(items) : undefined;
  }
}

const metadata = (chance: Chance) => ({
  name: 'w',
  namespace: 'default',
  labels: chance.maybe([{}, { x: '1' }, { x: '2', y: '' }]),
  annotations: chance.maybe([{}, { x: '1' }]),
});

const configMap = (chance: Chance) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { ...metadata(chance), finalizers: chance.maybe([[], ['e.org/a'], ['e.org/b', 'e.org/a']]) },
  data: chance.maybe([{}, { a: '1' }, { a: '', b: '2' }]),
  immutable: chance.maybe([false]),
});

const container = (chance: Chance, name: string) => ({
  name,
  image: chance.pick(['i:1', 'i:2']),
  env: chance.some([
    { name: 'A', value: chance.pick(['', '1']) },
    {
      name: 'B',
      valueFrom: { fieldRef: chance.pick([{ fieldPath: 'a' }, { fieldPath: 'a', apiVersion: 'v1' }]) },
    },
  ]),
  ports: chance.some([{ containerPort: 53, protocol: chance.pick(['TCP', 'UDP']) }, { containerPort: 80 }]),
  args: chance.maybe([[], ['a', 'b']]),
  resources: chance.maybe([
    {},
    { limits: { cpu: chance.pick(['0.5', 1]) } },
    { requests: { memory: '1024Mi' } },
  ]),
  readinessProbe: chance.maybe([{ httpGet: { port: 80 }, initialDelaySeconds: 0 }]),
});

const deployment = (chance: Chance) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadata(chance),
  spec: {
    replicas: chance.maybe([0, 1, 2]),
    paused: chance.maybe([false]),
    strategy: chance.maybe([{}, { type: 'Recreate' }]),
    selector: { matchLabels: { a: '1' } },
    template: {
      metadata: { labels: { a: '1' } },
      spec: {
        nodeSelector: chance.maybe([{}, { a: 'b' }]),
        hostNetwork: chance.maybe([true, false]),
        securityContext: chance.maybe([{}, { runAsUser: 5 }]),
        volumes: chance.some([{ name: 'u' }, { name: 'v', emptyDir: { sizeLimit: '1024Mi' } }]),
        containers: ['c', ...chance.some(['d'])].map((name) => container(chance, name)),
      },
    },
  },
});

const KINDS = [
  { make: configMap, path: '/api/v1/namespaces/default/configmaps/w' },
  { make: deployment, path: '/apis/apps/v1/namespaces/default/deployments/w' },
];

const plain = (object: unknown) => JSON.parse(JSON.stringify(object)) as Json & { metadata: Json };

/** Without what any write changes. */
function content(object: unknown): unknown {
  const {
    metadata: { resourceVersion: _, generation: __, managedFields, ...rest },
    ...others
  } = plain(object);
  const owners = (managedFields as Json[] | undefined)?.map(({ time: ___, ...entry }) => entry);
  return { ...others, metadata: rest, owners };
}

describe('what the engine takes for unchanged without asking', () => {
  it(`is unchanged for the API server too, in ${CASES} histories`, async () => {
    const chance = new Chance(42);
    let claims = 0;
    for (let round = 0; round < CASES; round += 1) {
      const { make, path } = chance.pick(KINDS);
      const client = new ModelClient(new ModelApiServer({ nodes: 0 }));
      let last: Json = plain(make(chance));
      await client.apply(path, last, US);
      for (const writer of chance.some([US, 'other', 'edit', US])) {
        const object = plain(make(chance));
        const {
          metadata: { labels = null },
          ...edit
        } = object;
        if (writer === 'edit')
          await client.merge(`${path}?fieldManager=edit`, { ...edit, metadata: { labels } });
        else await client.apply(path, object, writer, { force: chance.number() < 0.5 });
        if (writer === US) last = object;
      }
      const live = (await client.get(path)).body as unknown as LiveObject;
      const claim = compareToLive(last as unknown as KubernetesObject, live, US);
      if (!claim.same) continue;
      claims += 1;
      const dry = await client.apply(path, last, US, { dryRun: true });
      const isSame = dry.status === 200 && isDeepStrictEqual(content(dry.body), content(live));
      expect(isSame, JSON.stringify({ last, live, dry: dry.body }, undefined, 1)).to.equal(true);
    }
    expect(claims).to.be.greaterThan(CASES / 5);
  });
});
