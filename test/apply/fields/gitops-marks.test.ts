import { expect } from 'chai';
import { managedBy } from '../../../src/apply/fields/gitops-marks.js';
import { liveOf } from '../unit-support.js';

const MARKS: readonly (readonly [
  place: 'labels' | 'annotations',
  key: string,
  value: string,
  tool: string,
  owner: string,
])[] = [
  ['annotations', 'argocd.argoproj.io/tracking-id', 'web:apps/Deployment:logs/x', 'Argo CD', 'web'],
  ['labels', 'argocd.argoproj.io/instance', 'web', 'Argo CD', 'web'],
  ['labels', 'kustomize.toolkit.fluxcd.io/name', 'infra', 'Flux', 'infra'],
  ['labels', 'helm.toolkit.fluxcd.io/name', 'chart', 'Flux', 'chart'],
  ['annotations', 'meta.helm.sh/release-name', 'release', 'Helm', 'release'],
];

describe('managedBy', () => {
  for (const [place, key, value, tool, owner] of MARKS) {
    it(`12: knows ${tool} by ${key}`, () => {
      const live = liveOf('v1/ConfigMap', { metadata: { [place]: { [key]: value } } });
      expect(managedBy(live)).to.deep.equal({ tool, owner, mark: key });
    });

    it(`does not look for ${key} in the other place`, () => {
      const other = place === 'labels' ? 'annotations' : 'labels';
      expect(managedBy(liveOf('v1/ConfigMap', { metadata: { [other]: { [key]: value } } }))).to.equal(
        undefined,
      );
    });
  }

  it('counts an empty mark too', () => {
    const live = liveOf('v1/ConfigMap', { metadata: { annotations: { 'meta.helm.sh/release-name': '' } } });
    expect(managedBy(live)).to.deep.include({ tool: 'Helm', owner: '' });
  });

  it('names Flux before Helm, whose releases it makes', () => {
    const live = liveOf('v1/ConfigMap', {
      metadata: {
        labels: { 'helm.toolkit.fluxcd.io/name': 'chart' },
        annotations: { 'meta.helm.sh/release-name': 'release' },
      },
    });
    expect(managedBy(live)?.tool).to.equal('Flux');
  });

  it('leaves labels alone that all kinds of tools set', () => {
    const labels = { 'app.kubernetes.io/managed-by': 'Helm', 'app.kubernetes.io/instance': 'a' };
    expect(managedBy(liveOf('v1/ConfigMap', { metadata: { labels } }))).to.equal(undefined);
    expect(managedBy(liveOf('v1/ConfigMap'))).to.equal(undefined);
  });
});
