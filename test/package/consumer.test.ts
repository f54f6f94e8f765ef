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
const CONSUMER_TOOLS = ['cdk8s', 'constructs', 'cdk8s-plus-28', 'typescript', '@types/node', 'undici-types'];

function run(command: string, args: readonly string[], cwd: string): SpawnSyncReturns<string> {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8' });
  expect(result.status, `${command} ${args.join(' ')}\n${result.stdout}\n${result.stderr}`).to.equal(0);
  return result;
}

describe('the package, as somebody else installs it', () => {
  const folder = useTempDir();

  /**
   * What `npm install <tarball>` makes of an empty folder, without asking a registry: the package's own files, and of
   * its dependencies only those that it declares.
   */
  function install(): string {
    const consumer = join(folder(), 'consumer');
    const home = join(consumer, 'node_modules', 'opni-logging');
    mkdirSync(home, { recursive: true });
    const packed = run(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--pack-destination', folder()],
      repositoryPath(),
    );
    const [{ filename }] = JSON.parse(packed.stdout);
    run('tar', ['-xzf', join(folder(), filename), '-C', home, '--strip-components=1'], consumer);
    const { dependencies } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
    for (const name of [...Object.keys(dependencies), ...CONSUMER_TOOLS]) {
      const link = join(consumer, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(repositoryPath('node_modules', name), link);
    }
    return consumer;
  }

  it('compiles in strict mode, synthesizes, and has a command', function () {
    this.timeout(120_000);
    const consumer = install();
    writeFileSync(
      join(consumer, 'package.json'),
      '{ "name": "consumer", "private": true, "type": "module" }\n',
    );
    writeFileSync(join(consumer, 'app.ts'), APP);
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
        files: ['app.ts'],
      }),
    );
    run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], consumer);
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
