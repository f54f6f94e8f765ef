import { expect } from 'chai';
import { membersText } from '../../../src/events/document/event-fields.js';
import { fromBytes } from '../../../src/events/document/event-object.js';
import { parseWatchLine, readWatchLine } from '../../../src/events/document/watch-line.js';
import { lineOf } from '../../support/events/event-arbitraries.js';

const receivedAt = () => '2026-11-22T12:00:00.000Z';

describe('parseWatchLine', () => {
  const kinds = (line: string) => parseWatchLine(Buffer.from(line).toString('latin1'), receivedAt);

  it('tells bookmarks, errors and deletions (case 24)', () => {
    const bookmark = (metadata: object) => kinds(JSON.stringify({ type: 'BOOKMARK', object: { metadata } }));
    expect(bookmark({ resourceVersion: '8' })).to.deep.equal({
      type: 'BOOKMARK',
      resourceVersion: '8',
      endOfInitialEvents: false,
    });
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    expect(bookmark({ resourceVersion: '8', annotations })).to.include({ endOfInitialEvents: true });
    expect(kinds('{"type":"DELETED","object":{"metadata":{"resourceVersion":"8"}}}')).to.deep.equal({
      type: 'DELETED',
      resourceVersion: '8',
    });
    const status = { kind: 'Status', code: 500, message: 'etcd is gone', reason: 'InternalError' };
    const error = kinds(JSON.stringify({ type: 'ERROR', object: status }));
    if (error.type !== 'ERROR') throw new Error(error.type);
    expect(error.failure.message).to.contain('etcd is gone');
    expect(kinds('{"type":"ERROR"}').type).to.equal('ERROR');
  });

  it('says why it does not understand a line (cases 24, 25)', () => {
    for (const [line, reason] of [
      ['{"type":"ADDED","object":', 'it is not JSON'],
      ['', 'it is not JSON'],
      ['[]', 'it holds no object'],
      ['7', 'it holds no object'],
      ['{"type":"ADDED","object":null}', 'it holds no object'],
      ['{"type":"ADDED","object":{}}', 'its object has no resourceVersion that can be compared'],
      [
        '{"type":"ADDED","object":{"metadata":{"resourceVersion":7}}}',
        'its object has no resourceVersion that can be compared',
      ],
      [
        '{"type":"ADDED","object":{"metadata":{"resourceVersion":"0x7"}}}',
        'its object has no resourceVersion that can be compared',
      ],
      ['{"type":"RENAMED","object":{"metadata":{"resourceVersion":"7"}}}', 'its type is unknown'],
      ['{"object":{"metadata":{"resourceVersion":"7"}}}', 'its type is unknown'],
    ] as const) {
      expect(kinds(line), line).to.deep.equal({ type: 'INVALID', reason });
    }
  });

  it('reads lines of megabytes, and of nothing but escapes', () => {
    for (const message of [
      '\n'.repeat(60_000),
      'x'.repeat(1_400_000),
      '"\\'.repeat(300_000),
      'ä'.repeat(63_000),
    ]) {
      const metadata = {
        name: 'n',
        uid: 'u',
        resourceVersion: '7',
        creationTimestamp: '2026-11-22T01:00:00Z',
      };
      const read = readWatchLine(lineOf('ADDED', { metadata, message }), receivedAt);
      if (read.type !== 'ADDED') throw new Error(read.type);
      expect(JSON.parse(fromBytes(`{${membersText(read.event)}`)).message).to.equal(message);
    }
  });
});
