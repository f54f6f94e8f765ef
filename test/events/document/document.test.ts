import { expect } from 'chai';
import fc from 'fast-check';
import { DocumentWriter } from '../../../src/events/document/document.js';
import type { EventFields } from '../../../src/events/document/event-fields.js';
import { fromBytes } from '../../../src/events/document/event-object.js';
import { parseWatchLine, readWatchLine } from '../../../src/events/document/watch-line.js';
import { documentValue } from '../../support/events/document-text.js';
import { anyEvent, DECOYS, lineOf } from '../../support/events/event-arbitraries.js';
import type { EventObject } from '../../support/events/event-object.js';

const SEED = 20_261_123;
const RECEIVED_AT = '2026-11-22T12:00:00.000Z';
const METADATA = {
  name: 'web-1.17e',
  namespace: 'shop',
  uid: '0f0e0d0c-0b0a-4908-8706-000000000001',
  resourceVersion: '42',
  creationTimestamp: '2026-11-22T10:00:00Z',
};
const POD_EVENT: EventObject = {
  metadata: { ...METADATA, managedFields: [{ manager: 'kubelet' }] },
  involvedObject: { kind: 'Pod', namespace: 'shop', name: 'web-1' },
  reason: 'BackOff',
  message: 'Back-off restarting',
  source: { component: 'kubelet', host: 'n1' },
  firstTimestamp: '2026-11-22T10:00:01Z',
  lastTimestamp: '2026-11-22T10:00:02Z',
  count: 3,
  type: 'Warning',
  reportingComponent: 'kubelet',
};

function fieldsOf(event: EventObject, read = readWatchLine): EventFields {
  const line = read(lineOf('ADDED', event), () => RECEIVED_AT);
  if (line.type !== 'ADDED') throw new Error(`read as ${line.type}`);
  return line.event;
}

const writer = (maxBytes = 1_000_000, clusterId = 'c1') => new DocumentWriter({ clusterId, maxBytes });
const written = (event: EventObject, clusterId?: string) =>
  documentValue(writer(undefined, clusterId).write(fieldsOf(event)));

describe('DocumentWriter', () => {
  it('puts the members of the event at top level, with the envelope and without what nobody wants', () => {
    expect(written(POD_EVENT)).to.deep.equal({
      cluster_id: 'c1',
      log_type: 'event',
      time: '2026-11-22T10:00:02Z',
      event_id: `${METADATA.uid}-42`,
      pod_name: 'web-1',
      metadata: METADATA,
      involvedObject: POD_EVENT.involvedObject,
      reason: 'BackOff',
      message: 'Back-off restarting',
      source: POD_EVENT.source,
      firstTimestamp: '2026-11-22T10:00:01Z',
      lastTimestamp: '2026-11-22T10:00:02Z',
      count: 3,
      type: 'Warning',
      eventTime: null,
      reportingComponent: 'kubelet',
      reportingInstance: '',
    });
  });

  it('names a pod only for events of pods that have a name', () => {
    const about = (involvedObject: EventObject['involvedObject']) =>
      written({ ...POD_EVENT, involvedObject })['pod_name'];
    expect(about({ kind: 'Node', name: 'n1' })).to.equal(undefined);
    expect(about({ kind: 'pod', name: 'x' })).to.equal(undefined);
    expect(about({ kind: 'Pod' })).to.equal(undefined);
    expect(about({})).to.equal(undefined);
    expect(about({ kind: 'Pod', name: 'ä"\\\u2028' })).to.equal('ä"\\\u2028');
  });

  it('keeps whatever a cluster id holds', () => {
    for (const id of ['', 'ä€🚀', '"},{"x":"', '\\', '\u0000\n\u2028', ...DECOYS]) {
      expect(written(POD_EVENT, id)['cluster_id']).to.equal(id);
    }
  });

  it('takes UID and version for the id, which another reading of the same state gives again', () => {
    const idOf = (event: EventObject, read = readWatchLine) =>
      documentValue(writer().write(fieldsOf(event, read)))['event_id'];
    expect(idOf(POD_EVENT)).to.equal(`${METADATA.uid}-42`);
    expect(idOf(POD_EVENT, parseWatchLine)).to.equal(`${METADATA.uid}-42`);
    const updated = { ...POD_EVENT, metadata: { ...METADATA, resourceVersion: '43' } };
    expect(idOf(updated)).to.equal(`${METADATA.uid}-43`);
  });

  it(`gives every event one document of valid JSON that holds all of it (seed ${SEED})`, () => {
    const property = fc.property(anyEvent, (event) => {
      for (const read of [readWatchLine, parseWatchLine]) {
        const fields = fieldsOf(event, read);
        const document = writer().write(fields)!;
        const { cluster_id, log_type, event_id, time, pod_name, ...members } = documentValue(document);
        const { kind: _, apiVersion: __, ...object } = JSON.parse(fromBytes(lineOf('ADDED', event))).object;
        delete object.metadata.managedFields;
        expect(JSON.stringify(members)).to.equal(JSON.stringify(object));
        expect({ cluster_id, log_type, event_id, cut: document.cut }).to.deep.equal({
          cluster_id: 'c1',
          log_type: 'event',
          event_id: `${fields.uid}-${fields.resourceVersion}`,
          cut: false,
        });
        expect(time).to.equal(fields.time);
        const { kind, name } = object.involvedObject;
        expect(pod_name).to.equal(kind === 'Pod' && name ? name : undefined);
      }
    });
    fc.assert(property, { numRuns: 1000, seed: SEED });
  });
});

describe('DocumentWriter with an event that is too large', () => {
  const MARK = ' … [cut]';
  const sizeOf = (message: string) => writer().write(fieldsOf({ ...POD_EVENT, message }))!.bytes;
  const cutTo = (maxBytes: number, message: string) => {
    const document = writer(maxBytes).write(fieldsOf({ ...POD_EVENT, message }));
    if (!document) return undefined;
    expect(document.bytes).to.be.at.most(maxBytes);
    const value = documentValue(document);
    return { ...document, value, message: value['message'] as string };
  };

  it('leaves a message whole that fits to the byte, and cuts one that is a byte too long', () => {
    const message = 'x'.repeat(3000);
    const size = sizeOf(message);
    expect(cutTo(size, message)).to.include({ cut: false, message });
    expect(cutTo(size + 1, message)).to.include({ cut: false, message });
    const cut = cutTo(size - 1, message)!;
    expect(cut.cut).to.equal(true);
    // Nothing more is cut than the mark takes, which has bytes of its own.
    expect(cut.message).to.equal('x'.repeat(3000 - 1 - Buffer.byteLength(MARK)) + MARK);
    expect(cut.bytes).to.equal(size - 1);
  });

  it('keeps as much as fits of characters of any size, and no half of one', () => {
    for (const unit of ['a', 'ä', '€', '🚀', '"', '\n', '\u0000', 'a🚀', '🚀ä"']) {
      const message = unit.repeat(800);
      const size = sizeOf(message);
      for (let less = 1; less < 60; less++) {
        const { message: kept, cut, bytes } = cutTo(size - less, message)!;
        expect(cut).to.equal(true);
        expect(kept.endsWith(MARK)).to.equal(true);
        const begun = kept.slice(0, -MARK.length);
        expect(message.startsWith(begun)).to.equal(true);
        expect(begun).to.not.match(/[\ud800-\udbff]$/);
        // One more character, which takes at most six bytes, would be too much.
        expect(bytes + 6).to.be.above(size - less);
      }
    }
  });

  it('stays whole when it fits without the escapes that only Go writes', () => {
    const message = '<>&\u2028'.repeat(500);
    const size = sizeOf(message);
    expect(cutTo(size - 1, message)).to.include({ cut: false, message });
    expect(cutTo(size - 500 * 18 + 1, message)).to.include({ cut: false, message });
    expect(cutTo(size - 500 * 18 - 1, message)).to.include({ cut: true });
  });

  it('is refused when it is too large even without its message', () => {
    const least = sizeOf('') + ',"message":""'.length + Buffer.byteLength(MARK);
    const message = 'long '.repeat(100);
    expect(cutTo(least, message)).to.include({ cut: true, message: MARK });
    expect(cutTo(least - 1, message)).to.equal(undefined);
  });

  it('is refused when it has no message', () => {
    const event = { ...POD_EVENT, message: '', metadata: { ...METADATA, labels: { x: 'y'.repeat(5000) } } };
    expect(writer(2000).write(fieldsOf(event))).to.equal(undefined);
    expect(
      writer(2000).write({ ...fieldsOf(POD_EVENT), members: [`"message":7,"x":"${'y'.repeat(5000)}"}`] }),
    ).to.equal(undefined);
  });

  it('keeps its id, its time, and the rest of it', () => {
    const message = 'm'.repeat(5000);
    const { message: _, ...rest } = cutTo(1500, message)!.value;
    const { message: __, ...whole } = written({ ...POD_EVENT, message });
    expect(rest).to.deep.equal(whole);
    expect(rest['event_id']).to.equal(`${METADATA.uid}-42`);
  });
});
