import type { Problem } from '../../common/error.js';
import { items, read } from '../fields.js';
import { type OutputReference, targetsOf } from '../logging-objects.js';
import type { ObjectSet } from '../object-set.js';
import { type LintRule, problem } from '../rule.js';

const REFERENCES = ['globalOutputRefs', 'localOutputRefs'];

/** A flow without a usable output takes records and sends them nowhere. */
export const outputReferences: LintRule = {
  id: 'output-references',
  title:
    'Every flow and the error output refer to outputs that are there and may be used; an output has one target',

  *check(set) {
    for (const reference of set.logging.references) yield* checkReference(set, reference);
    for (const flow of set.logging.flows) {
      if (items(read(flow, 'spec', 'outputRefs')).length > 0) {
        const message = 'is an older field that routes nothing';
        yield problem(flow, 'spec.outputRefs', message, 'rename it to `globalOutputRefs`');
      } else if (REFERENCES.every((key) => items(read(flow, 'spec', key)).length === 0)) {
        const message = 'names no output, so the flow stays inactive without a word';
        yield problem(
          flow,
          'spec.globalOutputRefs',
          message,
          '`globalOutputRefs: [name of a ClusterOutput]`',
        );
      }
    }
    for (const output of set.logging.outputs) {
      const targets = targetsOf(output);
      if (targets.length === 1) continue;
      const message = `has ${targets.length} targets${targets.length ? ` (${targets.join(', ')})` : ''}`;
      const fix = targets.length
        ? 'keep one, and write another output for each of the others'
        : 'write one, such as `http: {endpoint: …}`';
      yield problem(output, 'spec', `${message}; the operator takes exactly one and refuses the output`, fix);
    }
  },
};

function* checkReference(set: ObjectSet, reference: OutputReference): Generator<Problem> {
  const { source, field, kind, name, namespace, output } = reference;
  if (output === undefined) {
    if (set.isExternal(kind, namespace, name)) return;
    const names = set.logging.outputs
      .filter((other) => other.kind === kind)
      .map(({ metadata }) => metadata.name);
    const there = names.length ? `write one of ${[...new Set(names)].sort().join(', ')}` : `add a ${kind}`;
    const lost =
      field === 'spec.errorOutputRef'
        ? 'the operator then renders no configuration at all'
        : 'its records are lost';
    yield problem(source, field, `no ${kind} ${namespace}/${name} of this Logging is there; ${lost}`, there);
  } else if (source.kind === 'Flow' && read(output, 'spec', 'protected') === true) {
    const message = `ClusterOutput ${name} is protected: only ClusterFlows may use it, and the records are lost`;
    yield problem(
      source,
      field,
      message,
      'write an Output in the namespace and name it in `localOutputRefs`',
    );
  }
}
