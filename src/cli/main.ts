#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { failedCall } from '../synth/file-error.js';
import type { CliContext } from './context.js';
import { run } from './program.js';
import { EXIT, reportError } from './report.js';
import { Terminal } from './terminal.js';

/** How long work may take to stop once it was interrupted, in milliseconds. */
let graceMs = 2000;

const interrupted = new AbortController();
const interrupt = () => {
  if (interrupted.signal.aborted) process.exit(EXIT.interrupted);
  interrupted.abort();
  setTimeout(() => process.exit(EXIT.interrupted), graceMs).unref();
};
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);

const context: CliContext = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  signal: interrupted.signal,
  allowToStop: (ms) => {
    graceMs = ms;
  },
  interrupt,
  now: () => performance.now(),
  packageFolder: fileURLToPath(new URL('../../..', import.meta.url)),
};

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // A reader such as `head` that has seen enough is no failure.
    if (error.code === 'EPIPE') process.exit();
    // Where errors cannot be written, the exit code must do.
    if (stream === process.stderr) process.exit(EXIT.refused);
    void reportError(new Terminal(context, {}), failedCall('write', 'standard output', error)).then((code) =>
      process.exit(code),
    );
  });
}

process.exitCode = await run(process.argv.slice(2), context);
