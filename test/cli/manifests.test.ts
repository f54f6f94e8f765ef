import { Readable } from 'node:stream';
import { expect } from 'chai';
import { readManifests } from '../../src/cli/manifests.js';
import { OpniLoggingError } from '../../src/common/error.js';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.js';

const manifest = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;

describe('readManifests', () => {
  let folder: TemporaryFolder;

  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  /** Names of the objects in some paths. */
  async function names(paths: readonly string[], input = ''): Promise<string[]> {
    const stdin = Readable.from([input]);
    const objects = await readManifests(paths, { cwd: folder.path, stdin });
    return objects.map(({ metadata }) => metadata.name);
  }

  async function refusal(text: string, file = 'm.yaml'): Promise<OpniLoggingError> {
    folder.write(file, text);
    const error = await names([file]).catch((thrown: unknown) => thrown);
    if (error instanceof OpniLoggingError) return error;
    throw new Error(`not refused: ${String(error)}`);
  }

  it('reads files in the order in which they are named, and all documents of each', async () => {
    folder.write('a.yaml', `${manifest('a1')}---\n---\n# nothing\n---\n${manifest('a2')}`);
    folder.write('b.json', JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } }));
    expect(await names(['b.json', 'a.yaml'])).to.deep.equal(['b', 'a1', 'a2']);
  });

  it('reads a folder with all folders in it, sorted, and nothing but YAML and JSON', async () => {
    folder.write('dist/2.yaml', manifest('two'));
    folder.write('dist/1/x.yml', manifest('one'));
    folder.write(
      'dist/3.json',
      JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'three' } }),
    );
    folder.write('dist/readme.md', '# not this');
    expect(await names(['dist'])).to.deep.equal(['one', 'two', 'three']);
  });

  it('reads standard input', async () => {
    expect(await names(['-'], manifest('in'))).to.deep.equal(['in']);
  });

  it('takes the items of a List as if they stood alone', async () => {
    const item = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
    folder.write(
      'list.json',
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [item('a'), item('b')] }),
    );
    folder.write('list.yaml', 'apiVersion: v1\nkind: ConfigMapList\nitems: []\n');
    expect(await names(['list.json', 'list.yaml'])).to.deep.equal(['a', 'b']);
  });

  it('reads JSON in a file that is called YAML', async () => {
    folder.write('a.yaml', JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }));
    expect(await names(['a.yaml'])).to.deep.equal(['a']);
  });

  it('tells the place of what is no YAML, and quotes nothing of it', async () => {
    const { code, message, problems } = await refusal('kind: Secret\npassword: [correct-horse\n');
    expect(code).to.equal('config');
    expect(message).to.match(/^m\.yaml:3:1: is no YAML: /);
    expect(message).to.not.contain('correct-horse');
    expect(problems[0]).to.include({ file: 'm.yaml', line: 3, column: 1, fix: 'correct it there' });
  });

  it('tells the place of what is no JSON', async () => {
    expect((await refusal('{"kind": ', 'm.json')).message).to.match(/^m\.json:1:\d+: is no YAML: /);
  });

  for (const [title, text, message] of [
    ['a document that is a list', '- a', 'm.yaml: document 1: is no object'],
    ['a document that is a word', `${manifest('a')}---\nword`, 'm.yaml: document 2: is no object'],
    [
      'something else than a manifest',
      'image: example.com/app:1',
      'm.yaml: document 1: is no object of Kubernetes: it has no apiVersion, no kind, no metadata.name',
    ],
    [
      'a manifest without a name',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {}',
      'm.yaml: document 1: is no object of Kubernetes: it has no metadata.name',
    ],
    [
      'an item of a List that is nothing',
      'apiVersion: v1\nkind: List\nitems: [null]',
      'm.yaml: document 1, item 1: is no object',
    ],
  ] as const) {
    it(`refuses ${title}`, async () => {
      const error = await refusal(text);
      expect(error.code).to.equal('config');
      expect(error.message).to.equal(message);
      expect(error.problems.every(({ fix }) => fix)).to.equal(true);
    });
  }

  it('tells all that is wrong at once', async () => {
    const { message, problems } = await refusal('a: 1\n---\nb: 2\n');
    expect(message).to.equal('the manifests were refused: 2 problems');
    expect(problems.map(({ path }) => path)).to.deep.equal(['document 1', 'document 2']);
  });

  it('refuses a folder without manifests', async () => {
    folder.write('empty/readme.md', '');
    const error: unknown = await names(['empty']).catch((thrown: unknown) => thrown);
    expect(error).to.include({
      code: 'io',
      message: 'empty: has no file that ends with .yaml, .yml or .json',
    });
  });

  it('tells of a file that is not there, and that the path should be checked', async () => {
    const error = await names(['gone.yaml']).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(OpniLoggingError);
    const { message, problems } = error as OpniLoggingError;
    expect(message).to.match(/^gone\.yaml: cannot read: ENOENT/);
    expect(problems[0]?.fix).to.equal('check the path; a relative one starts in the working directory');
  });
});
