import { expect } from 'chai';
import { formatProblem } from '../../src/common/error.js';
import { parseBytes } from '../../src/config/quantity.js';
import { lintObjects } from '../../src/lint/lint.js';
import { defaults, renderStack, STACK_CASES, stackObjects } from '../stack/stack-cases.js';

describe('lint of every stack', () => {
  const objectsOf = stackObjects();

  for (const stackCase of STACK_CASES) {
    it(`finds nothing: ${stackCase.title}`, () => {
      const problems = lintObjects(objectsOf(stackCase), {
        operatorVersion: stackCase.operatorVersion,
        maxRequestBytes: parseBytes(stackCase.props.shipper?.intake?.maxRequestBytes ?? '20Mi'),
      });
      expect(problems.map(formatProblem)).to.deep.equal([]);
    });
  }

  it('finds what an override breaks', () => {
    const merge = { spec: { http: { buffer: { overflow_action: 'drop_oldest_chunk' } } } };
    const overrides = [{ kind: 'ClusterOutput', name: 'opni-output', merge }];
    const problems = lintObjects(renderStack({ ...defaults('rke2'), overrides }), { operatorVersion: '6.7' });
    expect(problems.map(({ path, fix }) => `${path}: ${fix}`)).to.deep.equal([
      'ClusterOutput opni/opni-output spec.http.buffer.overflow_action: `overflow_action: block`',
    ]);
  });
});
