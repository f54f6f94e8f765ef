import { expect } from 'chai';
import type { ImagesConfig } from '../../src/config/types.js';
import type { ImageName } from '../../src/constructs/images.js';
import { Images } from '../../src/constructs/images.js';

const DIGEST = `sha256:${'0f'.repeat(32)}`;

const images = (config: Partial<ImagesConfig> = {}, operator: '6.7' | '4.10' = '6.7') =>
  new Images(
    { pullSecrets: [], references: {}, digests: {}, ...config },
    { operator, dataPrepper: '2.16.0', self: '1.2.3' },
  );

describe('images', () => {
  it('follow the versions of the operator, of Data Prepper and of this project', () => {
    expect(images().reference('dataPrepper')).to.equal('docker.io/opensearchproject/data-prepper:2.16.0');
    expect(images().reference('opniLogging')).to.match(/opni-logging:1\.2\.3$/);
    expect(images().reference('loggingOperator')).to.match(/\/kube-logging\/logging-operator:6\.7\.\d+$/);
    expect(images({}, '4.10').reference('loggingOperator')).to.match(
      /\/kube-logging\/logging-operator:4\.10\.\d+$/,
    );
  });

  it('have the plugins that the flow needs: the full Fluentd', () => {
    for (const version of ['6.7', '4.10'] as const) {
      expect(images({}, version).reference('fluentd'), version).to.match(/-full$/);
    }
  });

  it('keep to a Fluent Bit below 5.0.4 where the operator cannot turn its new format off', () => {
    const tag = images({}, '4.10').parts('fluentBit')?.tag ?? '';
    expect(tag).to.match(/^[1-4]\./);
  });

  for (const operator of ['6.7', '4.10'] as const) {
    it(`are known for everything that operator ${operator} runs`, () => {
      const names: ImageName[] = [
        'fluentBit',
        'fluentd',
        'configReloader',
        'drainWatch',
        'drainPause',
        'loggingOperator',
        'dataPrepper',
        'opniLogging',
      ];
      for (const name of names) expect(images({}, operator).parts(name), name).not.to.equal(undefined);
    });
  }

  it('can be replaced one by one', () => {
    const references = { fluentBit: 'registry.example.com/fluent-bit:9' };
    expect(images({ references }).reference('fluentBit')).to.equal('registry.example.com/fluent-bit:9');
    expect(images({ references }).reference('fluentd')).to.equal(images().reference('fluentd'));
  });

  describe('from a mirror', () => {
    for (const [given, mirrored] of [
      ['ghcr.io/fluent/fluent-bit:5', 'mirror.example.com/fluent/fluent-bit:5'],
      ['docker.io/opensearchproject/data-prepper:2', 'mirror.example.com/opensearchproject/data-prepper:2'],
      ['opensearchproject/data-prepper:2', 'mirror.example.com/opensearchproject/data-prepper:2'],
      ['busybox:1', 'mirror.example.com/busybox:1'],
      ['tool.v2:1', 'mirror.example.com/tool.v2:1'],
      ['localhost/team/image:1', 'mirror.example.com/team/image:1'],
      ['localhost:5000/team/image:1', 'mirror.example.com/team/image:1'],
      ['registry.example.com:5000/image:1', 'mirror.example.com/image:1'],
      ['registry.example.com:5000/a/b/c:v1.2_3-x', 'mirror.example.com/a/b/c:v1.2_3-x'],
    ] as const) {
      it(`${given} is ${mirrored}`, () => {
        const config = { registry: 'mirror.example.com', references: { fluentBit: given } };
        expect(images(config).reference('fluentBit')).to.equal(mirrored);
      });
    }

    it('are below the mirror’s path and behind its port', () => {
      const found = images({ registry: 'mirror.example.com:5000/proxy/k8s' });
      expect(found.reference('fluentBit')).to.match(
        /^mirror\.example\.com:5000\/proxy\/k8s\/fluent\/fluent-bit:/,
      );
    });
  });

  describe('with a digest', () => {
    const config = { registry: 'mirror.example.com:5000', digests: { fluentBit: DIGEST } };

    it('are named by both, tag and digest', () => {
      expect(images(config).reference('fluentBit')).to.match(
        new RegExp(`^mirror\\.example\\.com:5000/fluent/fluent-bit:[\\d.]+@${DIGEST}$`),
      );
      expect(images(config).reference('fluentd')).not.to.include('@');
    });

    it('come out the same when the operator joins the parts with a colon', () => {
      const { repository, tag } = images(config).parts('fluentBit')!;
      expect(`${repository}:${tag}`).to.equal(images(config).reference('fluentBit'));
      expect(repository).not.to.include('@');
    });
  });
});
