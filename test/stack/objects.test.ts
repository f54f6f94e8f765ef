import { expect } from 'chai';
import { describeObject, identityOf, type KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import { checkApiServerRules } from '../support/api-server-rules.js';
import { crdSchemasAvailable, createObjectValidator } from '../support/strict-schema.js';
import { STACK_CASES, stackObjects } from './stack-cases.js';

const KUBERNETES = ['1.25', '1.28', '1.37'];

/** Faults of all objects, each with the object that it is of. */
function faults(
  objects: readonly KubernetesObject[],
  check: (object: KubernetesObject) => readonly string[],
): string[] {
  return objects.flatMap((object) => check(object).map((fault) => `${describeObject(object)}: ${fault}`));
}

describe('every object of every stack', () => {
  const objectsOf = stackObjects();

  for (const kubernetesVersion of KUBERNETES) {
    describe(`on Kubernetes ${kubernetesVersion}`, () => {
      const validate = createObjectValidator({ kubernetesVersion, crdFolders: ['crds'] });
      for (const stackCase of STACK_CASES) {
        it(`fits its schema and our own definitions: ${stackCase.title}`, () => {
          expect(faults(objectsOf(stackCase), validate)).to.deep.equal([]);
        });
      }
    });
  }

  for (const loggingOperatorVersion of ['6.7', '4.10'] as const) {
    describe(`against the definitions of operator ${loggingOperatorVersion} itself`, () => {
      before(function () {
        const available = crdSchemasAvailable(loggingOperatorVersion);
        if (available === true) return;
        console.log(`skipped: ${available}`);
        this.skip();
      });
      const validate = createObjectValidator({ kubernetesVersion: '1.37', loggingOperatorVersion });
      for (const stackCase of STACK_CASES.filter((item) => item.operatorVersion === loggingOperatorVersion)) {
        it(`fits strictly: ${stackCase.title}`, () => {
          const custom = objectsOf(stackCase).filter(({ apiVersion }) => apiVersion.includes('banzaicloud'));
          expect(custom).to.have.length(5);
          expect(faults(custom, validate)).to.deep.equal([]);
        });
      }
    });
  }

  for (const stackCase of STACK_CASES) {
    describe(stackCase.title, () => {
      it('passes what an API server checks beyond its schema', () => {
        expect(faults(objectsOf(stackCase), checkApiServerRules)).to.deep.equal([]);
      });

      it('is made once', () => {
        const identities = objectsOf(stackCase).map(identityOf);
        expect(new Set(identities).size).to.equal(identities.length);
      });

      it('carries the standard labels', () => {
        for (const object of objectsOf(stackCase)) {
          const { labels = {} } = object.metadata;
          expect(labels, describeObject(object)).to.include({
            'app.kubernetes.io/managed-by': 'opni-logging',
          });
          if (object.kind === 'CustomResourceDefinition') continue;
          expect(labels, describeObject(object)).to.include.keys(
            'app.kubernetes.io/name',
            'app.kubernetes.io/instance',
            'app.kubernetes.io/component',
            'app.kubernetes.io/part-of',
          );
        }
      });

      it('begins with the prefix, but for namespace, priority class and definitions', () => {
        const prefix = stackCase.everything ? 'stack-of-twenty-char-' : 'opni-';
        const free = ['Namespace', 'PriorityClass', 'CustomResourceDefinition'];
        for (const object of objectsOf(stackCase).filter(({ kind }) => !free.includes(kind))) {
          expect(object.metadata.name.startsWith(prefix), describeObject(object)).to.equal(true);
        }
      });

      it('lies in the stack’s namespace, or in none where its kind has none', () => {
        const namespace = stackCase.everything ? 'logging-system' : 'opni';
        for (const object of objectsOf(stackCase)) {
          const where = object.metadata.namespace ?? namespace;
          expect(where, describeObject(object)).to.equal(namespace);
        }
      });
    });
  }
});

describe('names in the cluster', () => {
  it('are those that other tools know', () => {
    const objects = stackObjects()(STACK_CASES.find(({ title }) => title.startsWith('rke2, operator 6.7'))!);
    const named = objects
      .filter(({ kind }) => !/^(CustomResourceDefinition|NetworkPolicy|.*Role.*|ServiceAccount)$/.test(kind))
      .map((object) => describeObject(object));
    expect(named.sort()).to.deep.equal([
      'ClusterFlow opni/opni-flow',
      'ClusterOutput opni/opni-output',
      'ClusterOutput opni/opni-output-errors',
      'ConfigMap opni/opni-events',
      'ConfigMap opni/opni-host-logs',
      'ConfigMap opni/opni-shipper',
      'DaemonSet opni/opni-host-logs',
      'Deployment opni/opni-events',
      'Deployment opni/opni-logging-operator',
      'Deployment opni/opni-shipper',
      'FluentbitAgent opni-logging',
      'Logging opni-logging',
      'Namespace opni',
      'PodDisruptionBudget opni/opni-shipper',
      'Service opni/opni-events',
      'Service opni/opni-logging-operator',
      'Service opni/opni-shipper',
    ]);
  });
});
