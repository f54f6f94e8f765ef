import { expect } from 'chai';
import { CREATED_ANNOTATION } from '../../../src/apply/set/marks.js';
import type { ApiReply, Fault, FaultAnswer } from '../../support/cluster/front.js';
import { statusReply } from '../../support/cluster/front.js';
import type { TestTier } from '../../support/cluster/test-cluster.js';
import {
  apply,
  configMap,
  eventOf,
  homeOf,
  hurried,
  memberWrites,
  namespace,
  remove,
  useCluster,
} from './support.js';

/** Failures that pass by themselves, in the words of an API server. */
const PASSING: Readonly<Record<string, FaultAnswer>> = {
  'too many requests': statusReply(
    429,
    'TooManyRequests',
    'too many requests',
    { retryAfterSeconds: 1 },
    {
      'retry-after': '1',
    },
  ),
  'a change of the etcd leader': statusReply(500, 'InternalError', 'etcdserver: leader changed'),
  'an etcd that is late': statusReply(500, 'InternalError', 'etcdserver: request timed out'),
  'a server that is being started': statusReply(503, 'ServiceUnavailable', 'apiserver not ready'),
  'a proxy without its server': {
    status: 502,
    headers: { 'content-type': 'text/html' },
    body: '<h1>Bad</h1>',
  },
  'a time limit of the server': statusReply(504, 'Timeout', 'Timeout: request did not complete'),
  'a quota that was counted twice at once': statusReply(
    409,
    'Conflict',
    'Operation cannot be fulfilled on resourcequotas "quota": the object has been modified; please apply your changes to the latest version and try again',
    { name: 'quota', kind: 'resourcequotas' },
  ),
  'a connection that is cut before the server reads': 'reset',
  'a connection that is cut before the answer': 'lose-answer',
};

/** Failures that stay, with how often they are asked for. */
const STAYING: Readonly<Record<string, ApiReply>> = {
  'an error of the server without a reason to wait': statusReply(500, 'InternalError', 'something broke'),
  'a refusal by admission': statusReply(403, 'Forbidden', 'admission says no'),
  'an object that is wrong': statusReply(422, 'Invalid', 'data: wrong', { causes: [] }),
};

/** Requests that fail for now, and requests that fail for good. */
export function passingFailureCases(tier: TestTier): void {
  describe('failures that pass', () => {
    const test = useCluster(tier);

    for (const [words, answer] of Object.entries(PASSING)) {
      it(`21: ${words} is waited out`, async () => {
        const ns = await homeOf(test());
        const { fault, attempts } = firstTimes(ns, 2, answer);
        const objects = [configMap(ns, 'a'), configMap(ns, 'b')];
        const run = await test().front.during(fault, () => apply(test(), objects, hurried(test())));
        expect(run.result).to.deep.include({ outcome: 'applied', problems: [] });
        expect(attempts()).to.equal(3);
        const live = await test().get('v1', 'ConfigMap', 'a', ns);
        expect(live?.['data']).to.deep.equal({ key: 'value' });
        expect((await apply(test(), objects)).writes).to.deep.equal([]);
      });
    }

    it('21: a server that asks for a pause gets it', async () => {
      const ns = await homeOf(test());
      const options = hurried(test(), 50);
      const times: number[] = [];
      const fault: Fault = ({ method, path }) => {
        if (method !== 'PATCH' || !path.endsWith('/configmaps/a')) return undefined;
        times.push(options.clock.now());
        return times.length > 1 ? undefined : tooMany('7');
      };
      await test().front.during(fault, () => apply(test(), [configMap(ns, 'a')], options));
      expect(times).to.have.length(2);
      // Timers may be early by a millisecond, which is more on a clock that runs faster.
      expect(times[1]! - times[0]!).to.be.at.least(6940);
    });

    it('21: reads, the lock and the inventory wait too', async () => {
      const ns = await homeOf(test());
      const seen = new Set<string>();
      const everySecond: Fault = ({ method, path }) => {
        const line = `${method} ${path}`;
        if (seen.has(line)) {
          seen.delete(line);
          return undefined;
        }
        seen.add(line);
        return tooMany('1');
      };
      const objects = [configMap(ns, 'a'), configMap(ns, 'b')];
      const run = await test().front.during(everySecond, () => apply(test(), objects, hurried(test())));
      expect(run.result).to.deep.include({ outcome: 'applied', counts: { created: 2 }, problems: [] });
    });

    it('21: an object whose version is out of date inside of the server is sent again', async () => {
      const ns = await homeOf(test());
      const text = 'Operation cannot be fulfilled on configmaps "a": the object has been modified';
      const { fault, attempts } = firstTimes(
        ns,
        3,
        statusReply(409, 'Conflict', text, { kind: 'configmaps' }),
      );
      const run = await test().front.during(fault, () =>
        apply(test(), [configMap(ns, 'a')], hurried(test())),
      );
      expect(run.result.outcome).to.equal('applied');
      expect(attempts()).to.equal(4);
    });

    for (const [words, answer] of Object.entries(STAYING)) {
      it(`21: ${words} is not tried again, and the others are applied`, async () => {
        const ns = await homeOf(test());
        const { fault, attempts } = firstTimes(ns, 100, answer);
        const objects = [configMap(ns, 'a'), configMap(ns, 'b')];
        const run = await test().front.during(fault, () => apply(test(), objects, hurried(test())));
        expect(attempts()).to.equal(1);
        expect(run.result).to.deep.include({ outcome: 'failed', counts: { created: 1, failed: 1 } });
        expect(eventOf(run, 'ConfigMap', 'a').fix).to.be.a('string');
        expect(await test().get('v1', 'ConfigMap', 'b', ns)).not.to.equal(undefined);
      });
    }

    it('21: a connection that is cut before the answer makes no second object', async () => {
      const ns = await homeOf(test());
      const { fault } = firstTimes(ns, 1, 'lose-answer');
      const run = await test().front.during(fault, () =>
        apply(test(), [configMap(ns, 'a')], hurried(test())),
      );
      const path = `PATCH /api/v1/namespaces/${ns}/configmaps/a`;
      expect(memberWrites(run)).to.deep.equal([path, path]);
      expect(run.told).to.deep.equal([`created ConfigMap ${ns}/a`]);
      const live = await test().get('v1', 'ConfigMap', 'a', ns);
      expect(live?.metadata.managedFields).to.have.length(1);
    });

    it('21: a namespace whose making was not answered is known as made by the set, and goes with it', async () => {
      await homeOf(test());
      const other = `other-${test().id}`;
      let lost = 0;
      const fault: Fault = ({ method, path }) =>
        method === 'PATCH' && path === `/api/v1/namespaces/${other}` && ++lost === 1
          ? 'lose-answer'
          : undefined;
      const objects = [namespace(other), configMap(other, 'a')];
      const run = await test().front.during(fault, () => apply(test(), objects, hurried(test())));
      expect(run.told).to.deep.equal([`created Namespace ${other}`, `created ConfigMap ${other}/a`]);
      const { told } = await remove(test(), { namespaces: true });
      expect(told).to.include(`deleted Namespace ${other}`);
    });

    it('21: a namespace that somebody else makes at the same time is not, and stays', async () => {
      await homeOf(test());
      const other = `other-${test().id}`;
      let made: Promise<unknown> | undefined;
      const fault: Fault = async ({ method, path }) => {
        if (method === 'PATCH' && path === `/api/v1/namespaces/${other}`) {
          made ??= test().send('POST', '/api/v1/namespaces?fieldManager=somebody', namespace(other));
        }
        await made;
        return undefined;
      };
      const objects = [namespace(other), configMap(other, 'a')];
      await test().front.during(fault, () => apply(test(), objects, hurried(test())));
      const live = await test().get('v1', 'Namespace', other);
      expect(live?.metadata.annotations?.[CREATED_ANNOTATION]).to.equal(undefined);
      await remove(test(), { namespaces: true });
      const left = await test().get('v1', 'Namespace', other);
      expect(left?.metadata.uid).to.equal(live?.metadata.uid);
      expect(left?.metadata.deletionTimestamp).to.equal(undefined);
    });

    /** Answers the first applies of the ConfigMap `a` in this way. */
    function firstTimes(ns: string, times: number, answer: FaultAnswer) {
      let attempts = 0;
      const fault: Fault = ({ method, path }) => {
        if (method !== 'PATCH' || path !== `/api/v1/namespaces/${ns}/configmaps/a`) return undefined;
        attempts += 1;
        return attempts <= times ? answer : undefined;
      };
      return { fault, attempts: () => attempts };
    }
  });
}

const tooMany = (seconds: string) =>
  statusReply(429, 'TooManyRequests', 'too many requests', undefined, { 'retry-after': seconds });
