import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CRDS } from '../../imports/crds.js';
import { ClusterOutput, FluentbitAgent } from '../../imports/logging.banzaicloud.io.js';
import { repositoryPath } from '../support/repository.js';
import { readCrds } from './crd-files.js';

/** Every file of a folder, by name. */
function textsIn(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

describe('imports/', () => {
  it('is what `npm run imports` makes of crds/', function () {
    this.timeout(60_000);
    const folder = mkdtempSync(join(tmpdir(), 'opni-logging-imports-test-'));
    try {
      execFileSync(process.execPath, [repositoryPath('scripts', 'imports.mjs'), folder], { stdio: 'pipe' });
      const fresh = textsIn(folder);
      const committed = textsIn(repositoryPath('imports'));
      expect(Object.keys(committed)).to.have.members(Object.keys(fresh));
      for (const [name, text] of Object.entries(fresh)) {
        expect(committed[name] === text, `imports/${name} is old: run \`npm run imports\``).to.equal(true);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('holds every definition as data, anchors resolved', () => {
    const files = [...readCrds(repositoryPath('crds')).values()];
    expect(Object.values(CRDS)).to.have.deep.members(files);
    expect(Object.keys(CRDS)).to.have.members(files.map(({ metadata }) => metadata.name));
  });

  it('gives the bare class names to the stored version', () => {
    expect(FluentbitAgent.GVK.apiVersion).to.equal('logging.banzaicloud.io/v1beta1');
    expect(ClusterOutput.GVK.apiVersion).to.equal('logging.banzaicloud.io/v1beta1');
  });

  it('writes fields in the spelling of the definition', () => {
    const agent = FluentbitAgent.manifest({
      metadata: { name: 'opni-logging' },
      spec: {
        inputTail: { storageType: 'filesystem', dbLocking: true, multilineParser: ['docker', 'cri'] },
        filterKubernetes: { k8SLoggingExclude: 'On', kubeCaFile: '/ca' },
        forwardOptions: { requireAckResponse: true, retryLimit: 'False' },
        bufferStorage: { storageBacklogMemLimit: '16M' },
      },
    }) as { spec: unknown };
    expect(agent.spec).to.deep.equal({
      inputTail: { 'storage.type': 'filesystem', 'DB.locking': true, 'multiline.parser': ['docker', 'cri'] },
      filterKubernetes: { 'K8S-Logging.Exclude': 'On', Kube_CA_File: '/ca' },
      forwardOptions: { Require_ack_response: true, Retry_Limit: 'False' },
      bufferStorage: { 'storage.backlog.mem_limit': '16M' },
    });
    const output = ClusterOutput.manifest({
      spec: { http: { endpoint: 'http://shipper:2021', retryableResponseCodes: [429], jsonArray: true } },
    }) as { spec: unknown };
    expect(output.spec).to.deep.equal({
      http: { endpoint: 'http://shipper:2021', retryable_response_codes: [429], json_array: true },
    });
  });
});
