import { execFileSync, spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { runCli } from './fake-context.js';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.js';

/** Whether a shell can be run here. */
const has = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;

/** What bash offers for a command line; the last word is the one being typed. */
function bashReplies(script: string, words: readonly string[]): string[] {
  const line = words.map((word) => `'${word}'`).join(' ');
  const test = `${script}
COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}
_opni_logging
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['--norc', '-c', test], { encoding: 'utf8' }).trim().split('\n');
}

describe('opni-logging completion', () => {
  let script: string;
  let folder: TemporaryFolder;

  before(async () => {
    folder = temporaryFolder();
    script = (await runCli(['completion', 'bash'])).stdout;
  });
  after(() => folder.remove());

  for (const [words, expected] of [
    [['sy'], ['synth']],
    [
      [''],
      [
        'init',
        'synth',
        'validate',
        'diff',
        'apply',
        'status',
        'delete',
        'schema',
        'completion',
        'events',
        'agent',
        'help',
      ],
    ],
    [['--q'], ['--quiet']],
    [['--ver'], ['--version']],
    [['synth', '--fo'], ['--format']],
    [
      ['synth', '--format', ''],
      ['yaml', 'json'],
    ],
    [['synth', '--format', '=', 'j'], ['json']],
    [
      ['synth', '--format', '='],
      ['yaml', 'json'],
    ],
    [['synth', 'a.yaml', '--layout', 'ob'], ['objects']],
    [['--quiet', 'validate', '--show'], ['--show-origin']],
    [
      ['init', '--distribution', 'rk'],
      ['rke', 'rke2'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['help', 'val'], ['validate']],
    [
      ['apply', '--take-from', ''],
      ['Argo\\ CD', 'Flux', 'Helm'],
    ],
    [['apply', '--take-from', 'Ar'], ['Argo\\ CD']],
    [
      ['apply', '--no-'],
      ['--no-wait', '--no-prune', '--no-recreate', '--no-color'],
    ],
    [['apply', '--dry'], ['--dry-run']],
    [['diff', '--win'], ['--win-over']],
    [
      ['delete', '--delete-'],
      ['--delete-namespace', '--delete-volumes'],
    ],
    [['status', '--wa'], ['--watch']],
    [['apply', '-f', ''], ['']],
    [['status', '--kubeconfig', ''], ['']],
    [['delete', '--set', ''], ['']],
    [['events', ''], ['tail']],
    [['events', '--dry'], ['--dry-run']],
    [['events', '--shipper.g'], ['--shipper.gzip']],
    [
      ['events', '--source.types.include', ''],
      ['Normal', 'Warning'],
    ],
    [
      ['events', '--once', '--logLevel', ''],
      ['error', 'warn', 'info', 'debug'],
    ],
    [['events', '--shipper.url', ''], ['']],
    [['events', '--config', ''], ['']],
    [['events', '--spool.folder', ''], ['']],
    [['events', 'tail', '--si'], ['--since']],
    [['events', 'tail', '--shipper'], ['']],
    [
      ['events', 'tail', '--type', ''],
      ['Normal', 'Warning'],
    ],
    [['events', 'tail', ''], ['']],
    [['synth', ''], ['']],
    [['synth', '-o', ''], ['']],
    [['init', '--name', ''], ['']],
  ] as const) {
    it(`offers bash ${JSON.stringify(expected.join(' '))} for \`opni-logging ${words.join(' ')}\``, function () {
      if (!has('bash')) {
        console.log('      skipped: there is no bash here');
        this.skip();
      }
      expect(bashReplies(script, ['opni-logging', ...words])).to.deep.equal(expected);
    });
  }

  it('tells zsh and fish what follows `events tail`', async () => {
    const { stdout: zsh } = await runCli(['completion', 'zsh']);
    const branch = /\n {4}events\)[\s\S]*? ;;/.exec(zsh)?.[0] ?? '';
    const [tail, events] = branch.split('return\n');
    expect(tail).to.contain("'--since[").and.not.contain('--shipper.url');
    expect(events).to.contain("'--shipper.url[").and.contain(':argument:(tail)').and.not.contain('--since');
    const { stdout: fish } = await runCli(['completion', 'fish']);
    expect(fish).to.match(/from events; and not \S+_from tail' -f -a tail -d /);
    expect(fish).to.match(/from events; and \S+_from tail' -l since -x /);
    expect(fish).to.match(/from events; and not \S+_from tail' -l shipper\.url -x /);
  });

  it('leaves files to bash', () => {
    expect(script).to.match(/^complete -o default -F _opni_logging opni-logging$/m);
  });

  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    it(`writes a script that ${shell} takes`, async function () {
      const { code, stdout } = await runCli(['completion', shell]);
      expect(code).to.equal(0);
      expect(stdout).to.contain('show-origin').and.contain('rke2');
      if (!has(shell)) {
        console.log(`      skipped: there is no ${shell} here`);
        this.skip();
      }
      const file = folder.write(`completion.${shell}`, stdout);
      const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
      expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    });
  }

  it('refuses other shells', async () => {
    const { code, stderr } = await runCli(['completion', 'tcsh']);
    expect(code).to.equal(2);
    expect(stderr).to.contain('bash, zsh, fish');
  });
});
