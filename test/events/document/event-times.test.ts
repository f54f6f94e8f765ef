import { expect } from 'chai';
import { DocumentWriter } from '../../../src/events/document/document.js';
import { readEventObject } from '../../../src/events/document/event-object.js';
import { parseWatchLine, readWatchLine, type WatchLine } from '../../../src/events/document/watch-line.js';
import { documentValue } from '../../support/events/document-text.js';
import { lineOf } from '../../support/events/event-arbitraries.js';
import type { EventMetadata, EventObject } from '../../support/events/event-object.js';

const RECEIVED_AT = '2026-11-22T12:00:00.000Z';
const receivedAt = () => RECEIVED_AT;
const METADATA: EventMetadata = { name: 'n', namespace: 'x', uid: 'u', resourceVersion: '7' };
const CREATED = '2026-11-22T01:00:00Z';
const FIRST = '2026-11-22T02:00:00Z';
const AT = '2026-11-22T03:00:00.000003Z';
const OBSERVED = '2026-11-22T04:00:00.000004Z';
const LAST = '2026-11-22T05:00:00Z';

const documents = new DocumentWriter({ clusterId: 'c', maxBytes: 100_000 });

function eventOf(line: WatchLine) {
  if (line.type !== 'ADDED') throw new Error(`read as ${line.type}`);
  return line.event;
}

/** The time of an event, which both ways of reading must give. */
function timeOf(event: EventObject, metadata: EventMetadata = { creationTimestamp: CREATED }): unknown {
  const line = lineOf('ADDED', { ...event, metadata: { ...METADATA, ...metadata } });
  const [read, parsed] = [readWatchLine, parseWatchLine].map((way) => eventOf(way(line, receivedAt)));
  expect(read!.time).to.equal(parsed!.time);
  const document = documentValue(documents.write(read!));
  expect(document['time']).to.equal(read!.time);
  return read!.time;
}

describe('the time of an event', () => {
  for (const [title, event, expected] of [
    [
      'that it was seen last, of all that it tells',
      {
        lastTimestamp: LAST,
        series: { count: 2, lastObservedTime: OBSERVED },
        eventTime: AT,
        firstTimestamp: FIRST,
      },
      LAST,
    ],
    [
      'of its series',
      { series: { count: 2, lastObservedTime: OBSERVED }, eventTime: AT, firstTimestamp: FIRST },
      OBSERVED,
    ],
    ['that its reporter tells in microseconds', { eventTime: AT, firstTimestamp: FIRST }, AT],
    ['that it was seen first', { firstTimestamp: FIRST }, FIRST],
    ['of its creation', {}, CREATED],
    [
      'of its event time, with a series without time',
      { series: { count: 1, lastObservedTime: null }, eventTime: AT },
      AT,
    ],
    ['of its series alone', { series: { count: 9, lastObservedTime: OBSERVED } }, OBSERVED],
  ] as const) {
    it(`is the one ${title} (case 26)`, () => {
      expect(timeOf(event)).to.equal(expected);
    });
  }

  it('is the one at which it was read, when it tells none at all (case 26)', () => {
    expect(timeOf({}, {})).to.equal(RECEIVED_AT);
  });

  it('is kept whether the clock of its reporter is ahead or behind (case 26)', () => {
    for (const time of [
      '0001-01-01T00:00:00Z',
      '1970-01-01T00:00:00Z',
      '2038-01-19T03:14:08Z',
      '9999-12-31T23:59:59Z',
    ]) {
      expect(timeOf({ lastTimestamp: time, eventTime: AT })).to.equal(time);
    }
  });

  it('is as the API wrote it, however many digits it has', () => {
    for (const time of [
      '2026-11-22T10:00:00.1Z',
      '2026-11-22T10:00:00.123456789Z',
      '2026-11-22T10:00:00.000000Z',
    ]) {
      expect(timeOf({ eventTime: time })).to.equal(time);
    }
  });

  it('is none that is no time', () => {
    const read = (event: object) => readEventObject({ metadata: METADATA, ...event }, RECEIVED_AT).time;
    for (const bad of [
      null,
      '',
      'soon',
      0,
      1_763_800_000,
      {},
      [],
      true,
      '2026-11-22',
      '2026-11-22 10:00:00Z',
      `${LAST}"`,
    ]) {
      expect(read({ lastTimestamp: bad, eventTime: AT })).to.equal(AT);
      expect(read({ series: bad, firstTimestamp: FIRST })).to.equal(FIRST);
      expect(read({ series: { lastObservedTime: bad } })).to.equal(RECEIVED_AT);
    }
    expect(read({ lastTimestamp: '2026-11-22T10:00:00.5+05:30' })).to.equal('2026-11-22T10:00:00.5+05:30');
  });
});
