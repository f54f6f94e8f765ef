import { expect } from 'chai';
import type { EventsSettings } from '../../../src/events/config/events-settings.js';
import { readEventsConfig } from '../../../src/events/config/read-events-config.js';
import { EventTransform } from '../../../src/events/document/event-transform.js';
import { readWatchLine } from '../../../src/events/document/watch-line.js';
import { documentValue } from '../../support/events/document-text.js';
import { lineOf } from '../../support/events/event-arbitraries.js';
import { EventCorpus } from '../../support/events/event-corpus.js';
import type { EventObject } from '../../support/events/event-object.js';

/** A clock that stands still until a test moves it. */
class StillClock {
  ms = 1000;
  readonly now = () => this.ms;
  readonly wallMs = () => 1_763_800_000_000;
  readonly random = () => 0.5;
  readonly sleep = () => Promise.reject(new Error('nobody sleeps here'));
}

const event = new EventCorpus({ oddEvery: 0 }).next();

async function transform(flags: Record<string, unknown>, clock = new StillClock()) {
  const settings: EventsSettings = await readEventsConfig({ flags, cwd: '/', urlRequired: false });
  return new EventTransform(settings, 'c1', clock);
}

function fieldsOf(version: number, more: EventObject = {}) {
  const metadata = { ...event.metadata, resourceVersion: String(version) };
  const line = readWatchLine(lineOf('MODIFIED', { ...event, ...more, metadata }), () => '');
  if (line.type !== 'MODIFIED') throw new Error(line.type);
  return line.event;
}

describe('EventTransform', () => {
  it('gives each of 1,000 updates of one event a document of its own (case 27)', async () => {
    const documents = await transform({});
    const ids = new Set<string>();
    for (let count = 1; count <= 1000; count++) {
      const document = documents.apply(fieldsOf(count, { count }));
      const value = documentValue(document);
      ids.add(String(value['event_id']));
      expect(value['count']).to.equal(count);
    }
    expect(ids.size).to.equal(1000);
  });

  it('thins them out to one in each interval when asked (case 27)', async () => {
    const clock = new StillClock();
    const documents = await transform({ 'source.updateIntervalSeconds': 10 }, clock);
    const taken: number[] = [];
    for (let version = 1; version <= 1000; version++) {
      if (documents.apply(fieldsOf(version)) !== 'throttled') taken.push(version);
      clock.ms += 50;
    }
    // 200 updates of 50 ms are an interval.
    expect(taken).to.deep.equal([1, 201, 401, 601, 801]);
  });

  it('leaves out what the filters do not take, and does not count it as an update', async () => {
    const documents = await transform({
      'source.reasons.exclude': ['Noise'],
      'source.updateIntervalSeconds': 10,
    });
    expect(documents.apply(fieldsOf(1, { reason: 'Noise' }))).to.equal('filtered');
    expect(documents.apply(fieldsOf(2))).to.be.an('object');
    expect(documents.apply(fieldsOf(3))).to.equal('throttled');
  });

  it('makes documents that fit into a request with its brackets, to the byte', async () => {
    const documents = await transform({ 'shipper.maxBatchBytes': 4096 });
    const room = 4096 - 2;
    const empty = documents.apply(fieldsOf(1, { message: 'x' }));
    if (typeof empty === 'string') throw new Error(empty);
    const most = 'x'.repeat(room - empty.bytes + 1);
    expect(documents.apply(fieldsOf(1, { message: most }))).to.include({ cut: false, bytes: room });
    const cut = documents.apply(fieldsOf(1, { message: `${most}x` }));
    expect(cut).to.include({ cut: true, bytes: room });
    expect(documents.apply(fieldsOf(1, { action: 'y'.repeat(5000) }))).to.equal('too-large');
  });
});
