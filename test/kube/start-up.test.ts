import { expect } from 'chai';
import { importsOf, readSourceTree } from '../support/dependency-direction.js';
import { repositoryRoot } from '../support/repository.js';

describe('src/kube', () => {
  it('loads no package at its start but the reader of YAML', () => {
    const tree = readSourceTree(repositoryRoot(), ['src/kube']);
    const packages = [...tree].flatMap(([file, text]) =>
      importsOf(text)
        .filter(({ specifier }) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
        .map(({ specifier, line }) => ({ file, specifier, text: text.split('\n')[line - 1]!.trim() }))
        .filter(({ text }) => !text.startsWith('import type ')),
    );
    expect(
      packages.map(({ file, specifier, text }) => [file, specifier, /\bimport\(/.test(text)]),
    ).to.have.deep.members([
      ['src/kube/auth-provider.ts', '@kubernetes/client-node', true],
      ['src/kube/connection-agent.ts', 'hpagent', true],
      ['src/kube/kubeconfig-file.ts', 'js-yaml', false],
    ]);
  });
});
