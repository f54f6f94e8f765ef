import { expect } from 'chai';
import { kubeconfigText } from '../kube/api-server.js';
import { runCli } from './fake-context.js';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.js';

describe('opni-logging events tail', () => {
  let folder: TemporaryFolder;
  let env: NodeJS.ProcessEnv;
  beforeEach(() => {
    folder = temporaryFolder();
    env = { KUBECONFIG: folder.write('kubeconfig', kubeconfigText('http://127.0.0.1:1')) };
  });
  afterEach(() => folder.remove());

  for (const args of [
    ['events', 'tail', '--context', 'nope'],
    ['events', '--context', 'nope', 'tail'],
  ]) {
    it(`takes the context of \`${args.join(' ')}\``, async () => {
      const { code, stderr } = await runCli(args, { env });
      expect(stderr).to.contain('no context "nope"');
      expect(code).to.equal(1);
    });
  }

  it('takes no settings of the forwarder, and does not list them', async () => {
    expect((await runCli(['events', 'tail', '--shipper.gzip'], { env })).code).to.equal(2);
    const { stdout } = await runCli(['events', 'tail', '--help']);
    expect(stdout).to.contain('--since').and.to.contain('--quiet').and.to.not.contain('--shipper');
    expect(stdout.match(/--help\b {2}/g)).to.have.length(1);
  });
});
