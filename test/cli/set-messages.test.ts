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
    expect(stdout).to.match(/\n2 created \(dry run: nothing was changed\)\n$/);
  });

  it('tells the notes on a configuration before it is applied', async () => {
    const { cli, folder } = opened();
    folder.write('opni-logging.yaml', CONFIG);
    const { stderr } = await cli(['apply', '--dry-run']);
    expect(stderr).to.contain('note: the image of the events forwarder is not published yet');
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

describe('what the commands for clusters say when something is refused', () => {
  const opened = useCommandCluster();

  it('tells an edited inventory once, with the way to mend it', async () => {
    const { cli, cluster, manifests } = opened();
    const file = manifests('m.yaml', [NAMESPACE, configMap('a')]);
    await cli(['apply', '-f', file, '--set', 'opni/few']);
    const path = '/api/v1/namespaces/opni/configmaps/few-inventory';
    const contentType = 'application/merge-patch+json';
    await cluster.send('PATCH', path, { data: { 'inventory.json': 'x' } }, { contentType });
    const { stderr } = await cli(['status', '--set', 'opni/few']);
    expect(stderr).to.match(
      /^error: ConfigMap opni\/few-inventory: .* was edited\. Nothing was changed\.\n {4}fix: /,
    );
    expect(stderr.match(/was edited/g)).to.have.length(1);
  });

  it('says what to do where a right is missing', async () => {
    const { cli, kubeconfigOf, manifests } = opened();
    const file = manifests('m.yaml', [NAMESPACE, configMap('a')]);
    const { code, stderr } = await cli([
      ...['apply', '-f', file, '--set', 'opni/few'],
      ...['--kubeconfig', kubeconfigOf('limited')],
    ]);
    expect(code).to.equal(1);
    expect(stderr).to.contain('fix: give the account this right, or choose another account');
  });

  it('counts many objects that are kept for one reason', async () => {
    const { cli, folder } = opened();
    folder.write('opni-logging.yaml', CONFIG);
    await cli(['apply', '--no-wait']);
    const { stdout, stderr } = await cli(['delete', '--dry-run']);
    expect(stdout).to.match(/^kept {7}16 CustomResourceDefinitions: definitions are deleted only/m);
    expect(stdout).to.match(/^kept {7}Namespace opni: namespaces are deleted only/m);
    expect(stderr).to.contain('used by nobody else goes with --crds --delete-namespace\n');
    expect(stdout).to.match(/\n34 deleted, 17 kept \(dry run: nothing was changed\)\n$/);
  });
});
