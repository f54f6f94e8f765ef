import { expect } from 'chai';
import { CONFIG, makeSecret, useCommandCluster } from './cluster-commands.js';

const metrics = (bytes: number) => `fluentd_output_status_buffer_total_bytes{plugin_id="main"} ${bytes}\n`;

describe('the buffers in a deletion', () => {
  const opened = useCommandCluster();

  beforeEach(async () => {
    const { cli, cluster, folder } = opened();
    folder.write('opni-logging.yaml', CONFIG);
    await makeSecret(opened());
    expect((await cli(['apply', '--quiet'])).code).to.equal(0);
    const metadata = { name: 'opni-logging-fluentd-0', namespace: 'opni' };
    const spec = { containers: [{ name: 'fluentd', image: 'x' }] };
    await cluster.send('POST', '/api/v1/namespaces/opni/pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec,
    });
  });

  it('are waited for before what sends goes, and it is said when all has arrived', async () => {
    const { cli, server } = opened();
    server.proxy = () => ({ status: 200, body: metrics(0) });
    const { code, stderr } = await cli(['delete', '--yes']);
    expect({ code, stderr }).to.deep.equal({
      code: 0,
      stderr: `set opni/opni in context test
looking for what belongs to the set
deleting what takes records in
everything on its way has arrived
deleting custom resources, while their operator lives
deleting workloads
deleting configuration
deleting accounts and roles
deleting definitions
deleting namespaces
note: what is kept and used by nobody else goes with --crds --delete-namespace
`,
    });
  });

  it('are told in a warning when they are not empty in time, and in the document for machines', async () => {
    const { cli, server } = opened();
    server.proxy = () => ({ status: 200, body: metrics(3000) });
    const { code, stdout, stderr } = await cli(['delete', '--yes', '--json', '--drain-timeout', '1s']);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(JSON.parse(stdout).warnings).to.deep.equal([
      'after 1 s, 3 KiB wait in the disk buffer of opni/opni-logging; what lies on disk stays there',
    ]);
  });

  it('are not looked at with a time of 0s', async () => {
    const { cli, server } = opened();
    server.proxy = () => {
      throw new Error('asked');
    };
    const { code, stderr } = await cli(['delete', '--yes', '--drain-timeout', '0s']);
    expect(code).to.equal(0);
    expect(stderr).to.not.contain('warning').and.not.contain('arrived');
  });
});
