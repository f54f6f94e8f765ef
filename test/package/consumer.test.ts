import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { repositoryPath } from '../support/repository.js';
import { useTempDir } from '../support/temp-dir.js';

const APP = `import { App, Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { ClusterFlow, ClusterOutput, DataPrepper, LogAdapter, LoggingStack, type LoggingStackProps } from 'opni-logging';

const opensearch = { url: 'https://opensearch.example.com:9200', username: 'logs-writer' };
const props: LoggingStackProps = { cluster: { name: 'consumer', distribution: 'eks' }, opensearch };
const app = new App();
const stack = new LoggingStack(new Chart(app, 'stack'), 'Stack', props);
stack.shipper.deployment.merge({ metadata: { annotations: { team: 'platform' } } });

const parts = new Chart(app, 'parts');
const account = Secret.fromSecretName(parts, 'Account', 'account');
const logging = new LogAdapter(parts, 'Logging', { name: 'own', namespace: 'logs' });
const shipper = new DataPrepper(parts, 'Shipper', {
  name: 'shipper',
  namespace: 'logs',
  image: 'opensearchproject/data-prepper:2.16.0',
  opensearch: { ...opensearch, passwordSecret: { name: account.name, key: 'password' } },
});
const output = new ClusterOutput(parts, 'Output', { name: 'out', logging, endpoint: shipper.ingestUrl });
new ClusterFlow(parts, 'Flow', { name: 'flow', logging, outputs: [output.name], clusterId: 'consumer' });
app.synth();
`;

/** What a consumer needs besides the package: peers, and what one compiles with. */
const CONSUMER_TOOLS = ['cdk8s', 'constructs', 'cdk8s-plus-28', 'typescript', '@types/node'];
const TOOLS_OF_TOOLS = ['undici-types'];

/** The first TypeScript that a page shows. */
function exampleOf(page: string): string {
  const found = /^```ts\n(.*?)^```/ms.exec(readFileSync(repositoryPath(page), 'utf8'));
  if (!found?.[1]) throw new Error(`${page} shows no TypeScript`);
  return found[1];
}

function run(command: string, args: readonly string[], cwd: string): SpawnSyncReturns<string> {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8' });
  expect(result.status, `${command} ${args.join(' ')}\n${result.stdout}\n${result.stderr}`).to.equal(0);
  return result;
}

describe('the package, as somebody else installs it', () => {
  const folder = useTempDir();

  function pack(): string {
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder()];
    const [{ filename }] = JSON.parse(run('npm', args, repositoryPath()).stdout);
    return join(folder(), filename);
  }

  /**
   * What `npm install <tarball>` makes of an empty folder, without asking a registry: the package's own files, and of
   * its dependencies only those that it declares.
   */
  function unpack(consumer: string): void {
    const home = join(consumer, 'node_modules', 'opni-logging');
    mkdirSync(home, { recursive: true });
    run('tar', ['-xzf', pack(), '-C', home, '--strip-components=1'], consumer);
    const { dependencies } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
    for (const name of [...Object.keys(dependencies), ...CONSUMER_TOOLS, ...TOOLS_OF_TOOLS]) {
      const link = join(consumer, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(repositoryPath('node_modules', name), link);
    }
  }

  /** The same with npm itself. It asks a registry, so only `.ci/run` does it, with INSTALL_FROM_REGISTRY=1. */
  function install(consumer: string): void {
    const { devDependencies } = JSON.parse(readFileSync(repositoryPath('package.json'), 'utf8'));
    const tools = CONSUMER_TOOLS.map((name) => `${name}@${devDependencies[name]}`);
    run('npm', ['install', '--no-audit', '--no-fund', pack(), ...tools], consumer);
  }

  it('compiles in strict mode, synthesizes, and has a command', function () {
    this.timeout(120_000);
    const consumer = join(folder(), 'consumer');
    mkdirSync(consumer, { recursive: true });
    writeFileSync(
      join(consumer, 'package.json'),
      '{ "name": "consumer", "private": true, "type": "module" }\n',
    );
    if (process.env['INSTALL_FROM_REGISTRY']) install(consumer);
    else unpack(consumer);
    writeFileSync(
      join(consumer, 'package.json'),
      '{ "name": "consumer", "private": true, "type": "module" }\n',
    );
    writeFileSync(join(consumer, 'app.ts'), APP);
    writeFileSync(join(consumer, 'readme.ts'), exampleOf('README.md'));
    // Needs a cluster, so it is compiled only.
    writeFileSync(join(consumer, 'events.ts'), exampleOf('docs/events.md'));
    writeFileSync(
      join(consumer, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          module: 'NodeNext',
          target: 'ES2023',
          rootDir: '.',
          types: ['node'],
        },
        files: ['app.ts', 'readme.ts', 'events.ts'],
      }),
    );
    run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], consumer);
    run(process.execPath, ['readme.js'], consumer);
    expect(readFileSync(join(consumer, 'dist', 'logging.k8s.yaml'), 'utf8')).to.include('kind: Logging');
    run(process.execPath, ['app.js'], consumer);
    const manifests = readFileSync(join(consumer, 'dist', 'stack.k8s.yaml'), 'utf8');
    expect(manifests).to.include('kind: ClusterFlow').and.to.include('team: platform');
    expect(readFileSync(join(consumer, 'dist', 'parts.k8s.yaml'), 'utf8')).to.include('name: shipper');

    const { bin, exports } = JSON.parse(
      readFileSync(join(consumer, 'node_modules/opni-logging/package.json'), 'utf8'),
    );
    const command = join('node_modules/opni-logging', bin['opni-logging']);
    writeFileSync(join(consumer, 'cluster.yaml'), readFileSync(repositoryPath('examples/rke2.yaml')));
    run(process.execPath, [command, 'synth', 'cluster.yaml', '-o', 'out'], consumer);
    const schema = join(consumer, 'node_modules/opni-logging', exports['./schema.json']);
    expect(JSON.parse(readFileSync(schema, 'utf8'))).to.have.property('title');
  });
});
