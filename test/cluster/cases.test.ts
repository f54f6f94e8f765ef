import { allCases } from '../apply/cases/all-cases.js';
import { realTier } from '../support/cluster/real-tier.js';
import { sharedPlane } from './hooks.js';

describe('apply, on a real API server', () => {
  allCases(realTier(sharedPlane));
});
