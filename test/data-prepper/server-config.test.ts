import { expect } from 'chai';
import { parse } from 'yaml';
import { BYTE_COUNT, formatByteCount } from '../../src/data-prepper/byte-count.js';
import { javaOptions, loggingConfig, serverConfig } from '../../src/data-prepper/server-config.js';

const MIB = 1024 ** 2;

describe('serverConfig', () => {
  it('serves the API in plain HTTP and breaks the circuit at the given heap use', () => {
    expect(parse(serverConfig({ circuitBreakerBytes: 1074 * MIB }), { version: '1.1' })).to.deep.equal({
      ssl: false,
      server_port: 4900,
      metric_registries: ['Prometheus'],
      processor_shutdown_timeout: '30s',
      sink_shutdown_timeout: '30s',
      circuit_breakers: { heap: { usage: '1074mb' } },
    });
  });

  it('takes other times', () => {
    const text = serverConfig({
      circuitBreakerBytes: 1,
      processorShutdownSeconds: 50,
      sinkShutdownSeconds: 7,
    });
    expect(parse(text)).to.include({ processor_shutdown_timeout: '50s', sink_shutdown_timeout: '7s' });
  });
});

describe('loggingConfig', () => {
  const settings = (text: string) =>
    new Map(
      text.split('\n').flatMap((line) => {
        const [key, value] = line.split(/ = (.*)/s);
        return key && value !== undefined ? [[key, value] as const] : [];
      }),
    );

  it('writes to the console and nowhere else', () => {
    const types = [...settings(loggingConfig())].filter(([key]) => /^appender\.\w+\.type$/.test(key));
    expect(types).to.deep.equal([['appender.console.type', 'Console']]);
  });

  it('sets the level of Data Prepper and keeps libraries quiet', () => {
    const levels = (level?: Parameters<typeof loggingConfig>[0]) => {
      const map = settings(loggingConfig(level));
      return [map.get('logger.shipper.level'), map.get('rootLogger.level')];
    };
    expect(levels()).to.deep.equal(['info', 'warn']);
    expect(levels('debug')).to.deep.equal(['debug', 'warn']);
    expect(levels('error')).to.deep.equal(['error', 'error']);
  });
});

describe('javaOptions', () => {
  it('states the heap in whole MiB and ends the process when memory runs out', () => {
    expect(javaOptions(1433.9 * MIB)).to.equal('-Xmx1433m -XX:+ExitOnOutOfMemoryError');
  });
});

describe('byte counts', () => {
  it('are written in the largest unit that leaves no fraction', () => {
    const texts: [number, string][] = [
      [1, '1b'],
      [1023, '1023b'],
      [1024, '1kb'],
      [1536, '1536b'],
      [20 * MIB, '20mb'],
      [MIB + 1, '1048577b'],
      [2 * 1024 ** 3, '2gb'],
    ];
    for (const [bytes, text] of texts) {
      expect(formatByteCount(bytes)).to.equal(text);
      expect(text).to.match(BYTE_COUNT);
    }
  });
});
