import { expect } from 'chai';
import { repositoryPath } from '../support/repository.js';
import { CONFIG, configMap, NAMESPACE, nothingOf, useCommandCluster } from './cluster-commands.js';

const MANIFESTS = ['-f', 'm.yaml'];
const SET = ['--set', 'opni/few'];

describe('choosing a set', () => {
  const opened = useCommandCluster();

  beforeEach(() => {
    const { folder, manifests } = opened();
    folder.write('opni-logging.yaml', CONFIG);
    for (const name of ['east', 'west']) folder.write(`fleet/${name}.yaml`, CONFIG.replace('prod', name));
    manifests('m.yaml', [NAMESPACE, configMap('a')]);
  });

  for (const [title, args, told] of [
    ['opni-logging.yaml when nothing is said', ['status'], nothingOf('opni', 'opni')],
    ['the file that is named', ['status', 'opni-logging.yaml'], nothingOf('opni', 'opni')],
    ['one of a fleet', ['status', 'fleet', '--cluster', 'west'], nothingOf('opni', 'opni')],
    ['the one cluster, also by its name', ['status', '--cluster', 'prod'], nothingOf('opni', 'opni')],
    ['a set by its name', ['status', '--set', 'logs/x.y-z'], undefined],
    ['a set by its name', ['status', '--set', 'logs/x-z'], nothingOf('logs', 'x-z')],
  ] as const) {
    it(`${told ? 'takes' : 'does not take'} ${title}: ${args.slice(1).join(' ') || 'no argument'}`, async () => {
      const { code, stdout } = await opened().cli(args);
      expect({ code, stdout }).to.deep.equal({ code: told ? 1 : 2, stdout: told ?? '' });
    });
  }

  it('takes the set of the agent where the configuration has one', async () => {
    const { cli } = opened();
    const file = repositoryPath('examples/agent.yaml');
    const { stdout, stderr } = await cli(['status', file]);
    expect(stdout + stderr).to.equal(nothingOf('opni', 'opni-agent'));
  });

  for (const [title, args, message, fix] of [
    [
      'a fleet of which no cluster is chosen',
      ['apply', 'fleet'],
      'the configuration has 2 clusters, and one is meant',
      'choose with --cluster east, --cluster west',
    ],
    [
      'a cluster that the fleet does not have',
      ['apply', 'fleet', '--cluster', 'north'],
      'the configuration has no cluster north',
      'it has east, west',
    ],
    [
      'a set without manifests',
      ['apply', ...SET],
      '--set needs --manifests here',
      'name the manifests, as in -f dist/prod',
    ],
    [
      'a set without manifests',
      ['diff', ...SET],
      '--set needs --manifests here',
      'name the manifests, as in -f dist/prod',
    ],
    [
      'manifests without a set',
      ['apply', ...MANIFESTS],
      '--manifests needs --set',
      'name the set, as in --set opni/opni',
    ],
    [
      'a set and a configuration',
      ['apply', 'opni-logging.yaml', ...SET, ...MANIFESTS],
      '--set excludes configuration files and --cluster',
      'leave out the one or the other',
    ],
    [
      'a set and a cluster of a fleet',
      ['delete', ...SET, '--cluster', 'east', '--yes'],
      '--set excludes configuration files and --cluster',
      'leave out the one or the other',
    ],
    [
      'a set without a namespace',
      ['status', '--set', 'opni'],
      '--set opni is not namespace/name',
      'write it as in --set opni/opni',
    ],
    [
      'a set with too much',
      ['status', '--set', 'a/b/c'],
      '--set a/b/c is not namespace/name',
      'write it as in --set opni/opni',
    ],
    [
      'a set with blanks',
      ['status', '--set', 'A b/c'],
      '--set A b/c is not namespace/name',
      'write it as in --set opni/opni',
    ],
    [
      'a set that leads elsewhere',
      ['status', '--set', '../x'],
      '--set ../x is not namespace/name',
      'write it as in --set opni/opni',
    ],
    [
      'manifests for a status',
      ['status', ...MANIFESTS],
      "unknown option '-f'",
      'see `opni-logging status --help`',
    ],
    [
      'a time without a unit',
      ['apply', '--timeout', '5'],
      "option '--timeout <duration>' argument '5' is invalid. Write it as in 90s, 5m or 1h.",
      'see `opni-logging apply --help`',
    ],
    [
      'a tool that marks nothing',
      ['apply', '--take-from', 'argo'],
      "option '--take-from <tools...>' argument 'argo' is invalid. Allowed choices are Argo CD, Flux, Helm.",
      'see `opni-logging apply --help`',
    ],
    [
      'a share above all',
      ['apply', '--prune-share', '101'],
      '--prune-share 101 is no percentage',
      'write a number from 0 to 100',
    ],
    [
      'a share below nothing',
      ['apply', '--prune-share', '-1'],
      '--prune-share -1 is no percentage',
      'write a number from 0 to 100',
    ],
    [
      'a share with a sign',
      ['apply', '--prune-share', '50%'],
      '--prune-share 50% is no percentage',
      'write a number from 0 to 100',
    ],
  ] as const) {
    it(`refuses ${title}, and asks no cluster: ${args.join(' ')}`, async () => {
      const { cli, cluster } = opened();
      const { code, stdout, stderr } = await cli(args, { env: { KUBECONFIG: '/nowhere' } });
      expect({ code, stdout, stderr }).to.deep.equal({
        code: 2,
        stdout: '',
        stderr: `error: ${message}\n    fix: ${fix}\n`,
      });
      expect(cluster.front.calls).to.deep.equal([]);
    });
  }

  it('names files, a folder, or the command that writes one, where there is no configuration', async () => {
    const { cli, folder } = opened();
    folder.write('elsewhere/x', '');
    const { code, stderr } = await cli(['apply'], { cwd: `${folder.path}/elsewhere` });
    expect({ code, stderr }).to.deep.equal({
      code: 2,
      stderr:
        'error: no path given, and here is neither opni-logging.yaml nor clusters\n' +
        '    fix: name files or folders, or write a first file with `opni-logging init`\n',
    });
  });

  it('refuses a configuration as validate does, before the cluster is asked', async () => {
    const { cli, cluster, folder } = opened();
    folder.write('opni-logging.yaml', CONFIG.replace('rke2', 'rke3'));
    for (const command of ['apply', 'status']) {
      const { code, stderr } = await cli([command]);
      expect(code).to.equal(1);
      expect(stderr).to.match(/^opni-logging\.yaml:4:17: cluster\.distribution: /);
    }
    expect((await cli(['diff'])).code).to.equal(2);
    expect(cluster.front.calls).to.deep.equal([]);
  });
});

describe('the help of the commands that ask a cluster', () => {
  const opened = useCommandCluster();

  it('tells times as a person writes them', async () => {
    const { cli } = opened();
    const text = async (command: string) => (await cli([command, '--help'])).stdout.replaceAll(/\s+/g, ' ');
    expect(await text('apply'))
      .to.contain('as in 90s or 5m (default: 5m)')
      .and.contain('(default: 50)');
    expect(await text('delete'))
      .to.contain('(default: 2m)')
      .and.contain('for each step (default: 5m)');
  });

  for (const command of ['apply', 'diff', 'status', 'delete']) {
    it(`says for ${command} how a set and a cluster are chosen, with examples and exit codes`, async () => {
      const { code, stdout } = await opened().cli([command, '--help']);
      expect(code).to.equal(0);
      for (const text of [
        '--cluster <name>',
        '--set <namespace/name>',
        '--context <name>',
        '--kubeconfig <file>',
      ])
        expect(stdout).to.contain(text);
      expect(stdout).to.contain(`\n  $ opni-logging ${command}`).and.contain('\n  130  interrupted\n');
      expect(stdout.includes('--manifests <paths...>')).to.equal(command === 'apply' || command === 'diff');
    });
  }
});
