import { expect } from 'chai';
import { identityOf, type KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import type { LoggingStackProps } from '../../src/constructs/logging-stack.js';
import { at, one, podTemplates, selects, walk } from './object-parts.js';
import { defaults, everythingOn, renderStack } from './stack-cases.js';

const second = (props: LoggingStackProps, namespace = 'second'): LoggingStackProps => ({
  ...props,
  prefix: 'second',
  namespace,
  operator: { mode: 'external' },
  scheduling: {},
});

const shared = (a: readonly KubernetesObject[], b: readonly KubernetesObject[]) => {
  const identities = new Set(a.map(identityOf));
  return b.map(identityOf).filter((identity) => identities.has(identity));
};

/** Folders of the node that are written to. */
const stateFolders = (objects: readonly KubernetesObject[]) =>
  objects
    .flatMap((object) => [...walk(object)])
    .filter(({ path }) => path.endsWith('hostPath.path'))
    .map(({ value }) => value as string)
    .filter((path) => path.startsWith('/var/lib/opni-logging/'));

describe('two stacks in one cluster', () => {
  for (const [title, props] of [
    ['with defaults', defaults('rke2')],
    ['with everything on', everythingOn('rke2')],
  ] as const) {
    describe(title, () => {
      const a = renderStack({ ...props, prefix: 'first', namespace: 'first' });
      const b = renderStack(second(props));

      it('have no object in common when the second uses the operator of the first', () => {
        expect(shared(a, b)).to.deep.equal([]);
      });

      it('bring one operator and one set of definitions', () => {
        const brought = (objects: readonly KubernetesObject[]) =>
          objects.filter(
            ({ kind, metadata }) => kind === 'CustomResourceDefinition' || /operator/.test(metadata.name),
          );
        expect(brought(a)).to.have.length.greaterThan(16);
        expect(brought(b)).to.deep.equal([]);
      });

      it('keep positions and buffers in folders of their own', () => {
        expect(stateFolders(a)).to.have.length(3);
        expect(stateFolders(b)).to.have.length(3);
        expect(new Set([...stateFolders(a), ...stateFolders(b)]).size).to.equal(6);
      });

      it('have references of their own, so that neither operates the other’s agents', () => {
        const refs = [a, b].map((objects) => at(one(objects, 'Logging'), 'spec.loggingRef'));
        expect(refs).to.deep.equal(['first-logging', 'second-logging']);
      });

      it('select no pod of each other, even in one namespace', () => {
        const labels = podTemplates(b).map((pod) => pod.labels);
        for (const object of a) {
          const wanted = (at(object, 'spec.podSelector.matchLabels') ??
            at(object, 'spec.selector.matchLabels') ??
            at(object, 'spec.selector')) as Record<string, string> | undefined;
          if (wanted === undefined) continue;
          expect(
            labels.filter((found) => selects(wanted, found)),
            identityOf(object),
          ).to.deep.equal([]);
        }
      });
    });
  }

  it('share the Namespace and nothing else when they live in one', () => {
    const a = renderStack({ ...defaults('eks'), prefix: 'first', namespace: 'logging' });
    const b = renderStack(second(defaults('eks'), 'logging'));
    expect(shared(a, b)).to.deep.equal(['Namespace\n\nlogging']);
  });
});
