import { expect } from 'chai';
import { refOf } from '../../../src/apply/set/object-ref.js';
import { PARTS, type PartName, partOfMember } from '../../../src/apply/status/parts.js';
import { liveOf } from '../unit-support.js';

const COMPONENT = 'app.kubernetes.io/component';

const MEMBERS: readonly (readonly [
  kind: string,
  name: string,
  component: string | undefined,
  part: PartName,
])[] = [
  ['logging.banzaicloud.io/v1beta1/FluentbitAgent', 'main', undefined, 'pods'],
  ['logging.banzaicloud.io/v1beta1/Logging', 'main', undefined, 'aggregator'],
  ['logging.banzaicloud.io/v1beta1/FluentdConfig', 'main', undefined, 'aggregator'],
  ['logging.banzaicloud.io/v1beta1/ClusterFlow', 'main', 'events', 'aggregator'],
  ['logging.banzaicloud.io/v1beta1/Output', 'main', undefined, 'aggregator'],
  ['apps/v1/DaemonSet', 'main', 'host-logs', 'hosts'],
  ['apps/v1/Deployment', 'main', 'events', 'events'],
  ['apps/v1/StatefulSet', 'main', 'shipper', 'shipper'],
  ['v1/ConfigMap', 'main', 'shipper', 'shipper'],
  ['apps/v1/Deployment', 'main', 'operator', 'platform'],
  ['apps/v1/Deployment', 'main', undefined, 'platform'],
  ['v1/Namespace', 'main', undefined, 'platform'],
  ['example.com/v1beta1/Logging', 'main', undefined, 'platform'],
];

describe('the part of the data path to which a member belongs', () => {
  for (const [kind, name, component, part] of MEMBERS) {
    it(`is ${part} for ${kind}${component ? ` with the component ${component}` : ''}`, () => {
      const live = liveOf(kind, {
        metadata: { name, ...(component ? { labels: { [COMPONENT]: component } } : {}) },
      });
      expect(partOfMember(refOf(live), live)).to.equal(part);
    });
  }

  it('is told by the end of the name when the member is not there', () => {
    const partOf = (name: string) =>
      partOfMember({ group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'n', name }, undefined);
    expect(
      ['opni-shipper', 'opni-events', 'opni-host-logs', 'shipper', 'opni-eventsx'].map(partOf),
    ).to.deep.equal(['shipper', 'events', 'hosts', 'platform', 'platform']);
  });

  it('is listed among the parts, in the order in which records flow', () => {
    expect(PARTS).to.deep.equal([
      'pods',
      'hosts',
      'events',
      'aggregator',
      'shipper',
      'opensearch',
      'platform',
    ]);
    expect(MEMBERS.every(([, , , part]) => PARTS.includes(part))).to.equal(true);
  });
});
