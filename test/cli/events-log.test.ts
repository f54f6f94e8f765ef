import { expect } from 'chai';
import { kubeconfigText } from '../kube/api-server.js';
import { EventStore } from '../support/events/event-store.js';
import { FakeDataPrepper } from '../support/events/fake-data-prepper.js';
import { type FakeEventsApi, startFakeEventsApi } from '../support/events/fake-events-api.js';
import { runCli } from './fake-context.js';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.js';

describe('the log of opni-logging events', () => {
  let folder: TemporaryFolder;
  let api: FakeEventsApi;
  let intake: FakeDataPrepper;

  before(async () => {
    folder = temporaryFolder();
    api = await startFakeEventsApi({ store: new EventStore() });
    intake = await FakeDataPrepper.start();
  });
  after(async () => {
    folder.remove();
    api.close();
    await intake.close();
  });

  for (const [name, flags] of [
    ['prod', ['--cluster.name', 'prod']],
    [undefined, []],
  ] as const) {
    it(`is lines of JSON that ${name ? 'name' : 'do not name'} the cluster`, async () => {
      const KUBECONFIG = folder.write('kubeconfig', kubeconfigText(api.url));
      const args = ['events', '--once', '--shipper.url', intake.url, ...flags];
      const { code, stderr } = await runCli(args, { env: { KUBECONFIG } });
      expect(code, stderr).to.equal(0);
      const lines = stderr
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(lines).to.not.be.empty;
      for (const line of lines) expect(line.cluster).to.equal(name);
    });
  }

  it('holds the notes about settings as lines, and says that documents arrive', async () => {
    const KUBECONFIG = folder.write('kubeconfig', kubeconfigText(api.url));
    api.store.create({ reason: 'BackOff', involvedObject: { kind: 'Pod', namespace: 'shop', name: 'a' } });
    const file = folder.write('account', 'x');
    const account = ['--shipper.basicAuth.usernameFile', file, '--shipper.basicAuth.passwordFile', file];
    const args = ['events', '--once', '--shipper.url', intake.url, ...account];
    const { code, stderr } = await runCli(args, { env: { KUBECONFIG } });
    expect(code, stderr).to.equal(0);
    const lines = stderr.trimEnd().split('\n');
    const messages = lines.map((line) => JSON.parse(line).message as string);
    expect(messages[0]).to.contain('the password goes to the shipper in clear');
    expect(messages).to.include('the shipper takes documents');
  });
});
