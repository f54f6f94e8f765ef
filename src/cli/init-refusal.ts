import { formatProblem, OpniLoggingError, type Problem } from '../common/error.js';

/** The flag that a setting of a new file comes from. */
const FLAGS: Readonly<Record<string, string>> = {
  'cluster.name': '--name',
  'cluster.id': '--id',
  'cluster.distribution': '--distribution',
  'cluster.kubernetesVersion': '--kubernetes-version',
  namespace: '--namespace',
  'opensearch.url': '--opensearch-url',
  'opensearch.username': '--username',
};

/** A refusal of a file that is not written: names the flags instead of places in the file. */
export function refusalOfFlags(error: unknown): unknown {
  if (!(error instanceof OpniLoggingError) || error.code !== 'config') return error;
  const problems = error.problems.map(({ path = '', message, fix }): Problem => {
    return { path: FLAGS[path] ?? path, message, fix };
  });
  const [only] = problems;
  const text =
    only && problems.length === 1
      ? formatProblem({ ...only, fix: undefined })
      : `${problems.length} flags are refused`;
  return new OpniLoggingError('usage', text, { problems, cause: error });
}
