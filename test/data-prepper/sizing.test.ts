import { expect } from 'chai';
import {
  checkBufferFits,
  chunkLimits,
  circuitBreakerBytes,
  heapBytes,
  shutdownTimes,
} from '../../src/data-prepper/sizing.js';

const MIB = 1024 ** 2;

describe('the heap', () => {
  it('is 70 % of the memory limit unless told otherwise, in whole MiB', () => {
    expect(heapBytes(2048 * MIB)).to.equal(1433 * MIB);
    expect(heapBytes(2048 * MIB, 50)).to.equal(1024 * MIB);
  });

  it('may be used to three quarters before the intake refuses', () => {
    expect(circuitBreakerBytes(1433 * MIB)).to.equal(1074 * MIB);
  });
});

describe('checkBufferFits', () => {
  it('accepts the default buffer in 1 GiB and refuses it in 512 MiB, with the number that fits', () => {
    expect(checkBufferFits({ memoryLimitBytes: 1024 * MIB, records: 50_000 })).to.deep.equal([]);
    const [problem] = checkBufferFits({ memoryLimitBytes: 512 * MIB, records: 50_000 });
    expect(problem).to.include({ fix: 'buffer at most 27443 records, or raise the memory limit' });
  });

  it('draws the line at exactly the circuit breaker', () => {
    const options = { memoryLimitBytes: 1000 * MIB, heapPercent: 80, recordBytes: MIB };
    expect(checkBufferFits({ ...options, records: 600 })).to.deep.equal([]);
    expect(checkBufferFits({ ...options, records: 601 })).to.have.length(1);
  });
});

describe('chunkLimits', () => {
  it('keeps a chunk below the largest request even if every byte becomes six', () => {
    for (const request of [1_000, MIB, 10 * MIB, 20 * MIB, 24 * MIB - 1]) {
      expect(chunkLimits(request).bytes * 6, String(request)).to.be.at.most(request);
    }
    expect(chunkLimits(20 * MIB)).to.deep.equal({ bytes: 3 * MIB });
  });

  it('is never more than 4 MiB, and whole MiB from one up', () => {
    expect(chunkLimits(1024 * MIB).bytes).to.equal(4 * MIB);
    expect(chunkLimits(6 * MIB).bytes).to.equal(MIB);
    expect(chunkLimits(6 * MIB - 6).bytes).to.equal(MIB - 1);
  });

  it('lets a chunk take at most a quarter of the buffer', () => {
    expect(chunkLimits(20 * MIB, 50_000).records).to.equal(12_500);
    expect(chunkLimits(20 * MIB, 3).records).to.equal(1);
  });
});

describe('shutdownTimes', () => {
  it('gives a full buffer a second for every thousand records, and never less than 30 s', () => {
    expect(shutdownTimes({ bufferRecords: 30_000 }).processorSeconds).to.equal(30);
    expect(shutdownTimes({ bufferRecords: 30_001 }).processorSeconds).to.equal(31);
    expect(shutdownTimes().processorSeconds).to.equal(30);
  });

  it('adds up: the pod is killed only after every wait has ended', () => {
    expect(shutdownTimes({ bufferRecords: 50_000 })).to.deep.equal({
      sleepSeconds: 5,
      processorSeconds: 50,
      sinkSeconds: 30,
      answerSeconds: 100,
      graceSeconds: 110,
    });
    expect(shutdownTimes({ kafkaDrainSeconds: 30, sleepSeconds: 10 })).to.include({
      answerSeconds: 110,
      graceSeconds: 125,
    });
  });
});
