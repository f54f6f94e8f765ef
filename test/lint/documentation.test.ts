import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { RULES } from '../../src/lint/rules.js';
import { repositoryPath } from '../support/repository.js';

describe('docs/lint.md', () => {
  const text = readFileSync(repositoryPath('docs', 'lint.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z-]+)` \| (.*) \|$/gm)].map(([, id, title]) => `${id}: ${title}`);

  it('lists every rule with its title, in the order of the rules', () => {
    expect(rows).to.deep.equal(RULES.map(({ id, title }) => `${id}: ${title}`));
  });

  it('has a section that says how each rule is mended', () => {
    const sections = [...text.matchAll(/^### (\S+)$/gm)].map(([, id]) => id);
    expect(sections).to.deep.equal(RULES.map(({ id }) => id));
  });

  it('belongs to rules that have a file and a test each', () => {
    for (const { id } of RULES) {
      expect(existsSync(repositoryPath('src', 'lint', 'rules', `${id}.ts`)), id).to.equal(true);
      expect(existsSync(repositoryPath('test', 'lint', 'rules', `${id}.test.ts`)), id).to.equal(true);
    }
  });
});
