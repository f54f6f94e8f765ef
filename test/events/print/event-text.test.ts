import { expect } from 'chai';
import fc from 'fast-check';
import { readEventObject } from '../../../src/events/document/event-object.js';
import { eventText } from '../../../src/events/print/event-text.js';
import { anyEvent } from '../../support/events/event-arbitraries.js';
import type { EventObject } from '../../support/events/event-object.js';

const SEED = 20_261_129;
const textOf = (event: EventObject) =>
  eventText(readEventObject({ ...event }, new Date(2026, 10, 22, 9, 8, 7).toISOString()));

describe('eventText', () => {
  it('tells what a person wants to know', () => {
    const text = textOf({
      involvedObject: { kind: 'Pod', namespace: 'shop', name: 'web-1' },
      type: 'Warning',
      reason: 'BackOff',
      message: 'Back-off restarting',
      count: 7,
      lastTimestamp: new Date(2026, 10, 22, 15, 4, 5).toISOString(),
    });
    expect(text).to.deep.equal({
      time: '15:04:05',
      type: 'Warning',
      object: 'Pod shop/web-1',
      reason: 'BackOff',
      message: 'Back-off restarting',
      count: 7,
    });
  });

  it('tells something for what is missing', () => {
    expect(textOf({})).to.deep.equal({
      time: '09:08:07',
      type: '',
      object: 'object (unnamed)',
      reason: '',
      message: '',
      count: 1,
    });
    expect(textOf({ involvedObject: { kind: 'Node', name: 'n1' } }).object).to.equal('Node n1');
    expect(textOf({ lastTimestamp: '2026-99-99T00:00:00Z' }).time).to.equal('--:--:--');
  });

  it('counts a series, and takes the greater count of two', () => {
    expect(textOf({ series: { count: 5 } }).count).to.equal(5);
    expect(textOf({ count: 9, series: { count: 5 } }).count).to.equal(9);
    expect(textOf({ count: -3 }).count).to.equal(1);
  });

  it('makes one line of a message', () => {
    expect(textOf({ message: ' one\ntwo\r\n\tthree\u2028four  five ' }).message).to.equal(
      'one two three four five',
    );
  });

  it('leaves nothing that steers a terminal: escapes, controls, or turned text', () => {
    for (const [message, harmless] of [
      ['\u001b[2J\u001b[31mred', '\ufffd[2J\ufffd[31mred'],
      ['\u001b]0;title\u0007', '\ufffd]0;title\ufffd'],
      ['\u009b2J', '\ufffd2J'],
      ['a\u0000b\bc\u007fd', 'a\ufffdb\ufffdc\ufffdd'],
      ['abc\u202edcba', 'abc\ufffddcba'],
      ['\u2066x\u2069 \u061c \u200f', '\ufffdx\ufffd \ufffd \ufffd'],
      ['in\u200bvisible\u00ad', 'in\ufffdvisible\ufffd'],
      ['tag \u{e0041}', 'tag \ufffd'],
      ['grün 你好 🚀', 'grün 你好 🚀'],
    ] as const) {
      const odd = { kind: message, namespace: message, name: message };
      const text = textOf({ message, reason: message, type: message, involvedObject: odd });
      expect(text.message).to.equal(harmless);
      expect(text).to.include({ reason: harmless, type: harmless });
      expect(text.object).to.equal(`${harmless} ${harmless}/${harmless}`);
    }
  });

  it(`is harmless whatever an event holds (seed ${SEED})`, () => {
    const property = fc.property(anyEvent, (event) => {
      const { time, type, object, reason, message } = textOf(event);
      expect([time, type, object, reason, message].join(' ')).to.not.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    });
    fc.assert(property, { numRuns: 500, seed: SEED });
  });
});
