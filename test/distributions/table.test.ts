import { expect } from 'chai';
import type { Distribution } from '../../src/distributions/distribution.js';
import { distributionOf } from '../../src/distributions/host-sources.js';

const TABLE: readonly Distribution[] = [
  ...(['aks', 'eks', 'gke', 'k3s', 'rke', 'rke2', 'generic'] as const).map((name) => distributionOf(name)),
  distributionOf('k3s', 'openrc'),
];

const each = (title: string, check: (distribution: Distribution) => void) => {
  for (const distribution of TABLE) it(`${title}: ${distribution.title}`, () => check(distribution));
};

describe('the table of distributions', () => {
  each('every source has an id of its own, fit for a tag and a file name', ({ journal, files }) => {
    const ids = [...journal, ...files].map(({ id }) => id);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const id of ids) expect(id).to.match(/^(journal|file)-[a-z0-9-]+$/);
  });

  each(
    'journals are known by their unit alone, since a path that a node lacks ends the collector',
    ({ journal }) => {
      for (const source of journal) {
        expect(Object.keys(source).sort()).to.deep.equal(['component', 'id', 'unit']);
        expect(source.unit).to.match(/^[a-z0-9-]+\.service$/);
      }
    },
  );

  each('files are absolute, and a pattern stands in the name alone', ({ files }) => {
    for (const { path } of files) {
      expect(path).to.match(/^\/[^*]+\/[^/]+$/);
      expect(path).not.to.include('//');
    }
  });

  each('every source says what its records are of', ({ journal, files }) => {
    for (const { component } of journal) expect(component).to.match(/^[a-z0-9-]+$/);
    for (const { component, format } of files) {
      if (component === undefined) expect(format).to.equal('docker');
      else expect(component).to.match(/^[a-z0-9-]+$/);
    }
  });

  each('something is read on every node', ({ journal, files }) => {
    expect(journal.length + files.length).to.be.greaterThan(0);
  });

  each('the audit log has a place, or a reason why it has none', ({ auditLog }) => {
    if ('path' in auditLog) expect(auditLog.path).to.match(/^\/.+\.(log|json)$/);
    else expect(auditLog.unavailable).to.have.length.greaterThan(10);
  });

  each('no pod’s log is read a second time', ({ files }) => {
    for (const { path } of files) expect(path).not.to.match(/^\/var\/log\/(containers|pods)\//);
  });

  each('what a journal has is left out of the copy of it in a file', ({ journal, files }) => {
    for (const { format, excludePrograms = [] } of files.filter((source) => source.format === 'syslog')) {
      const programs = journal.map(({ unit }) => unit.replace('.service', ''));
      expect(excludePrograms, format).to.include.members(programs);
    }
  });

  it('read kubelet and runtime of the managed clouds from the journal', () => {
    for (const name of ['aks', 'eks', 'gke'] as const) {
      expect(distributionOf(name).journal.map(({ unit }) => unit)).to.deep.equal([
        'kubelet.service',
        'containerd.service',
      ]);
    }
  });

  it('know the worker’s service of k3s and rke2', () => {
    expect(distributionOf('k3s').journal.map(({ unit }) => unit)).to.include('k3s-agent.service');
    expect(distributionOf('rke2').journal.map(({ unit }) => unit)).to.include('rke2-agent.service');
    expect(distributionOf('k3s', 'openrc').files.map(({ path }) => path)).to.include(
      '/var/log/k3s-agent.log',
    );
  });

  it('take openrc for what it is: of k3s only', () => {
    expect(distributionOf('rke2', 'openrc')).to.equal(distributionOf('rke2'));
    expect(distributionOf('k3s', 'openrc').journal).to.deep.equal([]);
  });
});
