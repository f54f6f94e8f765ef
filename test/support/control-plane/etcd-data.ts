import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ControlPlane } from './control-plane.js';

/**
 * Lets etcd forget everything before its newest revision, as the API server does every five minutes.
 *
 * @returns the revision before which all is forgotten
 */
export async function compactEtcd({ etcdUrl }: ControlPlane): Promise<string> {
  const { header } = await post(`${etcdUrl}/v3/kv/range`, { key: 'AA==', limit: 1 });
  await post(`${etcdUrl}/v3/kv/compaction`, { revision: header.revision, physical: true });
  return header.revision;
}

/** A copy of the data of etcd, as a backup would hold it. */
export class EtcdBackup {
  readonly #folder = mkdtempSync(join(tmpdir(), 'opni-etcd-'));

  /** Copies them. API server and etcd are stopped for it, and then run again. */
  static async take(plane: ControlPlane): Promise<EtcdBackup> {
    const backup = new EtcdBackup();
    await whileStopped(plane, () => cpSync(plane.etcdFolder, backup.#folder, { recursive: true }));
    return backup;
  }

  /** Puts them back: what was written since is gone, and its revisions are used again. */
  async restore(plane: ControlPlane): Promise<void> {
    await whileStopped(plane, () => {
      rmSync(plane.etcdFolder, { recursive: true });
      cpSync(this.#folder, plane.etcdFolder, { recursive: true });
    });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function whileStopped(plane: ControlPlane, action: () => void): Promise<void> {
  await plane.kill('kube-apiserver');
  await plane.kill('etcd');
  action();
  await plane.startEtcd();
  await plane.startApiServer();
}

async function post(url: string, body: object): Promise<{ readonly header: { readonly revision: string } }> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${await response.text()}`);
  return (await response.json()) as { readonly header: { readonly revision: string } };
}
