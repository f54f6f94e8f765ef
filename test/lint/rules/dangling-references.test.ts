import { expect } from 'chai';
import { danglingReferences } from '../../../src/lint/rules/dangling-references.js';
import { check, describeRule, goodSet, setWith } from '../support.js';

const POD = ['spec', 'template', 'spec'];
const AT = 'DaemonSet logs/collector spec.template.spec';
const VOLUME = [...POD, 'volumes', 0];

describeRule(
  danglingReferences,
  [
    {
      refuses: 'a ConfigMap that is not there',
      objects: setWith('collector', [...VOLUME, 'configMap', 'name'], 'colector'),
      path: `${AT}.volumes[0].configMap.name`,
      fix: 'write one of collector',
    },
    {
      refuses: 'a ConfigMap of another namespace',
      objects: setWith('config', ['metadata', 'namespace'], 'other'),
      path: `${AT}.volumes[0].configMap.name`,
      fix: 'add the ConfigMap',
    },
    {
      refuses: 'a key that the ConfigMap does not have',
      objects: setWith('collector', [...VOLUME, 'configMap', 'items'], [{ key: 'x.conf', path: 'x.conf' }]),
      path: `${AT}.volumes[0].configMap.name`,
      fix: 'write one of fluent-bit.conf',
    },
    {
      refuses: 'a ConfigMap in a projected volume that is not there',
      objects: setWith('collector', VOLUME, {
        name: 'config',
        projected: { sources: [{ secret: { name: 's' } }, { configMap: { name: 'gone' } }] },
      }),
      path: `${AT}.volumes[0].projected.sources[1].configMap.name`,
      fix: 'write one of collector',
    },
    {
      refuses: 'a ConfigMap of an environment that is not there',
      objects: setWith(
        'collector',
        [...POD, 'containers', 0, 'envFrom'],
        [{ configMapRef: { name: 'gone' } }],
      ),
      path: `${AT}.containers[0].envFrom[0].configMapRef.name`,
      fix: 'write one of collector',
    },
    {
      refuses: 'a variable from a key that is not there',
      objects: setWith(
        'collector',
        [...POD, 'containers', 0, 'env'],
        [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'collector', key: 'x' } } }],
      ),
      path: `${AT}.containers[0].env[0].valueFrom.configMapKeyRef.name`,
      fix: 'write one of fluent-bit.conf',
    },
    {
      refuses: 'a ServiceAccount that is not there',
      objects: goodSet({ account: undefined }),
      path: `${AT}.serviceAccountName`,
      fix: 'add the ServiceAccount',
    },
    {
      refuses: 'a volume claim that is not there',
      objects: setWith('collector', VOLUME, {
        name: 'config',
        persistentVolumeClaim: { claimName: 'spool' },
      }),
      path: `${AT}.volumes[0].persistentVolumeClaim.claimName`,
      fix: 'add the PersistentVolumeClaim',
    },
  ],
  () => {
    it('takes what was said to exist already', () => {
      const objects = setWith('collector', [...VOLUME, 'configMap', 'name'], 'ca');
      expect(check(danglingReferences, objects, { external: ['ConfigMap logs/ca'] })).to.deep.equal([]);
      expect(check(danglingReferences, objects, { external: ['ConfigMap other/ca'] }).length).to.equal(1);
    });

    it('takes what may be missing, what every namespace has, and any Secret', () => {
      for (const volume of [
        { configMap: { name: 'gone', optional: true } },
        { configMap: { name: 'kube-root-ca.crt' } },
        { secret: { secretName: 'gone' } },
      ]) {
        expect(check(danglingReferences, setWith('collector', VOLUME, volume))).to.deep.equal([]);
      }
      const account = setWith('collector', [...POD, 'serviceAccountName'], 'default');
      expect(check(danglingReferences, account)).to.deep.equal([]);
    });
  },
);
