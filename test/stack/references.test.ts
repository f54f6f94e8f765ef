import { expect } from 'chai';
import type { NetworkPolicySpec } from 'kubernetes-types/networking/v1.js';
import { describeObject, type KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import { at, containersOf, ofKind, one, podTemplates, selects, walk } from './object-parts.js';
import { STACK_CASES, type StackCase, stackObjects } from './stack-cases.js';

/** Secrets that the user makes beforehand. */
const EXISTING_SECRETS = (everything: boolean) =>
  everything
    ? ['account', 'kafka-account', 'mirror', 'opensearch-ca', 'shipper-account', 'shipper-tls']
    : ['opni-opensearch-auth'];

type Labels = Readonly<Record<string, string>>;

/** Labels of every pod of the stack: of our own workloads, and of those that the operator makes. */
function podLabels(objects: readonly KubernetesObject[]): { owner: string; labels: Labels }[] {
  const logging = one(objects, 'Logging').metadata.name;
  const operated = ['fluentd', 'fluentbit'].map((name) => ({
    owner: `the operator's ${name}`,
    labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/managed-by': logging },
  }));
  return [...podTemplates(objects), ...operated];
}

const policies = (objects: readonly KubernetesObject[]) =>
  ofKind(objects, 'NetworkPolicy').map((object) => ({
    name: object.metadata.name,
    spec: object['spec'] as NetworkPolicySpec,
  }));

describe('references between the objects of every stack', () => {
  const objectsOf = stackObjects();
  const each = (
    title: string,
    check: (objects: readonly KubernetesObject[], stackCase: StackCase) => void,
  ) => {
    describe(title, () => {
      for (const stackCase of STACK_CASES) {
        it(stackCase.title, () => check(objectsOf(stackCase), stackCase));
      }
    });
  };

  each(
    'ConfigMaps, accounts and claims exist, and Secrets are those that the user was told of',
    (objects, { everything }) => {
      const names = (kind: string) => ofKind(objects, kind).map(({ metadata }) => metadata.name);
      const secrets = new Set<unknown>();
      for (const { owner, spec } of podTemplates(objects)) {
        expect(names('ServiceAccount'), owner).to.include(spec.serviceAccountName);
        for (const { path, value } of walk(spec)) {
          if (/configMap\.name$/.test(path)) expect(names('ConfigMap'), owner).to.include(value);
          if (/claimName$/.test(path)) expect(names('PersistentVolumeClaim'), owner).to.include(value);
          if (/(secret\.(name|secretName)|imagePullSecrets\.\d+\.name)$/.test(path)) secrets.add(value);
        }
      }
      expect([...secrets].sort()).to.deep.equal(EXISTING_SECRETS(everything));
      for (const { path, value } of objects.flatMap((object) => [...walk(object)])) {
        if (/secretKeyRef\.name$/.test(path)) expect(EXISTING_SECRETS(everything), path).to.include(value);
      }
    },
  );

  each('keys that a pod takes from a ConfigMap are in it', (objects) => {
    for (const { owner, spec } of podTemplates(objects)) {
      for (const { configMap } of spec.volumes ?? []) {
        const data = configMap && at(one(objects, 'ConfigMap', configMap.name), 'data');
        for (const { key } of configMap?.items ?? []) expect(data, owner).to.have.property(key);
      }
    }
  });

  each('selectors of Services, budgets and workloads find their pods and no others', (objects) => {
    const pods = podLabels(objects);
    for (const object of objects) {
      const wanted = (
        object.kind === 'Service' ? at(object, 'spec.selector') : at(object, 'spec.selector.matchLabels')
      ) as Labels | undefined;
      if (wanted === undefined || object.kind === 'NetworkPolicy') continue;
      const found = pods.filter(({ labels }) => selects(wanted, labels));
      expect(
        found.map(({ owner }) => owner),
        describeObject(object),
      ).to.have.length(1);
      expect(found[0]!.owner, describeObject(object)).to.include(object.metadata.name);
    }
  });

  each('ports of Services are ports of their pods', (objects) => {
    for (const service of ofKind(objects, 'Service')) {
      const wanted = at(service, 'spec.selector') as Labels;
      const pod = podTemplates(objects).find(({ labels }) => selects(wanted, labels))!;
      const named = containersOf(pod.spec).flatMap(({ ports = [] }) => ports.map(({ name }) => name));
      for (const { targetPort } of at(service, 'spec.ports') as { targetPort: string }[]) {
        expect(named, describeObject(service)).to.include(targetPort);
      }
    }
  });

  each('bindings name a role that exists and an account of the stack', (objects) => {
    for (const binding of objects.filter(({ kind }) => kind.endsWith('RoleBinding'))) {
      const { kind, name } = binding['roleRef'] as { kind: string; name: string };
      one(objects, kind, name);
      for (const subject of binding['subjects'] as { kind: string; name: string; namespace: string }[]) {
        expect(subject.kind).to.equal('ServiceAccount');
        expect(one(objects, 'ServiceAccount', subject.name).metadata.namespace).to.equal(subject.namespace);
      }
    }
  });

  each('every pod is closed by exactly one policy, in both directions', (objects) => {
    for (const { owner, labels } of podLabels(objects)) {
      const found = policies(objects).filter(({ spec }) =>
        selects(spec.podSelector.matchLabels ?? {}, labels),
      );
      expect(
        found.map(({ name }) => name),
        owner,
      ).to.have.length(1);
      expect(found[0]!.spec.policyTypes).to.deep.equal(['Ingress', 'Egress']);
    }
  });

  each('policies select pods that there are, on both ends', (objects) => {
    const pods = podLabels(objects);
    const known = (labels: Labels | undefined) => pods.some((pod) => selects(labels ?? {}, pod.labels));
    for (const { name, spec } of policies(objects)) {
      expect(known(spec.podSelector.matchLabels), name).to.equal(true);
      const peers = [
        ...(spec.ingress ?? []).flatMap(({ from = [] }) => from),
        ...(spec.egress ?? []).flatMap(({ to = [] }) => to),
      ];
      for (const { podSelector, namespaceSelector } of peers) {
        if (podSelector)
          expect(known(podSelector.matchLabels), `${name} ${JSON.stringify(podSelector)}`).to.equal(true);
        else expect(namespaceSelector?.matchExpressions, name).to.have.length(1);
      }
    }
  });

  each('nobody may reach the API of Data Prepper, which shows passwords', (objects) => {
    for (const { name, spec } of policies(objects)) {
      for (const { ports } of spec.ingress ?? []) {
        expect(ports?.length, name).to.be.greaterThan(0);
        expect(
          ports?.map(({ port }) => port),
          name,
        ).not.to.include(4900);
      }
    }
    const offered = ofKind(objects, 'Service').flatMap(
      (service) => at(service, 'spec.ports') as { port: number }[],
    );
    expect(offered.map(({ port }) => port)).not.to.include(4900);
  });

  each('the members of one Logging carry its reference and lie in its namespace', (objects) => {
    const logging = one(objects, 'Logging');
    const ref = at(logging, 'spec.loggingRef');
    expect(ref).to.equal(logging.metadata.name);
    const seen = ['ClusterFlow', 'ClusterOutput'].flatMap((kind) => ofKind(objects, kind));
    for (const object of [...seen, one(objects, 'FluentbitAgent')]) {
      expect(at(object, 'spec.loggingRef'), object.kind).to.equal(ref);
    }
    for (const { metadata } of seen) {
      expect(metadata.namespace).to.equal(at(logging, 'spec.controlNamespace'));
    }
    const outputs = ofKind(objects, 'ClusterOutput').map(({ metadata }) => metadata.name);
    const [records] = at(one(objects, 'ClusterFlow'), 'spec.globalOutputRefs') as string[];
    expect([records, at(logging, 'spec.errorOutputRef')]).to.deep.equal(outputs);
  });

  each('no password, and no Secret at all, stands in an object', (objects) => {
    expect(ofKind(objects, 'Secret')).to.deep.equal([]);
    const passwords = objects
      .filter(({ kind }) => kind !== 'CustomResourceDefinition')
      .flatMap((object) => [...walk(object)])
      .filter(({ path, value }) => /password$/i.test(path) && typeof value === 'string');
    expect(passwords).to.deep.equal([]);
    for (const line of JSON.stringify(ofKind(objects, 'ConfigMap')).match(/password: [^\\]*/g) ?? []) {
      expect(line).to.match(/^password: '@@[A-Z_]+@@'$/);
    }
  });
});
