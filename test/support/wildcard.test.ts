import { expect } from 'chai';
import { patternsMeet } from './wildcard.js';

describe('patterns that can fit one text', () => {
  for (const [a, b] of [
    ['*', ''],
    ['*', 'host.a'],
    ['host.*', 'host.kubelet'],
    ['host.*', '*.kubelet'],
    ['host.*', 'host.*.node'],
    ['a*c', 'ab*'],
    ['', ''],
  ] as const) {
    it(`finds that ${a} and ${b} meet, both ways`, () => {
      expect([patternsMeet(a, b), patternsMeet(b, a)]).to.deep.equal([true, true]);
    });
  }
  for (const [a, b] of [
    ['host', 'host.a'],
    ['host.*', 'file.*'],
    ['*.a', 'x.*b'],
    ['', 'a'],
  ] as const) {
    it(`finds that ${a} and ${b} do not meet, both ways`, () => {
      expect([patternsMeet(a, b), patternsMeet(b, a)]).to.deep.equal([false, false]);
    });
  }
});
