import { expect } from 'chai';
import { CONFIG, configMap, makeSecret, NAMESPACE, useCommandCluster } from './cluster-commands.js';

describe('what the commands for clusters say', () => {
  const opened = useCommandCluster();
  const FEW = ['--set', 'opni/few'];

  it('names the set and the context before anything is changed', async () => {
    const { cli, manifests } = opened();
    const file = manifests('m.yaml', [NAMESPACE, configMap('a')]);
    const { stderr } = await cli(['apply', '-f', file, ...FEW]);
    expect(stderr).to.match(/^set opni\/few in context \S+\ncomparing 2 objects/);
  });

  it('says in the summary that a dry run changed nothing', async () => {
    const { cli, manifests } = opened();
    const file = manifests('m.yaml', [NAMESPACE, configMap('a')]);
    const { stdout } = await cli(['apply', '-f', file, ...FEW, '--dry-run']);
    expect(stdout).to.match(/\ndry run, nothing was changed: 2 created\n$/);
  });

  it('tells the notes on a configuration before it is applied', async () => {
    const { cli, folder } = opened();
    folder.write('opni-logging.yaml', CONFIG);
    const { stderr } = await cli(['apply', '--dry-run']);
    expect(stderr).to.contain('note: the events forwarder is not built yet');
  });

  it('tells where an inventory was looked for, and what makes it', async () => {
    const { cli } = opened();
    const { code, stdout } = await cli(['status', ...FEW]);
    expect(code).to.equal(1);
    expect(stdout).to.match(
      /^set opni\/few: nothing is applied in context \S+: ConfigMap opni\/few-inventory/,
    );
    expect(stdout).to.contain('next: opni-logging apply makes it');
  });

  it('shows no data path for a set that has nothing of it', async () => {
    const { cli, manifests } = opened();
    await cli(['apply', '-f', manifests('m.yaml', [NAMESPACE, configMap('a')]), ...FEW]);
    const { stdout } = await cli(['status', ...FEW]);
    expect(stdout).to.equal('set opni/few: 2 objects, applied\n\nplatform  ok\n');
  });

  it('tells a next step once for the objects of a hop that share it', async () => {
    const { cli, cluster, folder } = opened();
    folder.write('opni-logging.yaml', CONFIG);
    await makeSecret(opened());
    await cli(['apply', '--no-wait']);
    for (const kind of ['services', 'configmaps']) {
      await cluster.send('DELETE', `/api/v1/namespaces/opni/${kind}/opni-shipper`);
    }
    const { stdout } = await cli(['status']);
    const lines = stdout.split('\n').map((line) => line.replace(/^[│└├─ ]*/, ''));
    const at = lines.indexOf('ConfigMap opni/opni-shipper is not there');
    expect(lines.slice(at, at + 3)).to.deep.equal([
      'ConfigMap opni/opni-shipper is not there',
      'Service opni/opni-shipper is not there',
      'next: opni-logging apply makes it anew',
    ]);
  });
});
