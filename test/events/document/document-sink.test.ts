import { expect } from 'chai';
import { readEventsConfig } from '../../../src/events/config/read-events-config.js';
import { readEventObject } from '../../../src/events/document/event-object.js';
import { DocumentSink } from '../../../src/events/document-sink.js';
import { ForwarderMetrics } from '../../../src/events/forwarder-metrics.js';
import { EventQueue } from '../../../src/events/queue/event-queue.js';
import { fastClock } from '../../support/cluster/test-cluster.js';
import { EventCorpus } from '../../support/events/event-corpus.js';

describe('DocumentSink', () => {
  const corpus = new EventCorpus({ oddEvery: 0 });
  const eventOf = (version: string, more: object = {}) => {
    const event = { ...corpus.next(), ...more };
    return readEventObject({ ...event, metadata: { ...event.metadata, resourceVersion: version } }, '');
  };
  const nothing = () => undefined;

  it('moves the mark over an event without a document only once that is kept elsewhere', async () => {
    const clock = fastClock(20);
    const queue = new EventQueue({
      maxBytes: 1e6,
      maxBlockBytes: 1e5,
      maxBlockDocuments: 10,
      now: clock.now,
    });
    const kept: (() => void)[] = [];
    const sink = new DocumentSink({
      settings: await readEventsConfig({
        flags: { 'shipper.maxBatchBytes': 4096 },
        cwd: '/',
        urlRequired: false,
      }),
      clusterId: 'c1',
      queue,
      clock,
      metrics: new ForwarderMetrics({
        mark: nothing,
        queueBytes: nothing,
        queueDocuments: nothing,
        spoolBytes: nothing,
        active: () => true,
        degraded: () => false,
      }),
      onDead: () => new Promise<void>((resolve) => kept.push(resolve)),
    });
    const tell = (version: string, more: object = {}) => {
      sink.event(eventOf(version, more));
      sink.upTo(version);
    };
    tell('10');
    queue.taken(queue.take()!);
    expect(queue.mark).to.equal('10');
    tell('11', { reportingInstance: 'y'.repeat(8192) });
    tell('12');
    queue.taken(queue.take()!);
    expect([kept.length, queue.mark, queue.documents]).to.deep.equal([1, '10', 0]);
    kept[0]!();
    await new Promise((resolve) => setImmediate(resolve));
    expect(queue.mark).to.equal('12');
  });
});
