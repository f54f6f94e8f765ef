import { expect } from 'chai';
import { type Verdict, verdictOf } from '../../../src/events/shipper/answers.js';

describe('verdictOf', () => {
  const table: Readonly<Record<Verdict, readonly number[]>> = {
    taken: [200, 201, 202, 204, 299],
    unreadable: [400, 415, 422],
    'too-large': [413],
    busy: [408, 425, 429],
    failed: [500, 501, 502, 503, 504, 507, 520, 599],
    refused: [0, 101, 301, 302, 303, 304, 307, 308, 401, 403, 404, 405, 407, 409, 410, 411, 431, 451],
  };
  for (const [verdict, statuses] of Object.entries(table)) {
    it(`says ${verdict} for ${statuses.join(', ')}`, () => {
      for (const status of statuses) expect(verdictOf(status), String(status)).to.equal(verdict);
    });
  }

  it('gives no status up but those that blame the documents', () => {
    for (let status = 0; status < 1000; status++) {
      const gives = ['unreadable', 'too-large'].includes(verdictOf(status));
      expect(gives, String(status)).to.equal([400, 413, 415, 422].includes(status));
    }
  });
});
