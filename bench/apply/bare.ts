import { readFileSync } from 'node:fs';
import { mapPool } from '../../src/common/pool.js';
import type { KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import { connectToCluster } from '../../src/kube/connect.js';

// The least that a program can do that sends all objects: no plan, no list of members, no lock, no order but that of
// the namespace before the rest.
const [file] = process.argv.slice(2);
const { items } = JSON.parse(readFileSync(file!, 'utf8')) as { readonly items: readonly KubernetesObject[] };
const cluster = connectToCluster();
const send = async (object: KubernetesObject) => {
  const resource = await cluster.discovery.find(object.apiVersion, object.kind);
  const { status } = await cluster.apply(resource!, object, { fieldManager: 'bare', force: true });
  if (status >= 300) throw new Error(`${object.kind} ${object.metadata.name}: ${status}`);
};
const [namespace, ...rest] = items;
await send(namespace!);
await mapPool(rest, 8, send);
cluster.client.close();
