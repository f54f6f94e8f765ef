import type { Problem } from '../common/error.js';
import { DEFAULT_ROUTE } from './pipeline-model.js';
import { type NamedPipeline, type PipelineRule, sinksOf } from './rule.js';

/** Rules over routes: each one leads somewhere, and no record is left without a sink. */
export const routingRules: readonly PipelineRule[] = [unknownRoutes, unusedRoutes, remainder];

const declared = ({ pipeline }: NamedPipeline): string[] =>
  (pipeline.route ?? []).flatMap((route) => Object.keys(route));

/** A sink without routes takes everything. */
const hasCatchAll = (named: NamedPipeline): boolean =>
  sinksOf(named).some(({ sink }) => sink.routes === undefined);

const isUsed = (named: NamedPipeline, route: string): boolean =>
  sinksOf(named).some(({ sink }) => sink.routes?.includes(route));

function* unknownRoutes(named: NamedPipeline): Iterable<Problem> {
  const known = [...declared(named), DEFAULT_ROUTE];
  for (const { path, sink } of sinksOf(named)) {
    for (const route of sink.routes ?? []) {
      if (!known.includes(route)) {
        yield {
          path: `${path}.routes`,
          message: `names the unknown route '${route}'`,
          fix: `use one of ${known.join(', ')}`,
        };
      }
    }
  }
}

function* unusedRoutes(named: NamedPipeline): Iterable<Problem> {
  if (hasCatchAll(named)) return;
  for (const [index, route] of declared(named).entries()) {
    if (!isUsed(named, route)) {
      yield {
        path: `${named.name}.route[${index}]`,
        message: `'${route}' leads to no sink, so its records are lost`,
      };
    }
  }
}

function* remainder(named: NamedPipeline): Iterable<Problem> {
  if (hasCatchAll(named) || isUsed(named, DEFAULT_ROUTE)) return;
  yield {
    path: `${named.name}.sink`,
    message: 'has none for records that take no route, so they are lost',
    fix: `give one sink the route ${DEFAULT_ROUTE}`,
  };
}
