import { text } from 'node:stream/consumers';
import { applySet } from '../../../src/apply/apply.js';
import { deleteSet } from '../../../src/apply/delete.js';
import { fixedCredentials } from '../../../src/kube/api-server.js';
import { Cluster } from '../../../src/kube/cluster.js';
import type { EngineJob } from './killed-engine.js';

/**
 * A program for the tests: reads a job as JSON from standard input, applies or deletes a set, and prints the result. It is
 * there to be killed.
 */
const job = JSON.parse(await text(process.stdin)) as EngineJob & {
  readonly url: string;
  readonly token: string;
};
const { url, token, set, objects, operation, options } = job;
const credentials = fixedCredentials({ headers: { authorization: `Bearer ${token}` } });
const cluster = Cluster.connect({ context: 'test', url: new URL(url), trust: {}, credentials });
const common = { cluster, set, concurrency: 1, lock: { durationMs: 1000, holder: 'the-killed-one' } };
const result =
  operation === 'apply'
    ? await applySet(objects, { ...options, ...common })
    : await deleteSet({ ...options, ...common });
console.log(JSON.stringify(result));
cluster.client.close();
