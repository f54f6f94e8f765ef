import { expect } from 'chai';
import { EventCorpus } from './event-corpus.js';
import { bookmarkText, type EventObject, eventText, TYPE_PREFIX } from './event-object.js';
import { ODD_MESSAGES } from './event-templates.js';

describe('the text of events', () => {
  it('leaves out and keeps what Go does', () => {
    expect(eventText({ metadata: { name: 'a', labels: {} }, count: 0, message: '' })).to.equal(
      '{"kind":"Event","apiVersion":"v1","metadata":{"name":"a"},"involvedObject":{},"source":{},"firstTimestamp":null,' +
        '"lastTimestamp":null,"eventTime":null,"reportingComponent":"","reportingInstance":""}',
    );
    expect(bookmarkText('5', { b: '1', a: '2' })).to.include(
      '"metadata":{"resourceVersion":"5","annotations":{"a":"2","b":"1"}}',
    );
  });

  it('writes the keys in the order of Go, whatever the order they are given in', () => {
    const given: EventObject = {
      reportingInstance: 'i',
      series: { lastObservedTime: '2026-11-22T10:00:00.000001Z', count: 3 },
      related: { name: 'r', kind: 'Node' },
      action: 'Binding',
      type: 'Normal',
      metadata: {
        managedFields: [{ manager: 'kubelet' }],
        uid: 'u',
        namespace: 'x',
        name: 'n',
        resourceVersion: '9',
      },
      eventTime: '2026-11-22T10:00:00.000000Z',
      involvedObject: { name: 'p', kind: 'Pod' },
    };
    expect(eventText(given)).to.equal(
      '{"kind":"Event","apiVersion":"v1","metadata":{"name":"n","namespace":"x","uid":"u","resourceVersion":"9",' +
        '"managedFields":[{"manager":"kubelet"}]},"involvedObject":{"kind":"Pod","name":"p"},"source":{},' +
        '"firstTimestamp":null,"lastTimestamp":null,"type":"Normal","eventTime":"2026-11-22T10:00:00.000000Z",' +
        '"series":{"count":3,"lastObservedTime":"2026-11-22T10:00:00.000001Z"},"action":"Binding",' +
        '"related":{"kind":"Node","name":"r"},"reportingComponent":"","reportingInstance":"i"}',
    );
  });

  it('escapes as Go does, and says the same', () => {
    for (const message of ODD_MESSAGES.filter((odd) => odd !== '')) {
      const text = eventText({ message });
      expect((JSON.parse(text) as EventObject).message).to.equal(message);
      expect(text).to.not.match(/[<>&\u2028\u2029\n]/);
    }
    expect(eventText({ message: '<&>\u2028\u0001' })).to.include('"\\u003c\\u0026\\u003e\\u2028\\u0001"');
  });

  it('has no half of a surrogate pair, but keeps text that looks like one', () => {
    expect(eventText({ message: 'a\ud800b' })).to.include('"message":"a\ufffdb"');
    expect(eventText({ message: '\\ud800 🚀' })).to.include('"message":"\\\\ud800 🚀"');
  });
});

describe('the corpus of events', () => {
  it('gives the same events for the same seed, and others for another', () => {
    const texts = (seed: number) => new EventCorpus({ seed }).take(50).map(eventText);
    expect(texts(3)).to.deep.equal(texts(3));
    expect(texts(3)).to.not.deep.equal(texts(4));
  });

  it('makes lines of about 1.2 KB of several kinds, with new names and UIDs, and the odd messages', () => {
    const made = new EventCorpus().take(2000);
    const bytes = made.reduce((sum, event) => sum + Buffer.byteLength(eventText(event)), 0) / made.length;
    expect(bytes).to.be.within(1000, 1400);
    expect(new Set(made.map(({ metadata }) => metadata?.uid)).size).to.equal(2000);
    expect(new Set(made.map(({ metadata }) => metadata?.name)).size).to.equal(2000);
    expect([...new Set(made.map(({ involvedObject }) => involvedObject?.kind))].sort()).to.deep.equal([
      'Deployment',
      'Node',
      'Pod',
    ]);
    const nodes = made.filter(({ involvedObject }) => involvedObject?.kind === 'Node');
    expect(
      nodes.every(
        ({ involvedObject, metadata }) => !involvedObject?.namespace && metadata?.namespace === 'default',
      ),
    ).to.equal(true);
    for (const odd of ODD_MESSAGES) expect(made.some(({ message }) => message === odd)).to.equal(true);
    expect(made.every((event) => eventText(event).startsWith(TYPE_PREFIX))).to.equal(true);
  });
});
