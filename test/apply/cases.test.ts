import { modelTier } from '../support/cluster/model-tier.js';
import { allCases } from './cases/all-cases.js';

describe('apply, on a model of an API server', () => {
  allCases(modelTier);
});
