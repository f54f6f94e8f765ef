import type { Fault } from '../../support/cluster/front.js';
import type { TestCluster } from '../../support/cluster/test-cluster.js';

/**
 * Serves the objects of one API group under the name of another one too, as Kubernetes did with Ingresses and events when
 * they moved. To be used as a fault of the front.
 *
 * @param alias name under which they are served as well
 */
export function aliasGroup(test: TestCluster, alias: string, group: string): Fault {
  const renamed = (value: unknown, from: string, to: string): unknown =>
    JSON.parse(JSON.stringify(value).replaceAll(`"${from}`, `"${to}`));
  return async ({ method, path, query, headers, body }) => {
    if (method === 'GET' && path === '/apis') {
      // Names only, so that the client asks for each group.
      const { body: groups } = await test.send('GET', '/apis');
      const list = groups as { readonly groups: readonly { readonly name: string }[] };
      const found = list.groups.filter(({ name }) => name === group);
      return {
        status: 200,
        body: { ...list, groups: [...list.groups, ...(renamed(found, group, alias) as unknown[])] },
      };
    }
    if (!path.startsWith(`/apis/${alias}/`)) return undefined;
    const there = path.replace(`/apis/${alias}/`, `/apis/${group}/`);
    const text = query.toString();
    const sent = body.length > 0 ? renamed(JSON.parse(String(body)), alias, group) : undefined;
    const answer = await test.send(
      method as Parameters<TestCluster['send']>[0],
      text === '' ? there : `${there}?${text}`,
      sent,
      { contentType: headers['content-type'], mayFail: true },
    );
    return { status: answer.status, body: renamed(answer.body, group, alias) };
  };
}
