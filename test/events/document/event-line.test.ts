import { expect } from 'chai';
import fc from 'fast-check';
import { membersText } from '../../../src/events/document/event-fields.js';
import { readEventLine } from '../../../src/events/document/event-line.js';
import { fromBytes } from '../../../src/events/document/event-object.js';
import { parseWatchLine, readWatchLine } from '../../../src/events/document/watch-line.js';
import { anyEvent, anyLine, lineOf } from '../../support/events/event-arbitraries.js';
import { EventCorpus } from '../../support/events/event-corpus.js';
import { anyMutation, plainMutation } from '../../support/events/line-mutations.js';

const SEED = 20_261_122;
const receivedAt = () => '2026-11-22T12:00:00.000Z';

/** Everything that a reading says, with the members as the value that they mean. */
function meaning(line: ReturnType<typeof readWatchLine> | undefined): unknown {
  if (line?.type !== 'ADDED' && line?.type !== 'MODIFIED') return line;
  const { members: _, isPlain: __, ...fields } = line.event;
  // Written once more, because no difference is made of -0 and 0.
  return {
    type: line.type,
    fields,
    value: JSON.stringify(JSON.parse(fromBytes(`{${membersText(line.event)}`))),
  };
}

function isJson(line: string): boolean {
  try {
    JSON.parse(fromBytes(line));
    return true;
  } catch {
    return false;
  }
}

/** Fails unless a line is refused, or read as parsing reads it. */
function expectSame(line: string): void {
  const read = readEventLine(line);
  if (read) expect(meaning(read)).to.deep.equal(meaning(parseWatchLine(line, receivedAt)));
}

describe(`readEventLine (seed ${SEED})`, () => {
  it('cuts the usual events up without parsing them, and says the same as parsing (case 26)', () => {
    const corpus = new EventCorpus();
    let spliced = 0;
    for (let version = 1; version <= 4000; version++) {
      const event = corpus.next();
      const line = lineOf(version % 2 ? 'ADDED' : 'MODIFIED', {
        ...event,
        metadata: { ...event.metadata, resourceVersion: String(version) },
      });
      if (readEventLine(line)) spliced += 1;
      expectSame(line);
    }
    expect(spliced).to.equal(4000);
  });

  it('refuses any event, or says the same as parsing (case 26)', () => {
    let spliced = 0;
    let runs = 0;
    const property = fc.property(anyLine, (line) => {
      runs += 1;
      if (readEventLine(line)) spliced += 1;
      expectSame(line);
      expect(readWatchLine(line, receivedAt).type).to.be.oneOf(['ADDED', 'MODIFIED']);
    });
    fc.assert(property, { numRuns: 5000, seed: SEED });
    // Names of odd characters, and empty ones, are left to the parser.
    expect(spliced / runs).to.be.above(0.3);
  });

  it('says the same as parsing of a line that was changed and still is JSON, else gives JSON or nothing', () => {
    const corpus = new EventCorpus();
    const usual = fc.constantFrom(
      ...corpus.take(60).map((event, index) =>
        lineOf('ADDED', {
          ...event,
          metadata: { ...event.metadata, resourceVersion: `${index + 1}`, labels: { uid: 'x' } },
        }),
      ),
    );
    const seen = { json: 0, jsonRead: 0, broken: 0, brokenRead: 0 };
    const property = fc.property(fc.oneof(usual, anyLine), anyMutation, (original, mutate) => {
      const line = mutate(original);
      const read = readEventLine(line);
      if (isJson(line)) {
        seen.json += 1;
        if (read) seen.jsonRead += 1;
        expectSame(line);
      } else {
        seen.broken += 1;
        // Only of what it does not keep it cannot know whether it is broken.
        if (read?.type === 'ADDED' || read?.type === 'MODIFIED') {
          seen.brokenRead += 1;
          expect(isJson(`{${membersText(read.event)}`), line).to.equal(true);
        }
      }
    });
    fc.assert(property, { numRuns: 15_000, seed: SEED });
    for (const count of Object.values(seen)) expect(count, JSON.stringify(seen)).to.be.above(100);
  });

  it('says the same of a deletion, however it goes on', () => {
    let read = 0;
    const property = fc.property(anyEvent, plainMutation, (event, mutate) => {
      const line = mutate(lineOf('DELETED', event));
      if (readEventLine(line)) read += 1;
      if (isJson(line)) expectSame(line);
    });
    fc.assert(property, { numRuns: 3000, seed: SEED });
    expect(read).to.be.above(100);
  });
});
