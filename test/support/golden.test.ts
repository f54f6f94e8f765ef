import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { expectGolden, firstDifference } from './golden.js';
import { useTempDir } from './temp-dir.js';

describe('golden files', () => {
  const folder = useTempDir();
  const compare = (text: string) => expectGolden('a.txt', text, { folder: folder(), update: false });

  it('accepts the same text', () => {
    writeFileSync(join(folder(), 'a.txt'), 'one\ntwo\n');
    compare('one\ntwo\n');
  });

  it('shows the first line that differs, the lines before it, and how to update', () => {
    writeFileSync(join(folder(), 'a.txt'), '1\n2\n3\n4\n5\n6\n');
    expect(() => compare('1\n2\n3\n4\nfive\n6\n')).to.throw(
      /^a\.txt differs from its golden file at line 5:\n {2}2\n {2}3\n {2}4\n- 5\n- 6\n- \n\+ five\n\+ 6\n\+ \nIf .*UPDATE_GOLDEN=1 npm test/,
    );
  });

  it('refuses a missing file, and does not write it', () => {
    expect(() => compare('one')).to.throw(
      'There is no golden file a.txt. If the change is meant: UPDATE_GOLDEN=1',
    );
    expect(existsSync(join(folder(), 'a.txt'))).to.equal(false);
  });

  it('writes the file when told to', () => {
    expectGolden('sub/a.txt', 'one', { folder: folder(), update: true });
    expect(readFileSync(join(folder(), 'sub/a.txt'), 'utf8')).to.equal('one');
  });

  it('tells apart texts of which one ends early, and texts that differ in blanks only', () => {
    expect(firstDifference('a\n', 'a')).to.equal('line 2:\n  a\n- \n+ (end of file)');
    expect(firstDifference('a', 'a\t')).to.equal('line 1:\n- a\n+ a\\t');
    expect(firstDifference('a', 'a')).to.equal(undefined);
  });
});

describe('temporary folder of a test', () => {
  const folder = useTempDir();
  let last = '';

  it('is there and empty', () => {
    last = folder();
    writeFileSync(join(last, 'a'), '');
    expect(existsSync(join(last, 'a'))).to.equal(true);
  });

  it('is another one for the next test, and the former is gone', () => {
    expect(folder()).to.not.equal(last);
    expect(existsSync(last)).to.equal(false);
    expect(existsSync(join(folder(), 'a'))).to.equal(false);
  });
});
