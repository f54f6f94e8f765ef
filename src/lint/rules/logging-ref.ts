import { describeObject, type KubernetesObject } from '../../constructs/kubernetes-object.js';
import { read, text } from '../fields.js';
import { loggingRefOf } from '../logging-objects.js';

import { type LintRule, problem } from '../rule.js';

const FIELD = 'spec.loggingRef';

/** The operator compares loggingRef letter by letter, and an empty one with an empty one only. */
export const loggingRef: LintRule = {
  id: 'logging-ref',
  title: 'Every Logging has a loggingRef of its own, and all else refers to one that is there',

  *check({ logging: { loggings, agents, flows, outputs, routes } }) {
    if (loggings.length === 0) return;
    const owners = new Map<string, KubernetesObject>();
    for (const logging of loggings) {
      const ref = loggingRefOf(logging);
      const owner = owners.get(ref);
      if (ref === '') {
        yield problem(
          logging,
          FIELD,
          'is missing: any other Logging without one takes the same agents, and both change them in turn',
          `\`loggingRef: ${logging.metadata.name}\``,
        );
      } else if (owner) {
        yield problem(
          logging,
          FIELD,
          `"${ref}" belongs to ${describeObject(owner)} too; both change the same agents in turn`,
          `\`loggingRef: ${logging.metadata.name}\`, here and in all that belongs to this Logging`,
        );
      }
      if (!owner) owners.set(ref, logging);
    }
    const known = [...owners.keys()].filter((ref) => ref !== '');
    const oneOf = (key: string) =>
      known.length
        ? known.map((ref) => `\`${key}: ${ref}\``).join(' or ')
        : `\`${key}\` as in the Logging, once that has one`;
    for (const object of [...agents, ...flows, ...outputs]) {
      const ref = loggingRefOf(object);
      if (owners.has(ref)) continue;
      const what =
        ref === ''
          ? 'is missing: only a Logging without one sees'
          : `"${ref}" is of no Logging, so none sees`;
      yield problem(object, FIELD, `${what} this ${object.kind}`, oneOf('loggingRef'));
    }
    for (const route of routes) {
      const source = text(read(route, 'spec', 'source'));
      if (source === undefined || owners.has(source)) continue;
      const message = `"${source}" is the loggingRef of no Logging, so nothing is routed`;
      yield problem(route, 'spec.source', message, oneOf('source'));
    }
  },
};
