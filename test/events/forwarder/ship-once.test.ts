import { expect } from 'chai';
import { systemClock } from '../../../src/common/clock.js';
import { OpniLoggingError } from '../../../src/common/error.js';
import { createLogger } from '../../../src/common/log.js';
import { shipOnce } from '../../../src/events/ship-once.js';
import { EventWorld } from '../../support/events/event-world.js';

describe('shipOnce', () => {
  let world: EventWorld;
  afterEach(() => world.close());

  const run = async (cluster?: { readonly id?: string }): Promise<unknown> => {
    const settings = await world.settings(cluster ? { cluster } : {});
    const log = createLogger({ write: (line) => world.log.push(line) });
    const signal = AbortSignal.timeout(10_000);
    return shipOnce({ settings, cluster: world.connect(), log, signal, clock: systemClock }).catch(
      (error: unknown) => error,
    );
  };

  it('ships what there is, says how much, and leaves the Lease alone', async () => {
    world = await EventWorld.start();
    world.create(1200);
    expect(await run()).to.equal(undefined);
    world.check();
    expect(world.log.join('')).to.contain('"documents":1200,"deadLetters":0,"lost":0');
    expect(world.api.requests.filter(({ kind }) => kind === 'lease')).to.deep.equal([]);
  });

  it('fails when a document was given up and is nowhere', async () => {
    world = await EventWorld.start();
    world.create(20);
    const [poison] = world.shown;
    world.intake.behaviour.poison = (document) => (document as { event_id?: string }).event_id === poison;
    const error = (await run()) as OpniLoggingError;
    expect(error).to.be.instanceOf(OpniLoggingError);
    expect(error.message).to.equal('1 of the documents were given up and are not kept');
    world.check({ excused: [poison!] });
  });

  it('ends when the shipper refuses, and says what to correct', async () => {
    world = await EventWorld.start({ intake: { basicAuth: { username: 'a', password: 'b' } } });
    world.create(5);
    const error = (await run()) as OpniLoggingError;
    expect(error.message).to.contain('the shipper refuses what is sent: the intake answers 401');
    expect(error.problems[0]!.fix).to.contain('shipper.basicAuth');
  });

  it('ends when the id of the cluster may not be read', async () => {
    world = await EventWorld.start();
    world.api.faults.forbid('get namespaces');
    const error = (await run({ id: undefined })) as OpniLoggingError;
    expect(error.message).to.contain('the id of the cluster is not known');
  });
});
