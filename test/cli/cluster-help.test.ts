import { expect } from 'chai';
import { runCli } from './fake-context.js';

const helpOf = async (command: string) => (await runCli([command, '--help'])).stdout.replace(/\s+/g, ' ');

describe('the help of the commands for clusters', () => {
  it('shows the defaults of durations as a person writes them', async () => {
    expect(await helpOf('apply'))
      .to.contain('(default: 5m)')
      .and.not.contain('300000');
    expect(await helpOf('delete'))
      .to.contain('(default: 2m)')
      .and.not.contain('120000');
  });

  it('speaks of manifests only where they can be given', async () => {
    for (const command of ['apply', 'diff']) expect(await helpOf(command)).to.contain('With --manifests');
    for (const command of ['status', 'delete']) expect(await helpOf(command)).not.to.contain('--manifests');
  });
});
