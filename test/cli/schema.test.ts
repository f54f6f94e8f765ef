import { Ajv } from 'ajv';
import { expect } from 'chai';
import { parse } from 'yaml';
import { runCli } from './fake-context.js';
import { smallConfig, type TemporaryFolder, temporaryFolder } from './temporary-folder.js';

describe('opni-logging schema', () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('prints a JSON Schema that knows nothing of our own keywords', async () => {
    const { code, stdout } = await runCli(['schema']);
    expect(code).to.equal(0);
    const schema = JSON.parse(stdout);
    expect(stdout).to.not.contain('patternHint');
    const validate = new Ajv({ strict: true, strictRequired: false }).compile(schema);
    expect(validate(parse(smallConfig('prod')))).to.equal(true);
    expect(validate(parse(smallConfig('Not A Label')))).to.equal(false);
  });

  it('writes it to a file', async () => {
    const { stdout } = await runCli(['schema', '--output', 'schema.json'], { cwd: folder.path });
    expect(stdout).to.equal('wrote schema.json\n');
    expect(folder.read('schema.json')).to.equal((await runCli(['schema'])).stdout);
  });

  it('says when it cannot write', async () => {
    const { code, stderr } = await runCli(['schema', '-o', 'no/such/folder.json'], { cwd: folder.path });
    expect(code).to.equal(1);
    expect(stderr).to.match(
      /^error: no\/such\/folder\.json: cannot write: ENOENT.*\n {4}fix: make the folder that it lies in/,
    );
  });
});
