import { expect } from 'chai';
import fc from 'fast-check';
import { DISTRIBUTIONS } from '../../src/config/schema/cluster.js';
import {
  type DistributionFacts,
  detectDistribution,
  type NodeFacts,
} from '../../src/distributions/detect.js';

const node = (labels: Record<string, string> = {}, annotations: Record<string, string> = {}): NodeFacts => ({
  labels: { 'kubernetes.io/os': 'linux', ...labels },
  annotations,
});

const harvester = node({ 'harvesterhci.io/managed': 'true' });
const rke = node({}, { 'rke.cattle.io/internal-ip': '10.0.0.1' });
const windows = node({ 'kubernetes.io/os': 'windows' });

const facts = (gitVersion: string, ...nodes: NodeFacts[]): DistributionFacts => ({ gitVersion, nodes });

const cases: [string, DistributionFacts, string][] = [
  ['AKS by a node label', facts('v1.30.3', node(), node({ 'kubernetes.azure.com/cluster': 'x' })), 'aks'],
  ['EKS by the version', facts('v1.31.2-eks-7f9249a', node()), 'eks'],
  ['GKE by the version', facts('v1.31.1-gke.2105000', node()), 'gke'],
  ['K3s by the version', facts('v1.31.4+k3s1', node()), 'k3s'],
  ['RKE2 by the version', facts('v1.31.4+rke2r1', node()), 'rke2'],
  ['RKE1 by an annotation of the first node', facts('v1.28.9', rke, node()), 'rke'],
  ['RKE1 by its other annotation', facts('v1.28.9', node({}, { 'rke.cattle.io/external-ip': '' })), 'rke'],
  ['RKE1 not by a later node', facts('v1.28.9', node(), rke), 'generic'],
  ['RKE1 with Windows workers as generic', facts('v1.28.9', rke, windows), 'generic'],
  ['Harvester on RKE2 as generic', facts('v1.31.4+rke2r1', node(), harvester), 'generic'],
  ['Harvester on K3s as generic', facts('v1.21.7+k3s1', harvester), 'generic'],
  ['kubeadm as generic', facts('v1.32.0', node()), 'generic'],
  ['a cluster without nodes as generic', facts('v1.32.0'), 'generic'],
  ['RKE2 that was migrated from RKE1 as rke2', facts('v1.31.4+rke2r1', rke), 'rke2'],
  ['AKS before a version mark', facts('v1.31.4+k3s1', node({ 'kubernetes.azure.com/cluster': '' })), 'aks'],
];

describe('detectDistribution', () => {
  for (const [title, given, expected] of cases) {
    it(`tells ${title}`, () => {
      expect(detectDistribution(given).distribution).to.equal(expected);
    });
  }

  it('gives the fact that told it', () => {
    expect(detectDistribution(facts('v1.31.4+k3s1', node())).reason).to.equal(
      'the server\'s version v1.31.4+k3s1 has "+k3s"',
    );
    expect(detectDistribution(facts('v1.31.4+rke2r1', harvester)).reason).to.contain('Harvester');
  });

  it('gives one known distribution and a reason for any facts, and the same one each time', () => {
    const marks = fc.constantFrom('', '-eks-1', '-gke.1', '+k3s1', '+rke2r1');
    const anyNode = fc.constantFrom(
      node(),
      harvester,
      rke,
      windows,
      node({ 'kubernetes.azure.com/cluster': '' }),
    );
    fc.assert(
      fc.property(fc.array(marks), fc.array(anyNode), (parts, nodes) => {
        const given = facts(`v1.31.0${parts.join('')}`, ...nodes);
        const found = detectDistribution(given);
        expect(DISTRIBUTIONS).to.include(found.distribution);
        expect(found.reason).to.not.equal('');
        expect(detectDistribution(given)).to.deep.equal(found);
      }),
    );
  });
});
