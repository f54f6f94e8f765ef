import { expect } from 'chai';
import {
  crdSchemasAvailable,
  createObjectValidator,
  type KubernetesObject,
  kubernetesSchemaVersions,
  validateObject,
} from './strict-schema.js';

/** A Deployment as the API server takes it, with the changes of `edit`. */
function deployment(
  edit: (container: Record<string, unknown>, spec: Record<string, unknown>) => void = () => {},
) {
  const container: Record<string, unknown> = {
    name: 'web',
    image: 'example.org/web:1',
    ports: [{ containerPort: 8080, name: 'http' }],
    resources: { requests: { cpu: 1, memory: '64Mi' }, limits: { cpu: '1.5' } },
    livenessProbe: { httpGet: { port: 'http', path: '/' } },
  };
  const spec: Record<string, unknown> = {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } },
  };
  edit(container, spec);
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec };
}

describe('strict schema of Kubernetes kinds', () => {
  it('has schemas from 1.25 on, oldest first', () => {
    expect(kubernetesSchemaVersions()).to.deep.equal(['1.25', '1.28', '1.37']);
  });

  for (const version of kubernetesSchemaVersions()) {
    describe(`of ${version}`, () => {
      const validate = createObjectValidator({ kubernetesVersion: version });
      const cases: [string, KubernetesObject, string[]][] = [
        ['passes a correct object', deployment(), []],
        [
          'names an unknown field by its path',
          deployment((container) => Object.assign(container, { foo: 1 })),
          ['spec.template.spec.containers[0].foo: unknown field'],
        ],
        [
          'refuses a wrong type',
          deployment((_, spec) => Object.assign(spec, { replicas: '3' })),
          ['spec.replicas: expected integer, found string'],
        ],
        [
          'names a missing field',
          deployment((container) => delete container['name']),
          ['spec.template.spec.containers[0].name: required field is missing'],
        ],
        [
          'refuses a value out of a closed set',
          deployment((container) => Object.assign(container, { imagePullPolicy: 'Sometimes' })),
          [
            'spec.template.spec.containers[0].imagePullPolicy: "Sometimes" is not one of Always, IfNotPresent, Never',
          ],
        ],
        [
          'refuses a boolean as port of a probe',
          deployment((container) => Object.assign(container, { livenessProbe: { httpGet: { port: true } } })),
          [
            'spec.template.spec.containers[0].livenessProbe.httpGet.port: expected integer or string, found boolean',
          ],
        ],
        [
          'refuses null',
          deployment((container) => Object.assign(container, { command: null })),
          ['spec.template.spec.containers[0].command: expected array, found null'],
        ],
        [
          'refuses a label that is not a string',
          { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a', labels: { 'a/b': true } } },
          ['metadata.labels["a/b"]: expected string, found boolean'],
        ],
        [
          'refuses Secret data that is not base64',
          { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, data: { key: 'not base64' } },
          ['data.key: not base64'],
        ],
        [
          'refuses the same port twice',
          {
            apiVersion: 'v1',
            kind: 'Service',
            metadata: { name: 'a' },
            spec: { ports: [{ port: 80 }, { port: 80, protocol: 'TCP' }] },
          },
          ['spec.ports: two items with port 80, protocol TCP'],
        ],
        [
          'refuses a status',
          { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' }, status: {} },
          ['status: unknown field'],
        ],
        [
          'follows the recursion of CRD schemas',
          crd({ type: 'object', properties: { a: { type: 'array', items: { typ: 'string' } } } }),
          ['spec.versions[0].schema.openAPIV3Schema.properties.a.items.typ: unknown field'],
        ],
        ['takes additionalProperties as a boolean', crd({ type: 'object', additionalProperties: true }), []],
        [
          'has no schema for a kind that nobody knows',
          { apiVersion: 'a.b/v1', kind: 'C' },
          ['a.b/v1 C: no schema for this kind'],
        ],
        ['wants a kind', { apiVersion: 'v1' }, ['apiVersion, kind: both must be given']],
      ];
      for (const [title, object, faults] of cases) {
        it(title, () => expect(validate(object)).to.deep.equal(faults));
      }

      for (const memory of ['1Gi', '0.5', '100m', '2e3', '+1k']) {
        it(`takes ${memory} as a quantity`, () => {
          const object = deployment((container) =>
            Object.assign(container, { resources: { limits: { memory } } }),
          );
          expect(validate(object)).to.deep.equal([]);
        });
      }
      for (const memory of ['1GB', '', '1 Gi', 'Gi']) {
        it(`refuses ${JSON.stringify(memory)} as a quantity`, () => {
          const object = deployment((container) =>
            Object.assign(container, { resources: { limits: { memory } } }),
          );
          expect(validate(object).join()).to.contain('resources.limits.memory').and.contain('does not match');
        });
      }
    });
  }

  it('knows that a field came only with a later version', () => {
    const budget = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'a' },
      spec: { unhealthyPodEvictionPolicy: 'AlwaysAllow' },
    };
    const fault = ['spec.unhealthyPodEvictionPolicy: unknown field'];
    expect(validateObject(budget, { kubernetesVersion: '1.27' })).to.deep.equal(fault);
    expect(validateObject(budget, { kubernetesVersion: 'v1.28.15+rke2r1' })).to.deep.equal([]);
    expect(validateObject(budget, { kubernetesVersion: '1.40' })).to.deep.equal([]);
  });

  it('says so when the version is older than every schema', () => {
    const faults = validateObject(deployment(), { kubernetesVersion: '1.24' });
    expect(faults).to.deep.equal(['no Kubernetes schema for 1.24; there are 1.25, 1.28, 1.37']);
  });

  it('refuses what is no version', () => {
    expect(() => validateObject(deployment(), { kubernetesVersion: 'latest' })).to.throw(
      '"latest" is no Kubernetes version',
    );
  });
});

for (const loggingOperatorVersion of ['4.10', '6.7']) {
  describe(`strict schema of logging-operator ${loggingOperatorVersion}`, () => {
    const validate = createObjectValidator({ kubernetesVersion: '1.28', loggingOperatorVersion });

    before(function () {
      const available = crdSchemasAvailable(loggingOperatorVersion);
      if (available !== true) {
        console.log(`      skipped: ${available}`);
        this.skip();
      }
    });

    it('passes a correct Logging', () => {
      const spec = { controlNamespace: 'opni', loggingRef: 'a', fluentd: { scaling: { replicas: 2 } } };
      expect(validate(logging(spec))).to.deep.equal([]);
    });

    it('names unknown fields, wrong types and missing fields', () => {
      const spec = { loggingRef: 1, fluentd: { replica: 2 } };
      expect(validate(logging(spec))).to.deep.equal([
        'spec.controlNamespace: required field is missing',
        'spec.loggingRef: expected string, found integer',
        'spec.fluentd.replica: unknown field',
      ]);
    });

    it('checks metadata although the CRD does not', () => {
      const object = { ...logging({ controlNamespace: 'opni' }), metadata: { name: 'a', label: {} } };
      expect(validate(object)).to.deep.equal(['metadata.label: unknown field']);
    });

    it('refuses a version that the CRD does not have', () => {
      const object = { ...logging({}), apiVersion: 'logging.banzaicloud.io/v2' };
      expect(validate(object)).to.deep.equal([
        'logging.banzaicloud.io/v2 Logging: the CRD has no version v2',
      ]);
    });

    it('knows compression of the http output from 5.1 on only', () => {
      const object = {
        apiVersion: 'logging.banzaicloud.io/v1beta1',
        kind: 'ClusterOutput',
        metadata: { name: 'a' },
        spec: { http: { endpoint: 'http://a', compress: 'gzip' } },
      };
      const faults = loggingOperatorVersion === '6.7' ? [] : ['spec.http.compress: unknown field'];
      expect(validate(object)).to.deep.equal(faults);
    });
  });
}

describe('availability of the upstream CRDs', () => {
  it('gives the reason when a version is not there', () => {
    expect(crdSchemasAvailable('0.1')).to.contain('logging-operator 0.1');
  });
});

function logging(spec: Record<string, unknown>): KubernetesObject {
  return { apiVersion: 'logging.banzaicloud.io/v1beta1', kind: 'Logging', metadata: { name: 'a' }, spec };
}

function crd(openAPIV3Schema: Record<string, unknown>): KubernetesObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org' },
    spec: {
      group: 'example.org',
      names: { kind: 'Thing', plural: 'things' },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}
