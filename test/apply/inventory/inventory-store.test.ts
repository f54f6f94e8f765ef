import { expect } from 'chai';
import {
  readInventory,
  removeInventory,
  writeInventory,
} from '../../../src/apply/inventory/inventory-store.js';
import { openSession } from '../../../src/apply/session/session.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import { clusterAt, refusalOf } from '../../kube/client-support.js';
import { failure, type Reply, type ScriptedServer, startScripted } from '../../kube/scripted-server.js';
import { inventoryOf, member, parentOf, SET, stored } from './members.js';

const PATH = '/api/v1/namespaces/logs/configmaps/main-inventory';
const inventory = inventoryOf([member('/Secret/logs/a', { uid: 'u' })]);
const known = { inventory, uid: 'uid-1', resourceVersion: '7' };

describe('the inventory in the cluster', () => {
  let server: ScriptedServer;
  afterEach(() => server.close());
  const serve = async (reply: (body: string) => Reply) => {
    server = await startScripted(({ body }) => reply(body));
    return openSession({ cluster: clusterAt(server.url), set: SET });
  };
  /** Answers a write as an API server does. */
  const takes = (body: string): Reply => ({ body: stored(JSON.parse(body) as KubernetesObject) });
  const sent = () => JSON.parse(server.requests[0]?.body ?? 'null') as KubernetesObject;

  it('is read with the version that the next write is bound to', async () => {
    const session = await serve(() => ({ body: parentOf(inventory) }));
    expect(await readInventory(session)).to.deep.equal(known);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([`GET ${PATH}`]);
  });

  it('46: is nothing when it is not there', async () => {
    expect(await readInventory(await serve(() => failure(404, 'NotFound', 'not found')))).to.equal(undefined);
  });

  it('45: is an error when it was edited, or may not be read', async () => {
    const edited = { ...parentOf(inventory), data: {} };
    expect((await refusalOf(readInventory(await serve(() => ({ body: edited }))))).message).to.contain(
      'data.inventory.json is missing',
    );
    server.close();
    const forbidden = await serve(() => failure(403, 'Forbidden', 'configmaps is forbidden'));
    expect((await refusalOf(readInventory(forbidden))).message).to.contain('configmaps is forbidden');
  });

  it('43: is written only over what was read', async () => {
    const session = await serve(takes);
    expect(
      await writeInventory(session, inventory, { ...known, uid: 'uid-9', resourceVersion: '9' }),
    ).to.deep.equal(known);
    const { method, path, query } = server.requests[0]!;
    expect(`${method} ${path}`).to.equal(`PATCH ${PATH}`);
    expect(query.get('fieldManager')).to.equal('opni-logging-applyset');
    expect(query.get('force')).to.equal('true');
    expect(sent().metadata).to.include({ uid: 'uid-9', resourceVersion: '9' });
  });

  it('is made when there was none', async () => {
    await writeInventory(await serve(takes), inventory, undefined);
    expect(sent().metadata).to.not.have.any.keys('uid', 'resourceVersion');
  });

  for (const status of [403, 409, 413, 422]) {
    it(`43: is an error when the write is refused with ${status}`, async () => {
      const other = { ...inventory, generation: 99 };
      const session = await serve((body) =>
        body === '' ? { body: parentOf(other) } : failure(status, 'X', 'in its words'),
      );
      const error = await refusalOf(writeInventory(session, inventory, known));
      expect(error.message).to.equal('ConfigMap logs/main-inventory: in its words');
    });
  }

  it('44: counts as written when a first answer got lost and a second attempt met what it wrote', async () => {
    const session = await serve((body) =>
      body === '' ? { body: parentOf(inventory) } : failure(409, 'Conflict', 'the object has been modified'),
    );
    expect(await writeInventory(session, inventory, known)).to.deep.equal(known);
  });

  it('43: is not written over one that somebody made anew meanwhile', async () => {
    const cause = { reason: 'FieldValueInvalid', field: 'metadata.uid', message: 'field is immutable' };
    const session = await serve(() => failure(422, 'Invalid', 'field is immutable', { causes: [cause] }));
    const error = await refusalOf(writeInventory(session, inventory, known));
    expect(error.message).to.equal(
      'ConfigMap logs/main-inventory: somebody deleted it and made it anew just now. Run again.',
    );
  });

  it('67: is deleted as it was read, and may be gone already', async () => {
    await removeInventory(await serve(() => ({})), known);
    expect(sent()).to.deep.include({ preconditions: { uid: 'uid-1', resourceVersion: '7' } });
    server.close();
    await removeInventory(await serve(() => failure(404, 'NotFound', 'not found')), known);
    server.close();
    const session = await serve(() => failure(409, 'Conflict', 'it moved on'));
    expect((await refusalOf(removeInventory(session, known))).message).to.contain('it moved on');
  });
});
