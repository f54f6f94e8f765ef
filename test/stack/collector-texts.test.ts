import { expect } from 'chai';
import type { KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import { checkFluentBitConfig, optionOf, parseFluentBitConfig } from '../support/fluent-bit-config.js';
import { type CollectorTexts, collect } from './collector-run.js';
import { at, one } from './object-parts.js';
import { defaults, everythingOn, renderStack, STACK_CASES, stackObjects } from './stack-cases.js';

const HEX = '0123456789abcdef'.repeat(4);

function textsOf(objects: readonly KubernetesObject[]): CollectorTexts {
  const data = one(objects, 'ConfigMap', objects.find(({ kind }) => kind === 'DaemonSet')!.metadata.name)[
    'data'
  ] as Record<string, string>;
  return { main: data['fluent-bit.conf']!, parsers: data['parsers.conf']! };
}

const inputs = ({ main }: CollectorTexts) =>
  parseFluentBitConfig(main).sections.filter(({ name }) => name === 'INPUT');

describe('the configuration of the host log collector', () => {
  const objectsOf = stackObjects();

  for (const stackCase of STACK_CASES) {
    it(`holds no unknown word and loses nothing: ${stackCase.title}`, () => {
      const { main, parsers } = textsOf(objectsOf(stackCase));
      expect(checkFluentBitConfig(main, parsers)).to.deep.equal([]);
    });

    it(`gives every source and node a tag of its own, and none that the pods have: ${stackCase.title}`, () => {
      const tags = inputs(textsOf(objectsOf(stackCase))).map((input) => optionOf(input, 'tag')!);
      expect(new Set(tags).size).to.equal(tags.length);
      for (const tag of tags) expect(tag).to.match(/^host\.[a-z0-9-]+\.\$\{NODE_NAME\}$/i);
    });

    it(`reads only what is mounted: ${stackCase.title}`, () => {
      const objects = objectsOf(stackCase);
      const daemonSet = objects.find(({ kind }) => kind === 'DaemonSet');
      const mounts = at(daemonSet, 'spec.template.spec.containers.0.volumeMounts') as { mountPath: string }[];
      const mounted = (path: string) => mounts.some(({ mountPath }) => path.startsWith(`${mountPath}/`));
      for (const input of inputs(textsOf(objects))) {
        const path = optionOf(input, 'path') ?? '/var/log/journal/';
        expect(mounted(path), path).to.equal(true);
        expect(mounted(optionOf(input, 'db')!), optionOf(input, 'db')).to.equal(true);
      }
      const journal = inputs(textsOf(objects)).some((input) => optionOf(input, 'name') === 'systemd');
      for (const path of ['/run/log', '/etc/machine-id']) {
        expect(
          mounts.some(({ mountPath }) => mountPath === path),
          path,
        ).to.equal(journal);
      }
    });
  }

  it('reads the services of both kinds of nodes on k3s and rke2', () => {
    const units = (distribution: 'k3s' | 'rke2') =>
      inputs(textsOf(renderStack(defaults(distribution)))).flatMap(
        (input) => optionOf(input, 'systemd_filter') ?? [],
      );
    expect(units('k3s')).to.deep.equal(['_SYSTEMD_UNIT=k3s.service', '_SYSTEMD_UNIT=k3s-agent.service']);
    expect(units('rke2')).to.deep.equal([
      '_SYSTEMD_UNIT=rke2-server.service',
      '_SYSTEMD_UNIT=rke2-agent.service',
    ]);
  });

  it('asks the aggregator to acknowledge, for ever, under its own cluster domain', () => {
    const { main } = textsOf(renderStack(everythingOn('rke2')));
    const output = parseFluentBitConfig(main).sections.find(({ name }) => name === 'OUTPUT')!;
    expect(optionOf(output, 'host')).to.equal(
      'stack-of-twenty-char-logging-fluentd.logging-system.svc.lab.local',
    );
    expect(optionOf(output, 'require_ack_response')).to.equal('True');
    expect(optionOf(output, 'retry_limit')).to.equal('False');
  });
});

describe('what the collector makes of real lines', () => {
  const identity = { log_type: 'controlplane', node: 'node-1' };
  const texts = (distribution: Parameters<typeof defaults>[0]) =>
    textsOf(renderStack(defaults(distribution)));

  it('reads level and time out of the kubelet’s file on rke2', () => {
    const log = 'E1123 03:58:01.123456    4321 pod_workers.go:1298] "Error syncing pod" err="failed"';
    expect(collect(texts('rke2'), 'file-kubelet', { log })).to.deep.equal({
      ...identity,
      log,
      level: 'E',
      source_time: '1123 03:58:01.123456',
      kubernetes_component: 'kubelet',
    });
  });

  it('keeps lines of the kubelet that are no klog lines', () => {
    const log = 'panic: runtime error: index out of range';
    expect(collect(texts('rke2'), 'file-kubelet', { log })).to.deep.equal({
      ...identity,
      log,
      kubernetes_component: 'kubelet',
    });
  });

  for (const [title, line, program, pid] of [
    ['a daemon', 'Nov 23 03:58:01 ip-10-0-1-5 sshd[3120]: Accepted publickey for ec2-user', 'sshd', '3120'],
    ['the kernel', 'Nov  3 03:58:01 ip-10-0-1-5 kernel: [12.3] eth0: link up', 'kernel', undefined],
    ['systemd', 'Nov 23 03:58:01 ip-10-0-1-5 systemd: Started Session 1 of user root.', 'systemd', undefined],
    [
      'rsyslog with ISO times',
      '2026-11-23T03:58:01.123456+00:00 ip-10-0-1-5 chronyd[811]: Selected',
      'chronyd',
      '811',
    ],
  ] as const) {
    it(`reads host, program and time of ${title} out of /var/log/messages on eks`, () => {
      const found = collect(texts('eks'), 'file-messages', { log: line });
      expect(found).to.deep.equal({
        ...identity,
        log: line,
        source_time: /^(\w{3} +\d+ [\d:]+|\S+)/.exec(line)![0],
        host: 'ip-10-0-1-5',
        program,
        ...(pid && { pid }),
        kubernetes_component: 'node',
      });
    });
  }

  for (const program of ['kubelet', 'containerd']) {
    it(`leaves out what ${program} wrote to /var/log/messages on eks, since the journal has it`, () => {
      const line = (name: string) =>
        `Nov 23 03:58:01 ip-10-0-1-5 ${name}: I1123 03:58:01.1 1 kubelet.go:1] x`;
      expect(collect(texts('eks'), 'file-messages', { log: line(program) })).to.equal(undefined);
      expect(collect(texts('eks'), 'file-messages', { log: line(`${program}-wrapper`) })).not.to.equal(
        undefined,
      );
      const named = `Nov 23 03:58:01 ip-10-0-1-5 sshd[1]: about ${program}: nothing`;
      expect(collect(texts('eks'), 'file-messages', { log: named })).not.to.equal(undefined);
    });
  }

  describe('of the audit log', () => {
    const audit = textsOf(renderStack({ ...defaults('rke2'), collection: { auditLog: { enabled: true } } }));
    const event = (extra: object) =>
      JSON.stringify({
        kind: 'Event',
        apiVersion: 'audit.k8s.io/v1',
        level: 'RequestResponse',
        auditID: '51a33a1c-4ae8-4c1e-8f3c-7d3f7d1f2d10',
        stage: 'ResponseComplete',
        ...extra,
        requestReceivedTimestamp: '2026-11-23T03:58:01.000001Z',
        stageTimestamp: '2026-11-23T03:58:01.123456Z',
        annotations: { 'authorization.k8s.io/decision': 'allow' },
      });

    it('keeps the event as text and takes its time', () => {
      const log = event({ verb: 'get' });
      expect(collect(audit, 'file-audit', { log })).to.deep.equal({
        ...identity,
        log,
        time: '2026-11-23T03:58:01.123456Z',
        kubernetes_component: 'kube-apiserver-audit',
      });
    });

    it('does not let a request’s body say when it was', () => {
      const log = event({ requestObject: { data: { stageTimestamp: '1999-01-01T00:00:00.000000Z' } } });
      expect(collect(audit, 'file-audit', { log })).to.include({ time: '2026-11-23T03:58:01.123456Z' });
    });
  });

  for (const component of ['kube-apiserver', 'etcd', 'kubelet', 'kube-proxy', 'etcd-rolling-snapshots']) {
    it(`names ${component} after its file on rke`, () => {
      const filename = `/var/lib/rancher/rke/log/${component}_${HEX}.log`;
      const record = {
        log: 'I1123 line',
        stream: 'stderr',
        time: '2026-11-23T03:58:01.123456789Z',
        filename,
      };
      expect(collect(texts('rke'), 'file-rke', record)).to.deep.equal({
        ...record,
        ...identity,
        kubernetes_component: component,
      });
    });
  }

  it('names the unit of a journal record', () => {
    const record = { MESSAGE: 'Starting', SYSTEMD_UNIT: 'k3s-agent.service', COMM: 'k3s-agent' };
    expect(collect(texts('k3s'), 'journal-k3s-agent', record)).to.deep.equal({
      ...record,
      ...identity,
      kubernetes_component: 'k3s-agent',
    });
  });
});
