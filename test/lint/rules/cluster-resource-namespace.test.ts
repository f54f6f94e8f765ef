import { expect } from 'chai';
import { clusterResourceNamespace } from '../../../src/lint/rules/cluster-resource-namespace.js';
import { changed, check, describeRule, goodSet, loggingObject, setWith } from '../support.js';

const NAMESPACE = ['metadata', 'namespace'];

describeRule(
  clusterResourceNamespace,
  [
    {
      refuses: 'a ClusterFlow outside of the control namespace',
      objects: setWith('flow', NAMESPACE, 'shop'),
      path: 'ClusterFlow shop/all metadata.namespace',
      fix: '`namespace: logs`',
    },
    {
      refuses: 'a ClusterOutput outside of the control namespace',
      objects: setWith('output', NAMESPACE, 'shop'),
      path: 'ClusterOutput shop/shipper metadata.namespace',
      fix: '`namespace: logs`',
    },
    {
      refuses: 'a FluentdConfig where no Logging looks for it',
      objects: goodSet({}, loggingObject('FluentdConfig', 'shop', 'main', {})),
      path: 'FluentdConfig shop/main metadata.namespace',
      fix: '`namespace: logs`',
    },
  ],
  () => {
    it('takes them anywhere when the Logging looks everywhere', () => {
      const logging = changed('logging', ['spec', 'allowClusterResourcesFromAllNamespaces'], true);
      const flow = changed('flow', NAMESPACE, 'shop');
      expect(check(clusterResourceNamespace, goodSet({ logging, flow }))).to.deep.equal([]);
    });
  },
);
