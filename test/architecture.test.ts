import { expect } from 'chai';
import { checkDependencies, checkFileNames, readSourceTree } from './support/dependency-direction.js';
import { repositoryRoot } from './support/repository.js';

describe('architecture', () => {
  it('depends downwards only', () => {
    const tree = readSourceTree(repositoryRoot(), ['src', 'charts']);
    expect(tree.size).to.be.greaterThan(0);
    expect(checkDependencies(tree)).to.deep.equal([]);
  });

  it('names its files in kebab-case', () => {
    const tree = readSourceTree(repositoryRoot(), ['src', 'charts', 'test', 'bench', 'scripts']);
    expect(checkFileNames(tree)).to.deep.equal([]);
  });
});
