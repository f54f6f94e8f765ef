import { spawnSync } from 'node:child_process';

/** Makes a suite skip its tests, and say so, where there is no bash. */
export function skipWithoutBash(suite: Mocha.Suite): void {
  suite.beforeAll(function () {
    if (spawnSync('bash', ['-c', 'exit 0']).status === 0) return;
    console.log('skipped: this machine has no bash to run the script with');
    this.skip();
  });
}
