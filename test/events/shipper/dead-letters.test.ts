import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { DEAD_LETTERS_NAME, DeadLetters } from '../../../src/events/shipper/dead-letters.js';
import { refusalOf } from '../../kube/client-support.js';
import { failureOf, MemoryFiles } from '../spool/memory-files.js';

const AT = Date.parse('2026-11-22T10:00:00Z');
const letter = (document: string | Buffer) => ({ document, reason: 'no such field', status: 400, at: AT });

describe('dead letters', () => {
  const opened = async (files: MemoryFiles, maxBytes = 10_000) => {
    const troubles: string[] = [];
    const onTrouble = (message: string) => troubles.push(message);
    return { letters: await DeadLetters.open({ folder: 'dead', maxBytes, files, onTrouble }), troubles };
  };
  const textOf = (files: MemoryFiles) => files.bytesOf(DEAD_LETTERS_NAME).toString('utf8');
  const linesOf = (files: MemoryFiles) =>
    textOf(files)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('are lines of JSON with the document in them, and survive a power cut', async () => {
    const files = new MemoryFiles();
    const { letters } = await opened(files);
    expect(await letters.add(letter('{"a":"ü"}'))).to.equal('stored');
    expect(await letters.add(letter(Buffer.from('{"b":\n 12345678901234567890}')))).to.equal('stored');
    const cut = files.revived('nothing');
    expect(textOf(cut)).to.equal(
      '{"time":"2026-11-22T10:00:00.000Z","status":400,"reason":"no such field","document":{"a":"ü"}}\n' +
        '{"time":"2026-11-22T10:00:00.000Z","status":400,"reason":"no such field","document":{"b":  12345678901234567890}}\n',
    );
  });

  it('hold a document that is no JSON as text', async () => {
    const files = new MemoryFiles();
    const { letters } = await opened(files);
    for (const document of ['{"a":', 'x\n"y', '', Buffer.from([0x22, 0xff, 0x22])]) {
      expect(await letters.add(letter(document))).to.equal('stored');
    }
    expect(linesOf(files).map(({ document }) => document)).to.deep.equal(['{"a":', 'x\n"y', '', '"\ufffd"']);
  });

  it('stop at the cap, to the byte', async () => {
    const measured = new MemoryFiles();
    const { letters: first } = await opened(measured);
    await first.add(letter('{"a":1}'));
    const size = measured.bytesOf(DEAD_LETTERS_NAME).length;
    for (const [maxBytes, outcome] of [
      [2 * size, 'stored'],
      [2 * size - 1, 'full'],
    ] as const) {
      const files = new MemoryFiles();
      const { letters, troubles } = await opened(files, maxBytes);
      await letters.add(letter('{"a":1}'));
      expect(await letters.add(letter('{"a":2}'))).to.equal(outcome);
      expect(files.bytesOf(DEAD_LETTERS_NAME).length).to.be.at.most(maxBytes);
      expect(troubles).to.deep.equal([]);
    }
  });

  it('go on behind what is there, and end a line that was torn', async () => {
    const files = new MemoryFiles();
    const first = await opened(files);
    await first.letters.add(letter('{"a":1}'));
    await first.letters.add(letter('{"a":2}'));
    await first.letters.close();
    files.put(DEAD_LETTERS_NAME, files.bytesOf(DEAD_LETTERS_NAME).subarray(0, -30));
    const second = await opened(files);
    await second.letters.add(letter('{"a":3}'));
    await second.letters.add(letter('{"a":4}'));
    await second.letters.close();
    const lines = textOf(files).trimEnd().split('\n');
    expect(lines).to.have.length(4);
    const documents = [0, 2, 3].map((index) => (JSON.parse(lines[index]!) as { document: object }).document);
    expect(documents).to.deep.equal([{ a: 1 }, { a: 3 }, { a: 4 }]);
    expect(files.open_).to.equal(0);
  });

  it('take back what a failing disk took of a line, tell it, and go on (case 48)', async () => {
    for (const what of ['write', 'sync']) {
      for (const canCut of [true, false]) {
        const files = new MemoryFiles();
        const { letters, troubles } = await opened(files);
        await letters.add(letter('{"a":1}'));
        files.fault = (call) =>
          call.what === what || (!canCut && call.what === 'truncate')
            ? { error: failureOf('ENOSPC'), part: 0.5 }
            : undefined;
        expect(await letters.add(letter('{"a":"a longer one, of which a part stays"}'))).to.equal('full');
        expect(troubles).to.have.length(1);
        expect(troubles[0]).to.contain('ENOSPC');
        files.fault = undefined;
        expect(await letters.add(letter('{"a":3}'))).to.equal('stored');
        expect(linesOf(files).map(({ document }) => document)).to.deep.equal([{ a: 1 }, { a: 3 }]);
      }
    }
  });

  it('say so when their file cannot be opened', async () => {
    const files = new MemoryFiles();
    files.fault = ({ what }) => (what === 'open to make' ? { error: failureOf('EROFS') } : undefined);
    const refusal = await refusalOf(DeadLetters.open({ folder: 'dead', maxBytes: 1, files }));
    expect(refusal.code).to.equal('io');
    expect(refusal.message).to.contain('EROFS');
  });

  it('are for their owner only', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dead-letters-'));
    try {
      const letters = await DeadLetters.open({ folder, maxBytes: 1000 });
      await letters.add(letter('{}'));
      await letters.close();
      const path = join(folder, DEAD_LETTERS_NAME);
      expect(statSync(path).mode & 0o777).to.equal(0o600);
      expect(readFileSync(path, 'utf8')).to.contain('"document":{}');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
