import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { useTempDir } from '../temp-dir.js';
import { controlPlaneBinaries, kubernetesVersion } from './binaries.js';

const FILES = [
  'etcd',
  'kube-apiserver',
  'kubectl',
  'kube-scheduler',
  'kube-controller-manager',
  'kwok',
  'stages.yaml',
];

describe('the programs of the control plane', () => {
  const folder = useTempDir();
  const env = (more: NodeJS.ProcessEnv = {}) => ({
    PATH: '',
    XDG_CACHE_HOME: join(folder(), 'cache'),
    ...more,
  });
  const say = () => {
    throw new Error('nothing is built here');
  };

  function assets(...files: readonly string[]): string {
    const path = join(folder(), 'assets');
    mkdirSync(path, { recursive: true });
    for (const file of files) writeFileSync(join(path, file), '');
    return path;
  }

  it('are told in one line when there are none and there is no Go', () => {
    const { missing } = controlPlaneBinaries(say, env()) as { readonly missing: string };
    expect(missing).to.match(
      /^install Go 1\.26 or newer, or set KUBEBUILDER_ASSETS to a folder with [^\n]+$/,
    );
    for (const file of FILES) expect(missing).to.include(file);
  });

  it('are taken from KUBEBUILDER_ASSETS', () => {
    const KUBEBUILDER_ASSETS = assets(...FILES);
    const found = controlPlaneBinaries(say, env({ KUBEBUILDER_ASSETS }));
    if ('missing' in found) throw new Error(found.missing);
    expect(found.path('etcd')).to.equal(join(KUBEBUILDER_ASSETS, 'etcd'));
    expect(found.stages).to.equal(join(KUBEBUILDER_ASSETS, 'stages.yaml'));
  });

  it('are asked for one by one when that folder has only some', () => {
    const KUBEBUILDER_ASSETS = assets('etcd', 'kube-apiserver', 'kubectl');
    const { missing } = controlPlaneBinaries(say, env({ KUBEBUILDER_ASSETS })) as {
      readonly missing: string;
    };
    expect(missing).to.match(/with kube-scheduler, kwok, kube-controller-manager, stages\.yaml$/);
  });

  it('are of the version in the pins', () => {
    expect(kubernetesVersion()).to.match(/^v1\.\d+\.\d+$/);
  });
});
