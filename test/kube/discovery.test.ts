import { expect } from 'chai';
import { clusterAt, refusalOf } from './client-support.js';
import {
  failure,
  type Reply,
  type ScriptedServer,
  type SeenRequest,
  startScripted,
} from './scripted-server.js';

const resource = (plural: string, kind: string, scope = 'Namespaced') => ({
  resource: plural,
  responseKind: { group: '', version: 'v1', kind },
  scope,
  verbs: ['get', 'list'],
  subresources: [{ subresource: 'status', responseKind: { group: '', version: 'v1', kind } }],
});

const aggregated = (groups: Record<string, readonly unknown[]>): Reply => ({
  body: {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    items: Object.entries(groups).map(([name, versions]) => ({
      metadata: name === '' ? {} : { name },
      versions,
    })),
  },
});

const CORE = aggregated({
  '': [{ version: 'v1', freshness: 'Current', resources: [resource('pods', 'Pod')] }],
});

const GROUPS = {
  apps: [
    { version: 'v1', freshness: 'Current', resources: [resource('deployments', 'Deployment')] },
    {
      version: 'v1beta1',
      freshness: 'Current',
      resources: [resource('deployments', 'Deployment'), resource('olds', 'Old', 'Cluster')],
    },
  ],
  'metrics.k8s.io': [{ version: 'v1beta1', freshness: 'Stale', resources: [] }],
};

describe('Discovery', () => {
  let server: ScriptedServer;
  afterEach(() => server.close());
  const serve = async (reply: (request: SeenRequest, index: number) => Reply) => {
    server = await startScripted(reply);
    return clusterAt(server.url).discovery;
  };
  const paths = () => server.requests.map(({ path }) => path).sort();

  it('learns everything in two requests, and asks once for all that wait', async () => {
    const discovery = await serve(({ path }) => (path === '/api' ? CORE : aggregated(GROUPS)));
    const [pod, deployment, unknown] = await Promise.all([
      discovery.find('v1', 'Pod'),
      discovery.find('apps/v1', 'Deployment'),
      discovery.find('apps/v2', 'Deployment'),
    ]);
    const rest = { namespaced: true, verbs: ['get', 'list'] };
    expect(pod).to.deep.equal({ group: '', version: 'v1', kind: 'Pod', plural: 'pods', ...rest });
    expect(deployment).to.deep.equal({
      group: 'apps',
      version: 'v1',
      kind: 'Deployment',
      plural: 'deployments',
      ...rest,
    });
    expect(unknown).to.equal(undefined);
    expect(paths()).to.deep.equal(['/api', '/apis']);
    expect(server.requests[0]?.headers.accept).to.match(/^application\/json;g=apidiscovery\.k8s\.io;v=v2;/);
  });

  it('prefers the version that the server names first, and finds kinds of others', async () => {
    const discovery = await serve(({ path }) => (path === '/api' ? CORE : aggregated(GROUPS)));
    expect(await discovery.findKind('apps', 'Deployment')).to.include({ version: 'v1' });
    expect(await discovery.findKind('apps', 'Old')).to.include({ version: 'v1beta1', namespaced: false });
    expect(await discovery.findKind('apps', 'New')).to.equal(undefined);
    const all = await discovery.all();
    expect(all.map(({ version, kind }) => `${version} ${kind}`)).to.deep.equal([
      'v1 Pod',
      'v1 Deployment',
      'v1beta1 Old',
    ]);
  });

  it('#34 knows which groups are broken, and serves the others', async () => {
    const discovery = await serve(({ path }) => (path === '/api' ? CORE : aggregated(GROUPS)));
    expect(await discovery.find('apps/v1', 'Deployment')).to.not.equal(undefined);
    expect([...discovery.brokenGroups()]).to.deep.equal(['metrics.k8s.io']);
  });

  it('sees what is new only after a refresh', async () => {
    let groups: Record<string, readonly unknown[]> = {};
    const discovery = await serve(({ path }) => (path === '/api' ? CORE : aggregated(groups)));
    expect(await discovery.find('apps/v1', 'Deployment')).to.equal(undefined);
    groups = GROUPS;
    expect(await discovery.find('apps/v1', 'Deployment')).to.equal(undefined);
    await discovery.refresh();
    expect(await discovery.find('apps/v1', 'Deployment')).to.include({ plural: 'deployments' });
  });

  it('asks one version anew in one request', async () => {
    let served = false;
    const list = {
      kind: 'APIResourceList',
      resources: [{ name: 'flows', kind: 'Flow', namespaced: true, verbs: ['get'] }],
    };
    const discovery = await serve(({ path }) => {
      if (path === '/apis/logging.example/v1') return served ? { body: list } : { status: 404 };
      return path === '/api' ? CORE : aggregated(GROUPS);
    });
    expect(await discovery.refreshVersion('logging.example/v1')).to.equal(false);
    served = true;
    expect(await discovery.refreshVersion('logging.example/v1')).to.equal(true);
    expect(await discovery.find('logging.example/v1', 'Flow')).to.include({
      plural: 'flows',
      namespaced: true,
    });
    expect(await discovery.find('apps/v1', 'Deployment')).to.not.equal(undefined);
    served = false;
    expect(await discovery.refreshVersion('logging.example/v1')).to.equal(false);
    expect(await discovery.find('logging.example/v1', 'Flow')).to.equal(undefined);
    expect(server.requests).to.have.length(5);
  });

  it('asks again after it could not, and keeps what it knew', async () => {
    let denied = true;
    const discovery = await serve(({ path }) => {
      if (denied) return failure(403, 'Forbidden', 'not for you');
      return path === '/api' ? CORE : aggregated(GROUPS);
    });
    expect((await refusalOf(discovery.find('v1', 'Pod'))).message).to.match(/^read \/apis?: not for you$/);
    denied = false;
    expect(await discovery.find('v1', 'Pod')).to.not.equal(undefined);
    denied = true;
    await refusalOf(discovery.refresh());
    expect(await discovery.find('v1', 'Pod')).to.not.equal(undefined);
  });

  it('does not let one who stops waiting stop the others', async () => {
    const gate: (() => void)[] = [];
    const discovery = await serve(({ path }, index) => (response) => {
      const answer = path === '/api' ? CORE : aggregated(GROUPS);
      const send = () => response.end(JSON.stringify('body' in answer ? answer.body : undefined));
      if (index < 2) gate.push(send);
      else send();
    });
    const controller = new AbortController();
    const first = discovery.find('v1', 'Pod', controller.signal).catch((error: unknown) => error);
    const second = discovery.find('v1', 'Pod');
    while (gate.length < 2) await new Promise((resolve) => setImmediate(resolve));
    controller.abort(new Error('stop'));
    expect(await first)
      .to.be.instanceOf(Error)
      .with.property('message', 'stop');
    expect(await second).to.include({ plural: 'pods' });
  });

  it('refuses a server that is none of Kubernetes', async () => {
    const discovery = await serve(() => ({ body: { hello: 'world' } }));
    expect((await refusalOf(discovery.find('v1', 'Pod'))).message).to.contain(
      'not that of a Kubernetes API server',
    );
  });

  describe('with a server that cannot tell everything at once', () => {
    const ANSWERS: Readonly<Record<string, Reply>> = {
      '/api': { body: { kind: 'APIVersions', versions: ['v1'] } },
      '/apis': {
        body: {
          kind: 'APIGroupList',
          groups: [
            {
              name: 'apps',
              versions: [{ version: 'v1beta1' }, { version: 'v1' }],
              preferredVersion: { version: 'v1' },
            },
            { name: 'metrics.k8s.io', versions: [{ version: 'v1beta1' }] },
          ],
        },
      },
      '/api/v1': {
        body: {
          kind: 'APIResourceList',
          resources: [
            { name: 'pods', kind: 'Pod', namespaced: true, verbs: ['list'] },
            { name: 'pods/status', kind: 'Pod', namespaced: true, verbs: ['get'] },
          ],
        },
      },
      '/apis/apps/v1': {
        body: {
          kind: 'APIResourceList',
          resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true }],
        },
      },
      '/apis/apps/v1beta1': {
        body: {
          kind: 'APIResourceList',
          resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true }],
        },
      },
    };

    it('#34 asks each version, and one that does not answer breaks its group only', async () => {
      const discovery = await serve(
        ({ path }) => ANSWERS[path] ?? failure(503, 'ServiceUnavailable', 'no endpoints'),
      );
      expect(await discovery.find('v1', 'Pod')).to.include({ plural: 'pods', namespaced: true });
      expect(await discovery.findKind('apps', 'Deployment')).to.deep.include({ version: 'v1', verbs: [] });
      expect([...discovery.brokenGroups()]).to.deep.equal(['metrics.k8s.io']);
      expect(paths()).to.deep.equal([
        '/api',
        '/api/v1',
        '/apis',
        '/apis/apps/v1',
        '/apis/apps/v1beta1',
        '/apis/metrics.k8s.io/v1beta1',
      ]);
    });

    it('asks plainly when the server does not accept the question', async () => {
      const discovery = await serve(({ path, headers }) =>
        headers.accept?.includes('apidiscovery') ? { status: 406 } : (ANSWERS[path] ?? { status: 503 }),
      );
      expect(await discovery.find('apps/v1', 'Deployment')).to.include({ plural: 'deployments' });
    });
  });
});
