import { expect } from 'chai';
import type { DaemonSetSpec } from 'kubernetes-types/apps/v1.js';
import { HostLogs, type HostLogsProps } from '../../src/constructs/host-logs.js';
import { journal } from '../../src/distributions/distribution.js';
import { one } from '../stack/object-parts.js';
import { checkFluentBitConfig } from '../support/fluent-bit-config.js';
import { refusal, render } from './support.js';

const PROPS: HostLogsProps = {
  name: 'opni-host-logs',
  namespace: 'opni',
  image: 'registry.example.com/fluent-bit:5',
  journal: [journal('k3s.service')],
  files: [{ id: 'file-kubelet', path: '/var/log/kubelet.log', component: 'kubelet', format: 'klog' }],
  folders: ['/run/log', '/var/log'],
  forwardHost: 'opni-logging-fluentd.opni.svc.cluster.local',
  stateFolder: '/var/lib/opni-logging/opni/host-logs',
};

const objects = (props: Partial<HostLogsProps> = {}) =>
  render((scope) => new HostLogs(scope, 'HostLogs', { ...PROPS, ...props }));
const spec = (props: Partial<HostLogsProps> = {}) =>
  one(objects(props), 'DaemonSet')['spec'] as DaemonSetSpec;
const pod = (props: Partial<HostLogsProps> = {}) => spec(props).template.spec!;
const texts = (props: Partial<HostLogsProps> = {}) => {
  const data = one(objects(props), 'ConfigMap')['data'] as Record<string, string>;
  return { main: data['fluent-bit.conf']!, parsers: data['parsers.conf']! };
};
const hash = (props: Partial<HostLogsProps>) =>
  spec(props).template.metadata?.annotations?.['opni-logging/config-hash'];

describe('HostLogs', () => {
  it('is one DaemonSet with its configuration and an account without rights', () => {
    expect(objects().map(({ kind, metadata }) => `${kind} ${metadata.name}`)).to.deep.equal([
      'ServiceAccount opni-host-logs',
      'ConfigMap opni-host-logs',
      'DaemonSet opni-host-logs',
    ]);
    expect(pod().automountServiceAccountToken).to.equal(false);
  });

  it('rolls its pods when the configuration changes, and only then', () => {
    expect(hash({})).to.match(/^[0-9a-f]{16}$/);
    expect(hash({ image: 'other:1', priorityClassName: 'p' })).to.equal(hash({}));
    expect(hash({ forwardHost: 'elsewhere' })).not.to.equal(hash({}));
    expect(hash({ journal: [journal('k3s-agent.service')] })).not.to.equal(hash({}));
    expect(hash({ files: [{ ...PROPS.files[0]!, format: 'text' }] })).not.to.equal(hash({}));
  });

  it('does not mount its configuration by subPath, which would never follow a change', () => {
    for (const mount of pod().containers[0]!.volumeMounts ?? [])
      expect(mount).not.to.have.property('subPath');
  });

  it('keeps positions and buffers in its own folder on the node', () => {
    const state = pod().volumes?.find(({ name }) => name === 'state');
    expect(state?.hostPath).to.deep.equal({ path: PROPS.stateFolder, type: 'DirectoryOrCreate' });
    const mount = pod().containers[0]!.volumeMounts?.find(({ name }) => name === 'state');
    const { main } = texts();
    for (const [, path] of main.matchAll(/^ +(?:DB|storage\.path) +(\S+)$/gm)) {
      expect(path!.startsWith(`${mount?.mountPath}/`), path).to.equal(true);
    }
  });

  it('reads the journal through both of its folders and with the machine’s id', () => {
    const paths = pod().volumes?.flatMap(({ hostPath }) => hostPath?.path ?? []);
    expect(paths).to.include.members(['/run/log', '/var/log', '/etc/machine-id']);
    const without = pod({ journal: [], folders: ['/var/log'] }).volumes?.flatMap(
      ({ hostPath }) => hostPath?.path ?? [],
    );
    expect(without).to.deep.equal(['/var/log', PROPS.stateFolder]);
  });

  it('defines the parsers that it uses, and no others', () => {
    const used = (props: Partial<HostLogsProps>) =>
      [...texts(props).parsers.matchAll(/Name +(\S+)/g)].map(([, name]) => name);
    expect(used({})).to.deep.equal(['klog-line']);
    expect(used({ files: [] })).to.deep.equal([]);
    const all = (['klog', 'syslog', 'audit', 'docker', 'text'] as const).map((format) => ({
      id: `file-${format}`,
      path: `/var/log/${format}.log`,
      format,
      ...(format !== 'docker' && { component: format }),
    }));
    expect(used({ files: all })).to.deep.equal([
      'klog-line',
      'syslog-line',
      'audit-line',
      'component-from-file',
    ]);
    expect(checkFluentBitConfig(texts({ files: all }).main, texts({ files: all }).parsers)).to.deep.equal([]);
  });

  it('joins what Docker cut, in Docker’s own files only', () => {
    const count = (format: 'docker' | 'text') =>
      texts({ files: [{ id: 'f', path: '/var/log/x.log', format }] }).main.match(/multiline\.parser +docker/g)
        ?.length;
    expect(count('docker')).to.equal(1);
    expect(count('text')).to.equal(undefined);
  });

  it('marks every record with kind, node and component', () => {
    const filters = texts()
      .main.split('[FILTER]')
      .filter((text) => text.includes('record_modifier'));
    expect(filters).to.have.length(2);
    for (const text of filters) {
      expect(text).to.include('log_type controlplane').and.include('node ${NODE_NAME}');
      expect(text).to.match(/kubernetes_component (k3s|kubelet)/);
    }
    expect(pod().containers[0]!.env?.map(({ name }) => name)).to.deep.equal(['NODE_NAME']);
  });

  it('can send to another port', () => {
    expect(texts({ forwardPort: 30240 }).main).to.match(/Port +30240\n/);
  });

  it('has root’s eyes and nobody’s hands', () => {
    const security = pod({ seLinuxType: 'rke_logreader_t' }).containers[0]!.securityContext;
    expect(security).to.deep.include({
      runAsUser: 0,
      runAsNonRoot: false,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      seccompProfile: { type: 'RuntimeDefault' },
      seLinuxOptions: { type: 'rke_logreader_t' },
    });
    expect(security?.capabilities?.drop).to.deep.equal(['ALL']);
    expect(security?.privileged).to.equal(undefined);
  });

  it('refuses to collect nothing', () => {
    expect(
      refusal((scope) => new HostLogs(scope, 'HostLogs', { ...PROPS, journal: [], files: [] })),
    ).to.deep.equal([
      'HostLogs: host logs have no source: give journal units or files, or leave the construct out',
    ]);
  });

  it('refuses two sources of one id, which would spoil each other’s positions', () => {
    const twin = { ...PROPS.files[0]!, path: '/var/log/other.log' };
    const found = refusal(
      (scope) => new HostLogs(scope, 'HostLogs', { ...PROPS, files: [...PROPS.files, twin] }),
    );
    expect(found).to.have.length(1);
    expect(found[0]).to.include('file-kubelet');
  });

  it('refuses a unit that would begin a section of its own', () => {
    const unit = { id: 'journal-x', unit: 'a.service\n[OUTPUT]\nName stdout', component: 'x' };
    expect(() => objects({ journal: [unit] })).to.throw(/line break/);
  });

  it('gives every folder a volume name of its own that an API server takes', () => {
    const folders = ['/a_b', '/a-b', '/foo_', `/opt/${'long/'.repeat(20)}end`];
    const names = pod({ folders }).volumes!.map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
    for (const name of names) expect(name).to.match(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  });

  it('runs on every node unless it is told otherwise', () => {
    expect(pod().tolerations).to.deep.equal([{ operator: 'Exists' }]);
    expect(pod({ tolerations: [] }).tolerations).to.equal(undefined);
  });

  it('keeps reading when the aggregator is away, and bounds what waits on the disk', () => {
    expect(texts().main).to.include('storage.total_limit_size').and.not.include('pause_on_chunks_overlimit');
  });
});
