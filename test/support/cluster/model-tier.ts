import { ModelApiServer, type ModelOptions } from '../api-server/model-api-server.js';
import { TestCluster, type TestTier } from './test-cluster.js';

/** A cluster of the model, with the server behind it. */
export interface ModelCluster {
  readonly cluster: TestCluster;
  readonly server: ModelApiServer;
}

/** Each cluster is new, so its id need not differ from others. */
const ID = 'case';

/** Opens a cluster of the model, with other options than the usual ones. */
export async function openModel(options: ModelOptions = {}): Promise<ModelCluster> {
  const server = new ModelApiServer(options);
  return { cluster: await TestCluster.open('model', server.handle, ID), server };
}

/** Cases run on the model of an API server, which needs nothing beside this process. */
export const modelTier: TestTier = {
  name: 'model',
  open: async () => (await openModel()).cluster,
};
