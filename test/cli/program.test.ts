import { expect } from 'chai';
import { VERSION } from '../../src/common/version.js';
import { runCli } from './fake-context.js';

const COMMANDS = ['init', 'synth', 'validate', 'schema', 'completion', 'events', 'agent'];

describe('opni-logging', () => {
  it('prints its version', async () => {
    expect(await runCli(['--version'])).to.deep.equal({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
  });

  it('prints help with every command, examples and the exit codes', async () => {
    const { code, stdout } = await runCli(['--help']);
    expect(code).to.equal(0);
    for (const command of COMMANDS) expect(stdout).to.match(new RegExp(`^  ${command}\\b`, 'm'));
    expect(stdout).to.contain('Examples:').and.contain('Exit codes:').and.contain('--no-color');
  });

  for (const command of COMMANDS) {
    it(`prints the help of ${command}, with global flags and exit codes, in two ways`, async () => {
      const { code, stdout } = await runCli([command, '--help']);
      expect(code).to.equal(0);
      expect(stdout).to.contain(`opni-logging ${command}`).and.contain('--quiet').and.contain('Exit codes:');
      expect((await runCli(['help', command])).stdout).to.equal(stdout);
    });
  }

  it('keeps help within the width of the terminal', async () => {
    const { stdout } = await runCli(['init', '--help'], { terminal: true, env: { NO_COLOR: '1' } });
    const described = stdout.split('\n').filter((line) => /^ {2}(-|\w)/.test(line) && !line.includes('$'));
    expect(described).to.have.length.above(10);
    for (const line of described) expect(line.length, line).to.be.at.most(80);
  });

  it('asks for a command and prints the help on standard error', async () => {
    const { code, stdout, stderr } = await runCli([]);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    expect(stderr).to.contain('Usage: opni-logging').and.contain('error: no command given');
  });

  for (const [args, message, fix] of [
    [['snyth'], "unknown command 'snyth'", 'did you mean synth?'],
    [['frobnicate'], "unknown command 'frobnicate'", 'see `opni-logging --help`'],
    [['synth', '--fromat', 'json'], "unknown option '--fromat'", 'did you mean --format?'],
    [['--jsno', 'synth'], "unknown option '--jsno'", 'did you mean --json?'],
    [['synth', '--frobnicate'], "unknown option '--frobnicate'", 'see `opni-logging synth --help`'],
    [
      ['synth', '--format', 'xml'],
      "option '--format <format>' argument 'xml' is invalid. Allowed choices are yaml, json.",
      'see `opni-logging synth --help`',
    ],
    [['synth', '-o'], "option '-o, --output <folder>' argument missing", 'see `opni-logging synth --help`'],
    [['completion'], "missing required argument 'shell'", 'see `opni-logging completion --help`'],
  ] as const) {
    it(`refuses \`${args.join(' ')}\` with 2 and says: ${fix}`, async () => {
      expect(await runCli(args)).to.deep.equal({
        code: 2,
        stdout: '',
        stderr: `error: ${message}\n    fix: ${fix}\n`,
      });
    });
  }

  it('refuses a wrong command line in JSON when asked', async () => {
    const { code, stdout, stderr } = await runCli(['snyth', '--json']);
    expect({ code, stderr }).to.deep.equal({ code: 2, stderr: '' });
    const message = "unknown command 'snyth'";
    expect(JSON.parse(stdout)).to.deep.equal({
      ok: false,
      code: 'usage',
      message,
      problems: [{ message, fix: 'did you mean synth?' }],
    });
    expect(JSON.parse((await runCli(['--json'])).stdout)).to.include({ code: 'usage' });
  });

  it('says that the agent is not built yet', async () => {
    expect(await runCli(['agent'])).to.deep.equal({
      code: 1,
      stdout: '',
      stderr: 'error: The agent is not built yet.\n',
    });
    const { stdout } = await runCli(['agent', '--json']);
    expect(JSON.parse(stdout)).to.include({ ok: false, code: 'not-built' });
  });

  it('refuses settings of the events forwarder with exit code 1, and a wrong flag with 2', async () => {
    const { code, stderr } = await runCli(['events', '--shipper.inFlight', '0']);
    expect(code).to.equal(1);
    expect(stderr).to.contain('shipper.inFlight').and.to.contain('shipper.url');
    expect((await runCli(['events', '--shipper.nothing'])).code).to.equal(2);
  });
});
