import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkDependencies, checkFileNames, importsOf, readSourceTree } from './dependency-direction.js';
import { useTempDir } from './temp-dir.js';

const check = (file: string, text: string) => checkDependencies(new Map([[file, text]]));

describe('check of the direction of dependencies', () => {
  const allowed: [string, string, string][] = [
    ['a lower row', 'src/cli/main.ts', "import { a } from '../common/error.js';"],
    ['its own row', 'src/config/load.ts', "import { a } from './schema/parts.js';"],
    ['the charts from the command', 'src/cli/synth.ts', "import { a } from '../../charts/logging-chart.js';"],
    ['constructs from the charts', 'charts/main.ts', "import { a } from '../src/constructs/stack.js';"],
    ['the bindings from a construct', 'src/constructs/a.ts', "import { a } from '../../imports/logging.js';"],
    ['packages and builtins', 'src/common/a.ts', "import { join } from 'node:path';\nimport ajv from 'ajv';"],
    ['the package file', 'src/cli/main.ts', "import data from '../../package.json' with { type: 'json' };"],
  ];
  for (const [title, file, text] of allowed) {
    it(`allows ${title}`, () => expect(check(file, text)).to.deep.equal([]));
  }

  const refused: [string, string, string, string][] = [
    [
      'a higher row',
      'src/common/error.ts',
      "import { a } from '../config/load.js';",
      'src/common/error.ts:1: imports ../config/load.js: src/common is below src/config',
    ],
    [
      'the charts from a construct',
      'src/constructs/a.ts',
      "\nimport { a } from '../../charts/a.js';",
      'src/constructs/a.ts:2: imports ../../charts/a.js: src/constructs is below charts',
    ],
    [
      'the bindings from anything but a construct',
      'src/lint/a.ts',
      "import type { a } from '../../imports/a.js';",
      'src/lint/a.ts:1: imports ../../imports/a.js: imports/ is for src/constructs only',
    ],
    [
      'a test from product code',
      'src/kube/a.ts',
      "export * from '../../test/support/a.js';",
      'src/kube/a.ts:1: imports ../../test/support/a.js: product code does not use test/',
    ],
    [
      'the command from the library',
      'src/index.ts',
      "export { a } from './cli/main.js';",
      'src/index.ts:1: imports ./cli/main.js: the library never loads the command',
    ],
    [
      'the library from anything',
      'src/cli/main.ts',
      "import { a } from '../index.js';",
      'src/cli/main.ts:1: imports ../index.js: src/cli is below src/index.ts',
    ],
    [
      'a folder that is in no row',
      'src/common/a.ts',
      "import '../util/a.js';",
      'src/common/a.ts:1: imports ../util/a.js: is in no row of the layers',
    ],
    ['a file that is in no row', 'src/util/a.ts', '', 'src/util/a.ts:1: is in no row of the layers'],
    [
      'a dynamic import',
      'src/synth/a.ts',
      "const a = await import(\n  '../cli/main.js',\n);",
      'src/synth/a.ts:2: imports ../cli/main.js: src/synth is below src/cli',
    ],
  ];
  for (const [title, file, text, fault] of refused) {
    it(`refuses ${title}`, () => expect(check(file, text)).to.deep.equal([fault]));
  }

  it('finds every form of import, and none in comments', () => {
    const text = `// import a from './no.js';
/* import b from './no.js';
*/
import c from './c.js'; // import './no.js'
import {
  d,
  e,
} from "./d.js";
import './f.js';
export { g } from './g.js';
export * as h from './h.js';
type I = import('./i.js').I;
const url = 'https://example.org'; const j = import('./j.js');
export const k = 'from';
`;
    expect(importsOf(text)).to.deep.equal([
      { specifier: './c.js', line: 4 },
      { specifier: './d.js', line: 8 },
      { specifier: './f.js', line: 9 },
      { specifier: './g.js', line: 10 },
      { specifier: './h.js', line: 11 },
      { specifier: './i.js', line: 12 },
      { specifier: './j.js', line: 13 },
    ]);
  });
});

describe('check of file names', () => {
  it('takes kebab-case only', () => {
    const names = [
      'src/a/b.ts',
      'src/log-adapter.ts',
      'test/a-b.test.ts',
      'src/LogAdapter.ts',
      'src/log_adapter.ts',
    ];
    expect(checkFileNames(new Map(names.map((name) => [name, ''])))).to.deep.equal([
      'src/LogAdapter.ts: the name is not kebab-case',
      'src/log_adapter.ts: the name is not kebab-case',
    ]);
  });
});

describe('reading of a source tree', () => {
  const folder = useTempDir();

  it('finds the files of all depths, and a violation among them', () => {
    mkdirSync(join(folder(), 'src/common/deep'), { recursive: true });
    writeFileSync(join(folder(), 'src/common/deep/a.ts'), "import '../../cli/main.js';\n");
    writeFileSync(join(folder(), 'src/common/a.d.ts'), "import '../cli/main.js';\n");
    const tree = readSourceTree(folder(), ['src']);
    expect([...tree.keys()]).to.deep.equal(['src/common/deep/a.ts']);
    expect(checkDependencies(tree)).to.have.length(1);
  });
});
