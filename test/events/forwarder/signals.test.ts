import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { EventWorld } from '../../support/events/event-world.js';
import { ForwarderChild } from '../../support/events/forwarder-child.js';
import { until } from '../../support/events/until.js';
import { useTempDir } from '../../support/temp-dir.js';

const BIN = fileURLToPath(new URL('../../../src/cli/main.js', import.meta.url));
const MIB = 1024 ** 2;

describe('the command events, asked to end', () => {
  let world: EventWorld;
  const children: ForwarderChild[] = [];

  beforeEach(async () => {
    world = await EventWorld.start();
  });
  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.kill()));
    await world.close();
  });
  // Removed after the others have ended.
  const folder = useTempDir();

  /** The command as it is installed, on the clock of this machine. */
  function start(...flags: string[]): ForwarderChild {
    const kubeconfig = join(folder(), 'kubeconfig');
    const cluster = { name: 'test', cluster: { server: world.api.url } };
    const user = { name: 'test', user: { token: 'abc' } };
    const context = { name: 'test', context: { cluster: 'test', user: 'test', namespace: 'opni' } };
    const config = { clusters: [cluster], users: [user], contexts: [context], 'current-context': 'test' };
    writeFileSync(kubeconfig, JSON.stringify({ apiVersion: 'v1', kind: 'Config', ...config }));
    const child = ForwarderChild.run(
      [
        ...[BIN, 'events', '--kubeconfig', kubeconfig, '--shipper.url', world.intake.url],
        ...['--cluster.id', 'test-cluster', '--server.port', '0', '--standby.leaseSeconds', '5', ...flags],
      ],
      { PATH: process.env['PATH'] },
    );
    children.push(child);
    return child;
  }

  it('by SIGTERM delivers what it has read and saves the mark: the next one sends nothing twice (case 46)', async () => {
    world.intake.behaviour.delayMs = 150;
    const first = start('--shipper.maxBatchDocuments', '50');
    await until('it happens', () => world.api.openWatches === 1);
    world.create(600);
    await world.intake.ledger.waitForIds(50);
    first.send('SIGTERM');
    expect(await first.ended).to.deep.equal({ code: 0, signal: null });
    expect(world.intake.ledger.received.size).to.equal(600);
    const atEnd = world.leaseMark;
    expect(atEnd).to.be.a('string');
    world.create(30);
    const second = start();
    await world.delivered();
    second.send('SIGTERM');
    await second.ended;
    world.check();
  });

  it('by SIGTERM ends when the drain time is over, and keeps the rest in the spool (case 46)', async () => {
    const spool = ['--spool.folder', join(folder(), 'spool'), '--spool.maxBytes', String(16 * MIB)];
    const first = start(...spool, '--drainSeconds', '1');
    world.create(20);
    await world.delivered();
    world.intake.behaviour.answer = 'hang';
    world.create(300);
    await until('it happens', () => world.intake.ledger.answered('hang').length > 0);
    const at = performance.now();
    first.send('SIGTERM');
    expect(await first.ended).to.deep.equal({ code: 0, signal: null });
    // One second of draining; without its end it would be the 15 s of the request.
    expect(performance.now() - at).to.be.below(10_000);
    world.intake.behaviour.answer = 'take';
    world.api.refuse('reset');
    await world.api.listen();
    start(...spool);
    await world.delivered();
    world.check();
  });

  it('by a second SIGINT ends at once (case 46)', async () => {
    world.intake.behaviour.answer = 'hang';
    const child = start('--drainSeconds', '60');
    world.create(20);
    await until('it happens', () => world.intake.ledger.answered('hang').length > 0);
    child.send('SIGINT');
    await until('it happens', () => world.api.openWatches === 0);
    expect(child.isRunning).to.equal(true);
    child.send('SIGINT');
    expect(await child.ended).to.deep.equal({ code: 130, signal: null });
  });

  it('by a volume of another cluster ends with 1 and says what to do (case 49)', async () => {
    const spool = ['--spool.folder', join(folder(), 'spool'), '--spool.maxBytes', String(16 * MIB)];
    const first = start(...spool, '--drainSeconds', '0');
    await until('it happens', () => world.api.openWatches === 1);
    await world.intake.stop();
    world.create(20);
    await first.says(/the shipper does not take documents now/);
    first.send('SIGTERM');
    await first.ended;
    await world.intake.resume();
    const other = start(...spool, '--cluster.id', 'another-cluster');
    expect(await other.ended).to.deep.equal({ code: 1, signal: null });
    expect(other.text).to.match(/holds the spool of cluster test-cluster; this is cluster another-cluster/);
    expect(other.text).to.contain('use the volume of this cluster');
    expect(world.intake.ledger.documentCount).to.equal(0);
  });
});
