import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { kubeconfigText } from '../kube/api-server.js';
import { openModel } from '../support/cluster/model-tier.js';
import { TOKENS } from '../support/cluster/test-cluster.js';
import { repositoryPath } from '../support/repository.js';
import { useTempDir } from '../support/temp-dir.js';
import { EventsBackend } from './events-commands.js';

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(repositoryPath('docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** What a page may tell to run that needs more than this project, or would run this suite within itself. */
const NOT_RUN: readonly { readonly command: RegExp; readonly reason: string }[] = [
  { command: /^kubectl /, reason: 'needs kubectl' },
  { command: /^npm pack$/, reason: 'has a test of its own' },
  { command: /^\.ci\/run$/, reason: 'runs this suite' },
  { command: /^node scripts\//, reason: 'changes the checkout' },
  { command: /^(source|opni-logging completion .* >|eval) ?/, reason: 'changes the shell' },
];

function commandsOf(page: string): string[] {
  const text = readFileSync(repositoryPath(page), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].map((match) => match[1] ?? '');
  return blocks.flatMap((block) =>
    block
      .replaceAll(/\\\n\s*/g, '')
      .split('\n')
      .map((line) =>
        line
          .replace(/^\$ /, '')
          .replace(/\s+#.*$/, '')
          .replace(/ \| kubectl .*$/, '')
          .trim(),
      )
      .filter((line) => line !== '' && !line.startsWith('#')),
  );
}

/** Files that a page shows whole: a YAML block whose first line is a comment with its name. */
function filesOf(page: string): [file: string, content: string][] {
  const text = readFileSync(repositoryPath(page), 'utf8');
  return [...text.matchAll(/^```yaml\n# ([\w./-]+\.yaml)\n(.*?)^```/gms)].map(([, file, content]) => [
    file!,
    content!,
  ]);
}

const run = promisify(execFile);

/** A cluster with the password that a reader puts there by `kubectl`. */
async function modelCluster() {
  const opened = await openModel({ loggingOperator: true });
  const { cluster } = opened;
  const metadata = { name: 'opni-opensearch-auth' };
  await cluster.send('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'opni' },
  });
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { password: 'secret' } };
  await cluster.send('POST', '/api/v1/namespaces/opni/secrets', secret);
  return opened;
}

describe('the commands in the documentation', () => {
  const folder = useTempDir();

  /** A folder as a reader has it: the examples, the files that the page shows, and the command on the path. */
  function workplace(
    page: string,
    events: EventsBackend,
  ): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
    const cwd = join(folder(), 'work');
    const bin = join(folder(), 'bin');
    mkdirSync(bin, { recursive: true });
    cpSync(repositoryPath('examples'), join(cwd, 'examples'), { recursive: true });
    for (const [file, content] of filesOf(page)) {
      mkdirSync(dirname(join(cwd, file)), { recursive: true });
      writeFileSync(join(cwd, file), events.here(content));
    }
    const main = repositoryPath('lib/bundle/cli/main.js');
    writeFileSync(join(bin, 'opni-logging'), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
    writeFileSync(join(bin, 'npx'), '#!/bin/sh\nexec "$@"\n');
    for (const name of ['opni-logging', 'npx']) chmodSync(join(bin, name), 0o755);
    const { FORCE_COLOR: _, ...env } = process.env;
    return { cwd, env: { ...env, HOME: folder(), PATH: `${bin}${delimiter}${process.env['PATH']}` } };
  }

  for (const page of PAGES) {
    const commands = commandsOf(page);
    if (commands.length === 0) continue;

    it(`in ${page} all work`, async function () {
      this.timeout(60_000);
      const events = await EventsBackend.start(folder());
      const { cwd, env } = workplace(page, events);
      const { cluster } = await modelCluster();
      const KUBECONFIG = join(folder(), 'kubeconfig');
      writeFileSync(KUBECONFIG, kubeconfigText(cluster.url, { token: TOKENS.admin }));
      try {
        await runAll({ cwd, env: { ...env, KUBECONFIG } }, events);
      } finally {
        cluster.close();
        await events.close();
      }
    });

    async function runAll(
      options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
      events: EventsBackend,
    ): Promise<void> {
      for (const command of commands) {
        const script = /^npm (?!pack|install)(?:run )?([\w:]+)/.exec(command)?.[1];
        if (script) {
          const scripts = JSON.parse(readFileSync(repositoryPath('package.json'), 'utf8')).scripts;
          expect(Object.keys(scripts), command).to.include(script);
          continue;
        }
        if (NOT_RUN.some((entry) => entry.command.test(command))) continue;
        expect(command, 'a command of a kind that this test does not know').to.match(/^(npx )?opni-logging /);
        if (EventsBackend.runs(command)) {
          expect(await events.run(command, options)).to.equal(undefined);
          continue;
        }
        const failed = await run('bash', ['--norc', '-c', command], options).then(
          () => undefined,
          ({ stdout, stderr }: { stdout: string; stderr: string }) => `${command}\n${stdout}\n${stderr}`,
        );
        expect(failed).to.equal(undefined);
      }
    }
  }

  it('are found: a page without any would go unnoticed otherwise', () => {
    expect(PAGES.flatMap(commandsOf).length).to.be.greaterThan(10);
  });
});
