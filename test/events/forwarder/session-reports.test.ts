import { expect } from 'chai';
import { createLogger } from '../../../src/common/log.js';
import { ForwarderMetrics } from '../../../src/events/forwarder-metrics.js';
import { Health } from '../../../src/events/health.js';
import { SessionReports } from '../../../src/events/session-reports.js';

describe('SessionReports', () => {
  let nowMs: number;
  let health: Health;
  let reports: SessionReports;
  beforeEach(() => {
    nowMs = 0;
    const clock = { now: () => nowMs, wallMs: () => nowMs, sleep: async () => undefined, random: () => 0 };
    health = new Health(clock);
    health.set('active');
    const metrics = new ForwarderMetrics({
      mark: () => undefined,
      queueBytes: () => undefined,
      queueDocuments: () => undefined,
      spoolBytes: () => undefined,
      active: () => true,
      degraded: () => false,
    });
    reports = new SessionReports({
      address: 'http://x',
      clock,
      health,
      metrics,
      log: createLogger({ write: () => {} }),
    });
  });

  const told = () => health.problems.map(({ message }) => message);

  it('does not take a spool that can be read again for one that has room (case 48)', () => {
    reports.spoolFull(true);
    reports.spoolTrouble('EIO');
    reports.spoolTrouble(undefined);
    expect(told()).to.deep.equal(['the spool takes no more']);
    reports.spoolFull(false);
    expect(health.isReady).to.equal(true);
  });

  it('does not take a spool that has room again for one that can be read (case 48)', () => {
    reports.spoolTrouble('EIO');
    reports.spoolFull(true);
    reports.spoolFull(false);
    nowMs = 61_000;
    expect(told()).to.deep.equal(['EIO']);
  });

  it('counts from the first trouble however often it comes back (case 48)', () => {
    for (; nowMs <= 60_000; nowMs += 10_000) reports.spoolTrouble('EIO');
    expect(told()).to.deep.equal(['EIO']);
  });
});
