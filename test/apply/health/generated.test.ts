import { expect } from 'chai';
import { generatedWorkload } from '../../../src/apply/health/generated.js';

const GROUP = 'logging.banzaicloud.io/v1beta1';
const objectOf = (kind: string, name: string, spec?: object) => ({
  apiVersion: GROUP,
  kind,
  metadata: { name },
  ...(spec ? { spec } : {}),
});
const workload = (kind: string, namespace: string, name: string) => ({
  group: 'apps',
  version: 'v1',
  kind,
  namespace,
  name,
});

describe('the workload that an operator makes', () => {
  const main = objectOf('Logging', 'main', { loggingRef: 'main', controlNamespace: 'logs' });
  const plain = objectOf('Logging', 'plain', { controlNamespace: 'other' });
  const agent = objectOf('FluentbitAgent', 'main-agent', { loggingRef: 'main' });

  it('59: of a Logging is a StatefulSet where it controls', () => {
    expect(generatedWorkload(main, [])).to.deep.equal(workload('StatefulSet', 'logs', 'main-fluentd'));
  });

  it('59: of a FluentbitAgent is a DaemonSet where its Logging controls', () => {
    expect(generatedWorkload(agent, [plain, main])).to.deep.equal(
      workload('DaemonSet', 'logs', 'main-agent-fluentbit'),
    );
  });

  it('59: of a FluentbitAgent is where its Logging wants the agents', () => {
    const apart = objectOf('Logging', 'main', {
      loggingRef: 'main',
      controlNamespace: 'logs',
      fluentBitAgentNamespace: 'agents',
    });
    expect(generatedWorkload(agent, [apart])?.namespace).to.equal('agents');
  });

  it('goes by the reference, and by none on both sides', () => {
    const bare = objectOf('FluentbitAgent', 'bare');
    expect(generatedWorkload(bare, [main, plain])?.namespace).to.equal('other');
    expect(generatedWorkload(bare, [main])).to.equal(undefined);
    expect(generatedWorkload(agent, [plain])).to.equal(undefined);
  });

  it('is unknown without a namespace, and for all other kinds', () => {
    expect(generatedWorkload(objectOf('Logging', 'x'), [])).to.equal(undefined);
    expect(generatedWorkload(objectOf('Flow', 'x', { loggingRef: 'main' }), [main])).to.equal(undefined);
    expect(generatedWorkload({ ...main, apiVersion: 'example.com/v1' }, [main])).to.equal(undefined);
  });
});
