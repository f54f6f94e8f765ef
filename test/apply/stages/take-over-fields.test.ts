import { expect } from 'chai';
import { openSession } from '../../../src/apply/session/session.js';
import { takeOverFields } from '../../../src/apply/stages/take-over-fields.js';
import type { ApiResource } from '../../../src/kube/resource.js';
import { clusterAt } from '../../kube/client-support.js';
import { failure, type Reply, type ScriptedServer, startScripted } from '../../kube/scripted-server.js';
import { liveOf, updatedBy } from '../unit-support.js';

const SECRETS: ApiResource = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  verbs: ['get', 'patch'],
};
const former = updatedBy('kubectl-client-side-apply', { 'f:data': { 'f:a': {} } });
const secretAt = (resourceVersion: number, managedFields = [former]) =>
  liveOf('v1/Secret', {
    metadata: { resourceVersion: String(resourceVersion), managedFields },
    data: { a: Buffer.from('hunter2').toString('base64') },
  });
const CONFLICT = failure(409, 'Conflict', 'the object has been modified');
/** All that an API server says of a patch that makes no sense. */
const SENSELESS = failure(
  422,
  'Invalid',
  'the server rejected our request due to an error in our request',
  {},
);

describe('taking fields over from former appliers', () => {
  let server: ScriptedServer;
  afterEach(() => server.close());

  /** Patches are answered one after the other, the last answer for good; each read finds what `read` says. */
  async function takeOver(
    answers: readonly Reply[],
    read: (reads: number) => Reply = (n) => ({ body: secretAt(7 + n) }),
  ) {
    let patches = 0;
    let reads = 0;
    server = await startScripted(({ method }) =>
      method === 'GET' ? read(++reads) : answers[Math.min(patches++, answers.length - 1)]!,
    );
    const session = openSession({
      cluster: clusterAt(server.url),
      set: { namespace: 'logs', inventory: 'i', lock: 'l' },
    });
    const refused = await takeOverFields(session, SECRETS, secretAt(7), {});
    const sent = server.requests
      .filter(({ method }) => method === 'PATCH')
      .map(({ body }) => JSON.parse(body));
    return { refused, versions: sent.map(([{ value }]: { value: string }[]) => value) };
  }

  it('9: sends one patch, bound to what was read', async () => {
    expect(await takeOver([{}])).to.deep.equal({ refused: undefined, versions: ['7'] });
    const { query, headers } = server.requests[0]!;
    expect(query.get('fieldManager')).to.equal('opni-logging');
    expect(headers['content-type']).to.equal('application/json-patch+json');
  });

  it('9: tries again with what it reads anew after a conflict', async () => {
    expect(await takeOver([CONFLICT, CONFLICT, {}])).to.deep.equal({
      refused: undefined,
      versions: ['7', '8', '9'],
    });
  });

  it('9: tries again after a conflict, even when a read still shows what it knew', async () => {
    expect(await takeOver([CONFLICT, {}], () => ({ body: secretAt(7) }))).to.deep.equal({
      refused: undefined,
      versions: ['7', '7'],
    });
  });

  it('9: gives up after five, with the words of the API server', async () => {
    const { refused, versions } = await takeOver([CONFLICT]);
    expect(versions).to.deep.equal(['7', '8', '9', '10', '11']);
    expect(refused).to.equal(
      'its fields cannot be taken over from who applied it before: the object has been modified',
    );
  });

  it('9: does not repeat a patch that the API server refuses', async () => {
    const { refused, versions } = await takeOver([SENSELESS]);
    expect(versions).to.deep.equal(['7']);
    expect(refused).to.contain('the server rejected our request');
  });

  it('22: does not repeat what may not be done', async () => {
    const { refused, versions } = await takeOver([failure(403, 'Forbidden', 'secrets "x" is forbidden')]);
    expect(versions).to.deep.equal(['7']);
    expect(refused).to.contain('secrets "x" is forbidden');
  });

  it('55: quotes no value of a Secret in a refusal', async () => {
    const { refused } = await takeOver([failure(400, 'BadRequest', 'cannot read "hunter2" (aHVudGVyMg==)')]);
    expect(refused).to.contain('cannot read "***" (***)');
  });

  it('is done when somebody else took them meanwhile, or the object is gone', async () => {
    expect(await takeOver([CONFLICT], () => ({ body: secretAt(8, []) }))).to.deep.equal({
      refused: undefined,
      versions: ['7'],
    });
    server.close();
    expect(await takeOver([CONFLICT], () => ({ status: 404 }))).to.include({ refused: undefined });
    server.close();
    expect(await takeOver([failure(404, 'NotFound', 'not found')])).to.include({ refused: undefined });
  });
});
