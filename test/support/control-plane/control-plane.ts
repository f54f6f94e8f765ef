import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as httpsRequest } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fixedCredentials } from '../../../src/kube/api-server.js';
import { Cluster } from '../../../src/kube/cluster.js';
import type { ApiCall, ApiReply, Backend } from '../cluster/front.js';
import { TOKENS } from '../cluster/test-cluster.js';
import type { Binaries } from './binaries.js';
import { Child } from './child.js';
import { makeNodes } from './fake-nodes.js';

/** Options of {@link ControlPlane.start}. */
export interface ControlPlaneOptions {
  /** Also runs what makes pods of workloads, and fake nodes that pretend to run them. @default true */
  readonly controllers?: boolean;
  /** Further flags of the API server, as in `--feature-gates=WatchList=false`. @default none */
  readonly apiServerFlags?: readonly string[];
  /** Number of fake nodes. @default 2 */
  readonly nodes?: number;
}

const USERS: Readonly<Record<string, { readonly token: string; readonly group?: string }>> = {
  admin: { token: TOKENS.admin, group: 'system:masters' },
  limited: { token: TOKENS.limited },
  'system:kube-controller-manager': { token: 'controller-manager-token' },
  'system:kube-scheduler': { token: 'scheduler-token' },
};

/** A Kubernetes control plane on loopback ports: etcd, API server and, where asked for, controllers and fake nodes. */
export class ControlPlane {
  readonly #children = new Map<string, Child>();
  readonly #agent = new Agent({ keepAlive: true });

  private constructor(
    private readonly binaries: Binaries,
    private readonly folder: string,
    private readonly ports: { readonly api: number; readonly etcd: number; readonly peer: number },
    private readonly options: ControlPlaneOptions,
  ) {}

  /** Starts it; ready when this returns. Several may run at once. */
  static async start(binaries: Binaries, options: ControlPlaneOptions = {}): Promise<ControlPlane> {
    const folder = mkdtempSync(join(tmpdir(), 'opni-control-plane-'));
    const [api, etcd, peer] = await freePorts(3);
    const plane = new ControlPlane(binaries, folder, { api: api!, etcd: etcd!, peer: peer! }, options);
    try {
      plane.#writeKeys();
      await plane.startEtcd();
      await plane.startApiServer();
      if (options.controllers !== false) await plane.#startControllers();
      return plane;
    } catch (error) {
      await plane.stop();
      throw error;
    }
  }

  /** Address of the API server. */
  get url(): string {
    return `https://127.0.0.1:${this.ports.api}`;
  }

  /** Its certificate, as PEM. */
  get authority(): string {
    return readFileSync(join(this.folder, 'certs', 'apiserver.crt'), 'utf8');
  }

  /** Passes requests on to the API server, as they are. */
  get backend(): Backend {
    return (call) => this.#forward(call);
  }

  /** Address of etcd. */
  get etcdUrl(): string {
    return `http://127.0.0.1:${this.ports.etcd}`;
  }

  /** Where etcd keeps its data. */
  get etcdFolder(): string {
    return join(this.folder, 'etcd');
  }

  /** A connection of its own, past any front. */
  connect(token: string = TOKENS.admin): Cluster {
    const credentials = fixedCredentials({ headers: { authorization: `Bearer ${token}` } });
    const server = {
      context: 'test',
      url: new URL(this.url),
      trust: { authority: this.authority },
      credentials,
    };
    return Cluster.connect(server);
  }

  /** Path of a program, such as `kubectl`. */
  get binary(): Binaries['path'] {
    return this.binaries.path;
  }

  /** Writes a kubeconfig, and gives its path. */
  kubeconfig(token: string = TOKENS.admin, server = this.url): string {
    const path = join(this.folder, `kubeconfig-${token}-${new URL(server).port}`);
    const cluster = server.startsWith('https:')
      ? { server, 'certificate-authority-data': Buffer.from(this.authority).toString('base64') }
      : { server };
    const text = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      clusters: [{ name: 'test', cluster }],
      users: [{ name: 'test', user: { token } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    });
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  async startEtcd(): Promise<void> {
    const [client, peers] = [this.etcdUrl, `http://127.0.0.1:${this.ports.peer}`];
    const child = this.#spawn('etcd', [
      `--data-dir=${this.etcdFolder}`,
      '--unsafe-no-fsync',
      '--log-level=warn',
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peers}`,
      `--initial-advertise-peer-urls=${peers}`,
      `--initial-cluster=default=${peers}`,
    ]);
    await child.until(async () => (await fetch(`${client}/health`)).ok);
  }

  async startApiServer(): Promise<void> {
    const file = (name: string) => join(this.folder, name);
    const child = this.#spawn('kube-apiserver', [
      `--etcd-servers=${this.etcdUrl}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${this.ports.api}`,
      `--cert-dir=${file('certs')}`,
      '--authorization-mode=RBAC',
      `--token-auth-file=${file('tokens.csv')}`,
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${file('service-account.pub')}`,
      `--service-account-signing-key-file=${file('service-account.key')}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      '--endpoint-reconciler-type=none',
      '--allow-privileged=true',
      '--event-ttl=1h',
      ...(this.options.apiServerFlags ?? []),
    ]);
    await child.until(async () => existsSync(file('certs/apiserver.crt')) && (await this.#isReady()));
  }

  /** Ends a program at once, as a crash would. */
  async kill(program: 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kwok'): Promise<void> {
    await this.#children.get(program)?.kill('SIGKILL');
  }

  /** Ends everything and removes its data. */
  async stop(): Promise<void> {
    this.#agent.destroy();
    for (const child of [...this.#children.values()].reverse()) await child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #startControllers(): Promise<void> {
    const config = (user: string) => this.kubeconfig(USERS[user]!.token);
    const file = (name: string) => join(this.folder, name);
    this.#spawn('kube-controller-manager', [
      `--kubeconfig=${config('system:kube-controller-manager')}`,
      '--leader-elect=false',
      '--secure-port=0',
      `--service-account-private-key-file=${file('service-account.key')}`,
      `--root-ca-file=${file('certs/apiserver.crt')}`,
      '--use-service-account-credentials=true',
      '--allocate-node-cidrs=false',
    ]);
    this.#spawn('kube-scheduler', [
      `--kubeconfig=${config('system:kube-scheduler')}`,
      '--leader-elect=false',
      '--secure-port=0',
    ]);
    const kwok = this.#spawn('kwok', [
      `--config=${this.binaries.stages}`,
      `--kubeconfig=${config('admin')}`,
      '--manage-all-nodes=true',
      '--cidr=10.244.0.0/16',
      '--node-ip=127.0.0.1',
      // Without it the nodes count as lost after 50 s, and their pods as not ready.
      '--node-lease-duration-seconds=40',
    ]);
    await makeNodes(this.connect(), this.options.nodes ?? 2);
    await kwok.until(
      async () => (await this.#ask('/api/v1/namespaces/default/serviceaccounts/default')) === 200,
    );
  }

  #spawn(program: Parameters<Binaries['path']>[0], args: readonly string[]): Child {
    const child = new Child(program, this.binaries.path(program), args, join(this.folder, `${program}.log`));
    this.#children.set(program, child);
    return child;
  }

  #writeKeys(): void {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const write = (name: string, text: string | Buffer) =>
      writeFileSync(join(this.folder, name), text, { mode: 0o600 });
    write('service-account.key', privateKey.export({ type: 'sec1', format: 'pem' }));
    write('service-account.pub', publicKey.export({ type: 'spki', format: 'pem' }));
    const rows = Object.entries(USERS).map(([user, { token, group }]) =>
      [token, user, `uid-of-${user}`, ...(group ? [`"${group}"`] : [])].join(','),
    );
    write('tokens.csv', `${rows.join('\n')}\n`);
    mkdirSync(join(this.folder, 'certs'));
  }

  async #isReady(): Promise<boolean> {
    return (await this.#ask('/readyz')) === 200;
  }

  async #ask(path: string): Promise<number> {
    const { status } = await this.backend({
      method: 'GET',
      path,
      query: new URLSearchParams(),
      headers: { authorization: `Bearer ${TOKENS.admin}` },
      body: Buffer.alloc(0),
    });
    return status;
  }

  #forward({ method, path, query, headers, body }: ApiCall): Promise<ApiReply> {
    const text = query.toString();
    const { host: _, connection: __, 'transfer-encoding': ___, ...passed } = headers;
    return new Promise((resolve, reject) => {
      const request = httpsRequest(
        `${this.url}${path}${text === '' ? '' : `?${text}`}`,
        {
          method,
          agent: this.#agent,
          ca: this.authority,
          headers: { ...passed, 'content-length': body.length },
        },
        (response) => {
          const { statusCode = 0, headers: answered } = response;
          const kept = Object.entries(answered).filter(([name]) => !HOP_HEADERS.has(name));
          const answer = (body: unknown) =>
            resolve({ status: statusCode, headers: Object.fromEntries(kept) as ApiReply['headers'], body });
          if (query.get('watch') === 'true' || query.get('watch') === '1') answer(response);
          else buffer(response).then(answer, reject);
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }
}

/** Of one connection, and not of the answer. */
const HOP_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
]);

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
