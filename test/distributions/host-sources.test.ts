import { expect } from 'chai';
import { resolveConfig } from '../../src/config/resolve.js';
import type { ClusterInput } from '../../src/config/types.js';
import { type HostSources, hostSources } from '../../src/distributions/host-sources.js';
import { OPENSEARCH } from '../stack/stack-cases.js';

type HostLogsInput = NonNullable<NonNullable<ClusterInput['collection']>['hostLogs']>;

function sources(
  distribution: ClusterInput['cluster']['distribution'],
  hostLogs: HostLogsInput = {},
  more: Omit<NonNullable<ClusterInput['collection']>, 'hostLogs'> = {},
): HostSources {
  return hostSources(
    resolveConfig({
      apiVersion: 'opni-logging/v1',
      cluster: { name: 'c', distribution },
      opensearch: OPENSEARCH,
      collection: { ...more, hostLogs },
    }),
  );
}

const ids = ({ journal, files }: HostSources) => [...journal, ...files].map(({ id }) => id);
const file = (path: string, component = 'app') => ({ path, component });

describe('host sources', () => {
  it('are the distribution’s, and what the configuration adds', () => {
    const found = sources('rke2', { units: ['etcd.service'], files: [file('/var/log/auth.log', 'auth')] });
    expect(ids(found)).to.deep.equal([
      'journal-rke2-server',
      'journal-rke2-agent',
      'journal-etcd',
      'file-kubelet',
      'file-var-log-auth-log',
    ]);
    expect(found.files.at(-1)).to.deep.include({ component: 'auth', format: 'text' });
  });

  it('are none when host logs are off, but for the audit log, which is asked for by itself', () => {
    expect(
      ids(sources('rke2', { enabled: false, units: ['a.service'], files: [file('/var/log/a')] })),
    ).to.deep.equal([]);
    const audit = sources('rke2', { enabled: false }, { auditLog: { enabled: true } });
    expect(ids(audit)).to.deep.equal(['file-audit']);
    expect(audit.folders).to.deep.equal(['/var/lib/rancher/rke2/server/logs']);
  });

  it('take the audit log from the distribution’s place, or from the one given', () => {
    const path = (given?: string) =>
      sources('k3s', {}, { auditLog: { enabled: true, ...(given && { path: given }) } }).files.at(-1)?.path;
    expect(path()).to.equal('/var/lib/rancher/k3s/server/logs/audit.log');
    expect(path('/srv/audit/audit.log')).to.equal('/srv/audit/audit.log');
    expect(ids(sources('k3s'))).not.to.include('file-audit');
  });

  it('read a unit once, also when it is named once more', () => {
    expect(ids(sources('generic', { units: ['kubelet.service', 'kubelet.service'] }))).to.deep.equal(
      ids(sources('generic')),
    );
  });

  it('keep what the table knows of a unit that is named once more', () => {
    const component = (units: string[]) =>
      sources('generic', { units }).journal.find(({ unit }) => unit === 'containerd.service')?.component;
    expect(component(['containerd.service'])).to.equal(component([]));
  });

  it('read a file once, also when it is named once more', () => {
    const twice = sources('rke2', { files: [file('/var/log/a.log'), file('/var/log/a.log')] });
    expect(twice.files.filter(({ path }) => path === '/var/log/a.log')).to.have.length(1);
  });

  it('keep their ids, and so their positions, when the order of the list changes', () => {
    const paths = ['/var/log/a.log', '/var/log/b.log', '/var/log/c/*.log'];
    const found = (order: string[]) =>
      new Map(
        sources('eks', { files: order.map((path) => file(path)) }).files.map(({ id, path }) => [path, id]),
      );
    expect([...found(paths)].sort()).to.deep.equal([...found([...paths].reverse())].sort());
    const without = found(paths.slice(1));
    for (const [path, id] of without) expect(found(paths).get(path)).to.equal(id);
  });

  for (const [a, b] of [
    ['/var/log/app-1.log', '/var/log/app.1.log'],
    ['/var/log/app_x.log', '/var/log/app-x.log'],
    ['/var/log/a/b.log', '/var/log/a-b.log'],
    ['/var/log/x.log', '/var/log/*.log'],
  ] as const) {
    it(`tell ${a} from ${b}: one position file for both would spoil it`, () => {
      const { files } = sources('gke', { files: [file(a), file(b)] });
      const found = files.filter(({ path }) => path === a || path === b);
      expect(found).to.have.length(2);
      expect(found[0]!.id).not.to.equal(found[1]!.id);
    });
  }

  it('tell units apart whose names differ in signs only', () => {
    const units = ['getty@tty1.service', 'getty-tty1.service', 'foo.socket', 'foo-socket.service'];
    const { journal } = sources('k3s', { units });
    expect(journal.map(({ unit }) => unit)).to.include.members(units);
    expect(new Set(journal.map(({ id }) => id)).size).to.equal(journal.length);
  });

  describe('folders', () => {
    it('are mounted whole, sorted and once', () => {
      const { folders } = sources('rke2', { files: [file('/var/log/a.log'), file('/var/log/deep/b.log')] });
      expect(folders).to.deep.equal(['/run/log', '/var/lib/rancher/rke2/agent/logs', '/var/log']);
    });

    it('are those that every node has, where the journal is read', () => {
      expect(sources('k3s').folders).to.deep.equal(['/run/log', '/var/log']);
    });

    it('leave the journal’s out where it is not read', () => {
      expect(sources('k3s', { serviceManager: 'openrc' }).folders).to.deep.equal(['/var/log']);
    });

    it('include the one that the links of RKE lead to, wherever Docker keeps it', () => {
      expect(sources('rke').folders).to.include('/var/lib/docker/containers');
      const elsewhere = sources('rke', {}, { pods: { containerLogDir: '/data/docker/containers' } }).folders;
      expect(elsewhere).to.include('/data/docker/containers').and.not.include('/var/lib/docker/containers');
    });

    it('do not lie in each other, or a mount would hide another', () => {
      for (const distribution of ['aks', 'eks', 'gke', 'k3s', 'rke', 'rke2', 'generic'] as const) {
        const { folders } = sources(distribution, { files: [file('/var/log/deep/b.log')] });
        for (const folder of folders) {
          expect(
            folders.filter((other) => other.startsWith(`${folder}/`)),
            distribution,
          ).to.deep.equal([]);
        }
      }
    });
  });

  it('leave out of a file what the journal has, further units included', () => {
    const [messages] = sources('eks', { units: ['sshd.service', 'getty@tty1.service'] }).files;
    expect(messages?.excludePrograms).to.deep.equal(['kubelet', 'containerd', 'sshd', 'getty']);
  });
});
