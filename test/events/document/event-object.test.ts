import { expect } from 'chai';
import { DocumentWriter } from '../../../src/events/document/document.js';
import { type JsonObject, readEventObject } from '../../../src/events/document/event-object.js';
import { parseWatchLine, readWatchLine, type WatchLine } from '../../../src/events/document/watch-line.js';
import { documentText, documentValue } from '../../support/events/document-text.js';
import { lineOf } from '../../support/events/event-arbitraries.js';
import type { EventMetadata } from '../../support/events/event-object.js';

const RECEIVED_AT = '2026-11-22T12:00:00.000Z';
const receivedAt = () => RECEIVED_AT;
const METADATA: EventMetadata = { name: 'n', namespace: 'x', uid: 'u', resourceVersion: '7' };
const CREATED = '2026-11-22T01:00:00Z';
const AT = '2026-11-22T03:00:00.000003Z';
const OBSERVED = '2026-11-22T04:00:00.000004Z';

const documents = new DocumentWriter({ clusterId: 'c', maxBytes: 100_000 });

function eventOf(line: WatchLine) {
  if (line.type !== 'ADDED') throw new Error(`read as ${line.type}`);
  return line.event;
}

describe('an event of an unusual shape', () => {
  const read = (event: object) => readEventObject({ ...event }, RECEIVED_AT);

  it('is read although the object that it is about has no name (case 26)', () => {
    const line = lineOf('ADDED', {
      metadata: { ...METADATA, creationTimestamp: CREATED },
      involvedObject: { kind: 'Pod' },
    });
    const event = eventOf(readWatchLine(line, receivedAt));
    expect(event).to.include({ kind: 'Pod', name: '', namespace: '' });
    expect(documentText(documents.write(event))).to.not.contain('pod_name');
  });

  it('keeps labels and annotations that are called as fields are (case 26)', () => {
    const odd = { managedFields: '[]', resourceVersion: '1', uid: 'no' };
    const labels = Object.fromEntries([['__proto__', 'own'], ...Object.entries(odd)]);
    const metadata = {
      ...METADATA,
      creationTimestamp: CREATED,
      labels,
      annotations: labels,
      managedFields: [{}],
    };
    const line = lineOf('ADDED', { metadata });
    for (const way of [readWatchLine, parseWatchLine]) {
      const event = eventOf(way(line, receivedAt));
      expect(event).to.include({ uid: 'u', resourceVersion: '7' });
      const { metadata: kept } = documentValue(documents.write(event)) as { readonly metadata: JsonObject };
      expect(kept).to.not.have.property('managedFields');
      expect(JSON.stringify(kept['labels'])).to.equal(JSON.stringify(labels));
      expect(JSON.stringify(kept['annotations'])).to.equal(JSON.stringify(labels));
    }
  });

  it('is a document of its own kind even with members that the envelope has', () => {
    const event = read({
      metadata: METADATA,
      cluster_id: 'other',
      log_type: 'other',
      event_id: 'other',
      time: 'other',
      pod_name: 'other',
      kind: 'Other',
      apiVersion: 'v2',
      extra: 1,
    });
    const json = documentText(documents.write(event));
    expect(JSON.parse(json)).to.deep.equal({
      cluster_id: 'c',
      log_type: 'event',
      time: RECEIVED_AT,
      event_id: 'u-7',
      metadata: METADATA,
      extra: 1,
    });
    expect(json.match(/"cluster_id"/g)).to.have.length(1);
  });

  it('has an id of its name, when it has no UID', () => {
    expect(read({ metadata: { name: 'n', namespace: 'x', resourceVersion: '7' } }).uid).to.equal('x/n');
  });

  it('is read when members are missing or of another type', () => {
    for (const odd of [undefined, null, 'text', 7, [], true]) {
      const event = read({
        metadata: odd,
        involvedObject: odd,
        series: odd,
        reason: 7,
        type: null,
        message: odd,
      });
      expect(event).to.include({ kind: '', name: '', reason: '', type: '', time: RECEIVED_AT });
      expect(documentValue(documents.write(event))).to.include({ log_type: 'event' });
    }
  });

  it('keeps text of line separators, NULs and halves of surrogate pairs (case 26)', () => {
    const message = 'a"\\"b\u2028\u2029\u0000\ud800 \udc00","resourceVersion":"1"';
    for (const text of [JSON.stringify(message), JSON.stringify(message).replace(/\u2028/g, '\\u2028')]) {
      const line = lineOf('ADDED', {
        metadata: { ...METADATA, creationTimestamp: CREATED },
        message: 'HERE',
      });
      const odd = line.replace('"HERE"', () => Buffer.from(text).toString('latin1'));
      const [spliced, parsed] = [readWatchLine, parseWatchLine].map((way) =>
        documentValue(documents.write(eventOf(way(odd, receivedAt)))),
      );
      for (const value of [spliced!, parsed!]) expect(value['message']).to.equal(message);
    }
  });

  it('is read when it came from events.k8s.io, as core/v1 shows it (case 30)', () => {
    const line = lineOf('ADDED', {
      metadata: { ...METADATA, creationTimestamp: CREATED },
      involvedObject: { kind: 'Pod', namespace: 'x', name: 'p' },
      reason: 'FailedScheduling',
      message: 'the note',
      source: {},
      type: 'Warning',
      eventTime: AT,
      series: { count: 4, lastObservedTime: OBSERVED },
      action: 'Scheduling',
      related: { kind: 'Node', name: 'n1' },
      reportingComponent: 'default-scheduler',
      reportingInstance: 'default-scheduler-0',
    });
    const event = eventOf(readWatchLine(line, receivedAt));
    expect(documentValue(documents.write(event))).to.deep.include({
      pod_name: 'p',
      time: OBSERVED,
      message: 'the note',
      source: {},
      firstTimestamp: null,
      lastTimestamp: null,
      eventTime: AT,
      series: { count: 4, lastObservedTime: OBSERVED },
      action: 'Scheduling',
      related: { kind: 'Node', name: 'n1' },
      reportingComponent: 'default-scheduler',
      reportingInstance: 'default-scheduler-0',
    });
  });
});
