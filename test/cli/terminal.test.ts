import { Writable } from 'node:stream';
import { expect } from 'chai';
import type { CliContext, GlobalFlags } from '../../src/cli/context.js';
import { counted, numberText, reportError } from '../../src/cli/report.js';
import { Terminal, wantsColor } from '../../src/cli/terminal.js';
import { OpniLoggingError } from '../../src/common/error.js';

interface Screen {
  readonly terminal: Terminal;
  readonly out: string[];
  readonly err: string[];
  pass(milliseconds: number): void;
}

function screen(flags: GlobalFlags = {}, isTTY = false, env: NodeJS.ProcessEnv = {}): Screen {
  const out: string[] = [];
  const err: string[] = [];
  let clock = 0;
  const collect = (texts: string[]) =>
    Object.assign(
      new Writable({
        decodeStrings: false,
        write: (chunk: string, _encoding, done) => {
          texts.push(chunk);
          if (chunk.length < 1000) done();
          else setImmediate(done);
        },
      }),
      { isTTY, columns: 20 },
    );
  const context = {
    stdout: collect(out),
    stderr: collect(err),
    env,
    signal: new AbortController().signal,
    now: () => clock,
  } as unknown as CliContext;
  return {
    terminal: new Terminal(context, flags),
    out,
    err,
    pass: (milliseconds) => {
      clock += milliseconds;
    },
  };
}

const tty = Object.assign(new Writable(), { isTTY: true });
const pipe = Object.assign(new Writable(), { isTTY: false });

describe('colour', () => {
  for (const [title, stream, env, flags, expected] of [
    ['on a terminal', tty, {}, {}, true],
    ['not in a pipe', pipe, {}, {}, false],
    ['not with --no-color', tty, { FORCE_COLOR: '1' }, { color: false }, false],
    ['not with NO_COLOR', tty, { NO_COLOR: '1' }, {}, false],
    ['with an empty NO_COLOR', tty, { NO_COLOR: '' }, {}, true],
    ['in a pipe with FORCE_COLOR', pipe, { FORCE_COLOR: '1' }, {}, true],
    ['not with FORCE_COLOR=0', tty, { FORCE_COLOR: '0' }, {}, false],
    ['not with NO_COLOR and FORCE_COLOR', tty, { NO_COLOR: '1', FORCE_COLOR: '1' }, {}, false],
    ['not on a dumb terminal', tty, { TERM: 'dumb' }, {}, false],
  ] as const) {
    it(`is used ${title}`, () => {
      expect(wantsColor(stream, env, flags)).to.equal(expected);
    });
  }
});

describe('Terminal', () => {
  it('draws the progress line over itself, at most every 100 ms, and cut to the width', () => {
    const { terminal, err, pass } = screen({}, true);
    terminal.progress('1/3 one');
    terminal.progress('2/3 left out');
    pass(100);
    terminal.progress('3/3 a name that is too long');
    terminal.clearProgress();
    terminal.clearProgress();
    expect(err).to.deep.equal(['\r\u001b[2K1/3 one', '\r\u001b[2K3/3 a name that is ', '\r\u001b[2K']);
  });

  for (const [title, flags, isTTY] of [
    ['in a pipe', {}, false],
    ['with --quiet', { quiet: true }, true],
    ['with --json', { json: true }, true],
  ] as const) {
    it(`draws no progress line ${title}`, () => {
      const { terminal, err } = screen(flags, isTTY);
      terminal.progress('1/3 one');
      terminal.clearProgress();
      expect(err).to.deep.equal([]);
    });
  }

  it('prints a result as text, as JSON, or not at all', async () => {
    const text = screen();
    await text.terminal.result(['a', 'b'], { ok: true });
    expect(text.out.join('')).to.equal('a\nb\n');
    const json = screen({ json: true, quiet: true });
    await json.terminal.result(['a', 'b'], { ok: true });
    expect(json.out.join('')).to.equal('{\n  "ok": true\n}\n');
    const quiet = screen({ quiet: true });
    await quiet.terminal.result(['a', 'b'], { ok: true });
    expect(quiet.out).to.deep.equal([]);
  });

  it('keeps notes away from --quiet and --json, but not errors', () => {
    for (const flags of [{ quiet: true }, { json: true }]) {
      const { terminal, err } = screen(flags);
      terminal.note('note');
      terminal.error('error');
      expect(err).to.deep.equal(['error\n']);
    }
  });

  it('waits for a slow reader', async () => {
    const { terminal, out } = screen();
    await terminal.print('x'.repeat(100_000));
    await terminal.print('end');
    expect(out).to.have.length(2);
  });
});

describe('reportError', () => {
  const problems = [
    { file: 'a.yaml', line: 3, column: 5, path: 'x', message: 'is wrong', fix: 'mend it' },
    { file: 'b.yaml', message: 'is empty' },
    { file: 'a.yaml', line: 9, column: 1, message: 'is wrong too' },
  ];
  const error = new OpniLoggingError('config', 'refused: 3 problems', { problems });

  it('groups problems by file and ends with what it comes to', async () => {
    const { terminal, err } = screen();
    expect(await reportError(terminal, error)).to.equal(1);
    expect(err.join('')).to.equal(
      [
        'a.yaml:3:5: x: is wrong',
        '    fix: mend it',
        'a.yaml:9:1: is wrong too',
        '',
        'b.yaml: is empty',
        '',
        'error: refused: 3 problems',
        '',
      ].join('\n'),
    );
  });

  it('gives all of it to machines', async () => {
    const { terminal, out, err } = screen({ json: true });
    await reportError(terminal, error);
    expect(err).to.deep.equal([]);
    const message = 'refused: 3 problems';
    expect(JSON.parse(out.join(''))).to.deep.equal({ ok: false, code: 'config', message, problems });
  });

  it('takes an error of the file system for the user’s, and any other for a defect', async () => {
    const missing = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT', syscall: 'open' });
    const io = screen();
    expect(await reportError(io.terminal, missing)).to.equal(1);
    expect(io.err.join('')).to.equal('error: ENOENT: no such file\n');
    const defect = screen();
    expect(await reportError(defect.terminal, new TypeError('x is not a function'))).to.equal(1);
    expect(defect.err.join('')).to.contain('TypeError: x is not a function').and.contain('defect');
  });

  it('says an error once whose only problem says the same', async () => {
    const problem = { path: 'dist', message: 'is not a folder', fix: 'remove it' };
    const { terminal, err } = screen();
    await reportError(terminal, new OpniLoggingError('io', 'dist: is not a folder', { problems: [problem] }));
    expect(err.join('')).to.equal('error: dist: is not a folder\n    fix: remove it\n');
  });

  it('writes all numbers alike', () => {
    expect([counted(1, 'file'), counted(1200, 'file'), numberText(1200)]).to.deep.equal([
      '1 file',
      '1,200 files',
      '1,200',
    ]);
  });
});
