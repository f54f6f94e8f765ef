import { expect } from 'chai';
import type { EventFields } from '../../../src/events/document/event-fields.js';
import { PrintedEvents, type PrintedEventsOptions } from '../../../src/events/print/printed-events.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** An event of a minute; its name is printed. */
const eventAt = (minute: number, name: string, resourceVersion = name): EventFields => ({
  uid: 'u',
  resourceVersion,
  time: `2026-11-22T10:${String(minute).padStart(2, '0')}:00Z`,
  kind: 'Pod',
  namespace: 'x',
  name,
  reason: '',
  type: '',
  members: ['}'],
});

describe('PrintedEvents', () => {
  let printed: string[];
  const sinkOf = (more: Partial<PrintedEventsOptions> = {}) =>
    new PrintedEvents({
      lineOf: ({ name }) => name,
      print: async (line) => void printed.push(line),
      ...more,
    });

  beforeEach(() => {
    printed = [];
  });

  it('prints events as they come, but for those that have no line', async () => {
    const sink = sinkOf({ lineOf: ({ name }) => (name === 'b' ? undefined : name) });
    for (const name of ['c', 'b', 'a']) sink.event(eventAt(1, name));
    await sink.done();
    expect(printed).to.deep.equal(['c', 'a']);
  });

  it('sorts the first events by their time when asked, and prints later ones as they come', async () => {
    const sink = sinkOf({ sorted: true });
    for (const [minute, name] of [
      [3, 'c'],
      [1, 'a'],
      [2, 'b1'],
      [2, 'b2'],
    ] as const) {
      sink.event(eventAt(minute, name));
    }
    await turn();
    expect(printed).to.deep.equal([]);
    sink.upTo();
    sink.event(eventAt(0, 'late'));
    sink.upTo();
    await sink.done();
    expect(printed).to.deep.equal(['a', 'b1', 'b2', 'c', 'late']);
  });

  it('prints a first event once that was told again, because their stream broke', async () => {
    const sink = sinkOf({ sorted: true });
    for (const name of ['a', 'b', 'a', 'b']) sink.event(eventAt(1, name));
    sink.event(eventAt(2, 'a again', '77'));
    sink.upTo();
    await sink.done();
    expect(printed).to.deep.equal(['a', 'b', 'a again']);
  });

  it('has no room while a MiB waits for its reader, and has it again when that was read', async () => {
    const waiting: (() => void)[] = [];
    const sink = sinkOf({
      lineOf: () => 'x'.repeat(1024 * 1024 - 1),
      print: () => new Promise((resolve) => waiting.push(resolve)),
    });
    sink.event(eventAt(1, 'a'));
    expect(sink.hasRoom).to.equal(true);
    sink.event(eventAt(1, 'b'));
    expect(sink.hasRoom).to.equal(false);
    let hasRoom = false;
    const room = sink.untilRoom().then(() => {
      hasRoom = true;
    });
    await turn();
    // One line at a time: the reader of the second one is not asked before the first is read.
    expect([waiting.length, hasRoom]).to.deep.equal([1, false]);
    waiting.shift()!();
    await turn();
    waiting.shift()!();
    await room;
    expect(sink.hasRoom).to.equal(true);
  });

  it('stops at a line that cannot be written, and tells why', async () => {
    const sink = sinkOf({
      print: async (line) => {
        if (line === 'b') throw new Error('no space left');
        printed.push(line);
      },
    });
    for (const name of ['a', 'b', 'c']) sink.event(eventAt(1, name));
    expect(sink.failed.aborted).to.equal(false);
    const error = await sink.done().catch((thrown: Error) => thrown.message);
    expect(error).to.equal('no space left');
    expect(printed).to.deep.equal(['a']);
    expect(sink.failed.reason).to.be.an('error').with.property('message', 'no space left');
    await sink.untilRoom();
  });
});
