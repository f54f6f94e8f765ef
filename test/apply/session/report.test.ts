import { expect } from 'chai';
import type { EngineEvent, ObjectAction } from '../../../src/apply/session/engine-events.js';
import { Report } from '../../../src/apply/session/report.js';

const object = { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'logs', name: 'x' };

function listening() {
  const events: EngineEvent[] = [];
  return { events, report: new Report((event) => events.push(event)) };
}

const GOOD: readonly ObjectAction[] = [
  'created',
  'configured',
  'unchanged',
  'recreated',
  'pruned',
  'deleted',
  'kept',
  'skipped',
];

describe('Report', () => {
  it('71: tells what became of each object, for machines', () => {
    const { events, report } = listening();
    report.object('configured', object, { fields: ['.spec.replicas'], message: undefined, fix: undefined });
    expect(events).to.deep.equal([
      { type: 'object', action: 'configured', object, fields: ['.spec.replicas'] },
    ]);
    expect(Object.keys(events[0] ?? {}), 'nothing undefined').to.deep.equal([
      'type',
      'action',
      'object',
      'fields',
    ]);
  });

  it('71: counts what became of objects', () => {
    const { report } = listening();
    for (const action of ['created', 'created', 'failed', 'unchanged'] as const)
      report.object(action, object);
    expect(report.counts).to.deep.equal({ created: 2, failed: 1, unchanged: 1 });
  });

  it('71: takes a conflict and a failure for problems, and nothing else', () => {
    const { report } = listening();
    for (const action of GOOD) report.object(action, object, { message: 'x' });
    expect(report.problems).to.deep.equal([]);
    report.object('conflict', object, {
      message: '"hpa" owns it',
      fields: ['.spec.replicas', '.spec.x'],
      fix: 'leave it',
    });
    report.object('failed', object);
    expect(report.problems).to.deep.equal([
      { path: 'Deployment logs/x', message: '"hpa" owns it (.spec.replicas, .spec.x)', fix: 'leave it' },
      { path: 'Deployment logs/x', message: 'failed', fix: undefined },
    ]);
  });

  it('71: keeps problems that are of no object, without an event', () => {
    const { events, report } = listening();
    report.problem({ message: 'too many would go', fix: 'check the prefix' });
    expect(report.problems).to.deep.equal([{ message: 'too many would go', fix: 'check the prefix' }]);
    expect(events).to.deep.equal([]);
    expect(report.counts).to.deep.equal({});
  });

  it('71: passes everything else on as it is, in order', () => {
    const { events, report } = listening();
    const told: Exclude<EngineEvent, { type: 'object' }>[] = [
      { type: 'step', step: 'stage', stage: 'crds', message: 'stage crds' },
      { type: 'waiting', reason: 'until it is gone', pending: [{ object, message: 'waits' }] },
      { type: 'warning', message: 'deprecated', object },
    ];
    for (const event of told) report.tell(event);
    expect(events).to.deep.equal(told);
    expect(report.problems).to.deep.equal([]);
  });

  it('gives copies, which later events do not change', () => {
    const { report } = listening();
    const { counts, problems } = report;
    report.object('failed', object);
    expect([counts, problems]).to.deep.equal([{}, []]);
  });
});
