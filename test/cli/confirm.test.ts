import { expect } from 'chai';
import { configMap, NAMESPACE, useCommandCluster } from './cluster-commands.js';

const DELETE = ['delete', '--set', 'opni/few'];

/** The question without what a terminal does to draw it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones
const plain = (text: string) => text.replaceAll(/\u001b\[\d*[A-Z]/gi, '').replaceAll('\r', '');

describe('the question before a deletion', () => {
  const opened = useCommandCluster();

  beforeEach(async () => {
    const { cli, cluster, manifests } = opened();
    await cli(['apply', '-f', manifests('m.yaml', [NAMESPACE, configMap('a')]), '--set', 'opni/few']);
    cluster.front.clear();
  });

  for (const answer of ['yes', 'YES', ' yes ']) {
    it(`goes on after ${JSON.stringify(answer)}`, async () => {
      const { code, stdout } = await opened().cli(DELETE, { terminal: true, input: [answer] });
      expect({ code, last: stdout.trim().split('\n').at(-1) }).to.deep.equal({
        code: 0,
        last: '1 deleted, 1 kept',
      });
    });
  }

  for (const [title, input] of [
    ['no', ['no']],
    ['y', ['y']],
    ['an empty line', ['']],
    ['the end of the input', []],
  ] as const) {
    it(`stops after ${title}, and nothing was changed`, async () => {
      const { cli, cluster } = opened();
      const { code, stdout, stderr } = await cli(DELETE, { terminal: true, input });
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
      expect(plain(stderr)).to.match(
        /^Delete the set opni\/few in context test\? Type yes to go on: .*\n?error: the answer was not yes, and nothing was changed\n$/,
      );
      expect(cluster.front.calls).to.deep.equal([]);
    });
  }

  for (const [flags, more] of [
    [['--crds'], 'definitions'],
    [['--crds', '--delete-namespace'], 'definitions and namespaces'],
    [['--crds', '--delete-namespace', '--delete-volumes'], 'definitions, namespaces and volume claims'],
  ] as const) {
    it(`names what goes beside what always does: ${more}`, async () => {
      const { stderr } = await opened().cli([...DELETE, ...flags], { terminal: true, input: ['no'] });
      expect(plain(stderr)).to.contain(`in context test, with its ${more}? Type yes to go on: `);
    });
  }

  it('is not asked with --yes', async () => {
    const { code, stderr } = await opened().cli([...DELETE, '-y'], { terminal: true });
    expect(code).to.equal(0);
    expect(stderr).to.not.contain('Type yes');
  });

  it('cannot be asked in a pipe, so that --yes is needed', async () => {
    const { cli, cluster } = opened();
    expect(await cli(DELETE, { input: ['yes'] })).to.deep.equal({
      code: 2,
      stdout: '',
      stderr:
        'error: there is nobody to ask whether this is meant\n' +
        '    fix: add --yes; --dry-run shows what would happen\n',
    });
    expect(cluster.front.calls).to.deep.equal([]);
  });

  it('may be interrupted: nothing was changed then', async () => {
    const { cli, cluster } = opened();
    const { code, stderr } = await cli(DELETE, { terminal: true, input: [], signal: AbortSignal.abort() });
    expect(code).to.equal(130);
    expect(stderr).to.match(/interrupted; nothing was changed\n$/);
    expect(cluster.front.calls).to.deep.equal([]);
  });
});
