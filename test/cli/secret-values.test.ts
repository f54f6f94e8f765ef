import { expect } from 'chai';
import { statusReply } from '../support/cluster/front.js';
import { CONFIG, configMap, makeSecret, NAMESPACE, PASSWORD, useCommandCluster } from './cluster-commands.js';

const NEXT = `${PASSWORD}-changed`;
const base64 = (text: string) => Buffer.from(text).toString('base64');
/** Neither of these, nor their beginning in base64, may stand anywhere. */
const FORBIDDEN = [PASSWORD, base64(PASSWORD), base64(PASSWORD).replace(/.?=*$/, ''), base64(NEXT)];

const secret = (value: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's', namespace: 'opni' },
  stringData: { password: value },
  ...more,
});

describe('a secret value', () => {
  const opened = useCommandCluster();

  /** Runs a command in all ways of printing, the plain one last, and searches what it prints. */
  async function search(args: readonly string[], expected: number): Promise<string> {
    const ways = [
      { flags: ['--json'] },
      { flags: ['--quiet'] },
      { flags: [], terminal: true },
      { flags: [] },
    ] as const;
    const outputs: string[] = [];
    for (const { flags, ...options } of ways) {
      const { code, stdout, stderr } = await opened().cli([...args, ...flags], options);
      expect(code, `${args.join(' ')} ${flags.join('')}\n${stderr}`).to.equal(expected);
      outputs.push(stdout + stderr);
    }
    for (const text of FORBIDDEN) expect(outputs.join('\n')).to.not.contain(text);
    return outputs.at(-1)!;
  }

  it('that a person put into the cluster is in no output of any command', async () => {
    opened().folder.write('opni-logging.yaml', CONFIG);
    await makeSecret(opened());
    await search(['diff'], 1);
    await search(['apply', '--dry-run'], 0);
    await search(['apply'], 0);
    await search(['status'], 0);
    await search(['delete', '--dry-run'], 0);
    await search(['delete', '--yes', '--drain-timeout', '0s'], 0);
  });

  describe('in manifests', () => {
    const SET = ['-f', 'm.yaml', '--set', 'opni/few'];
    const write = (object: object) => opened().manifests('m.yaml', [NAMESPACE, configMap('a'), object]);

    it('is in no output, when it is new, when it changes, and when it goes', async () => {
      write(secret(PASSWORD));
      expect(await search(['diff', ...SET], 1)).to.contain('+  password: ');
      await search(['apply', ...SET], 0);
      write(secret(NEXT));
      expect(await search(['diff', ...SET], 1))
        .to.contain('-  password: ')
        .and.contain('+  password: ');
      expect(await search(['apply', ...SET, '--dry-run'], 0)).to.contain('Secret opni/s (.data.password)');
      await search(['apply', ...SET], 0);
      await search(['status', '--set', 'opni/few'], 0);
      write(configMap('b'));
      expect(await search(['diff', ...SET], 1)).to.contain('Secret opni/s left the set');
      await search(['apply', ...SET], 0);
    });

    it('is in no output, when the server quotes it in a refusal', async () => {
      const { cluster } = opened();
      write(secret(PASSWORD));
      cluster.front.fault = ({ method, path }) =>
        method === 'PATCH' && path.endsWith('/secrets/s')
          ? statusReply(422, 'Invalid', `data.password: Invalid value: "${PASSWORD}" (${base64(PASSWORD)})`)
          : undefined;
      expect(await search(['apply', ...SET, '--dry-run'], 1)).to.contain('Invalid value: "***" (***)');
      expect(await search(['apply', ...SET], 1)).to.contain('Invalid value: "***" (***)');
      expect(await search(['diff', ...SET], 1)).to.contain('Invalid value: "***" (***)');
    });

    it('is in no output, when the server quotes it in a warning', async () => {
      const { cluster, server } = opened();
      write(secret(PASSWORD));
      cluster.front.fault = async (call) => {
        if (call.method !== 'PATCH' || !call.path.endsWith('/secrets/s')) return undefined;
        return { ...(await server.handle(call)), headers: { warning: `299 - "weak: ${PASSWORD}"` } };
      };
      const { stdout, stderr } = await opened().cli(['apply', ...SET]);
      expect(stderr).to.contain('warning: Secret opni/s: weak: ***\n');
      for (const text of FORBIDDEN) expect(stdout + stderr).to.not.contain(text);
    });

    it('is in no output, when somebody else owns it, or it cannot be changed', async () => {
      const { cluster } = opened();
      write(secret(PASSWORD, { immutable: true }));
      await search(['apply', ...SET], 0);
      write(secret(NEXT, { immutable: true }));
      await search(['diff', ...SET], 1);
      await search(['apply', ...SET, '--no-recreate'], 1);
      await cluster.remove('v1', 'Secret', 's', 'opni');
      write(secret(PASSWORD));
      await search(['apply', ...SET], 0);
      const theirs = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'opni' } };
      await cluster.applyAs('someone', { ...theirs, data: { password: base64(NEXT) } }, { force: true });
      await search(['diff', ...SET], 1);
      await search(['apply', ...SET], 1);
    });

    it('is in no output, when its manifest is no YAML or no object', async () => {
      const { folder } = opened();
      folder.write('m.yaml', `stringData:\n  password: ${PASSWORD}\n kind: Secret\n`);
      await search(['apply', ...SET], 1);
      await search(['diff', ...SET], 2);
      folder.write('m.yaml', `stringData:\n  password: ${PASSWORD}\n`);
      await search(['apply', ...SET], 1);
    });
  });
});
