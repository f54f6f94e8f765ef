import type { OutputFile, OutputLayout } from '../synth/layout.js';
import type { RequiredObject } from '../synth/required-objects.js';

/** What {@link applySteps} has to know. */
export interface WrittenCluster {
  readonly name: string;
  /** Output folder as the user named it. */
  readonly output: string;
  readonly layout: OutputLayout;
  readonly files: readonly Pick<OutputFile, 'path'>[];
  readonly required: readonly RequiredObject[];
}

/** Stages that must be in the cluster before anything else can be sent to it. */
const FIRST_STAGES = /^\d-(namespaces|crds)\b/;

/** What must exist already, one line a namespace. */
export function requiredLines(required: readonly RequiredObject[]): string[] {
  const namespaces = [...new Set(required.map(({ namespace }) => namespace))];
  return namespaces.map((namespace) => {
    const objects = required.filter((object) => object.namespace === namespace);
    return `must exist in namespace ${namespace}: ${objects.map(describe).join(', ')}`;
  });
}

/** How to bring the manifests of a cluster into it for the first time. */
export function applySteps({ name, output, layout, files, required }: WrittenCluster): string[] {
  const recursive = layout === 'objects' ? ' --recursive' : '';
  const apply = `kubectl apply --server-side${recursive}`;
  const below = (path: string) => shellWord(`${output}/${path}`);
  const parts = [...new Set(files.map(({ path }) => path.split('/')[1]!))];
  const first = parts.filter((part) => FIRST_STAGES.test(part)).map((part) => below(`${name}/${part}`));
  const definitions = first.find((path) => path.includes('-crds'));
  const kinds = [...new Set(required.map(({ kind }) => `${kind}s`))].join(' and ');
  if (first.length === 0) return [`next: ${apply} -f ${below(name)}`];
  return [
    'next, the first time:',
    `  ${apply} ${first.map((path) => `-f ${path}`).join(' ')}`,
    ...(definitions
      ? [`  kubectl wait --for condition=established --timeout=60s${recursive} -f ${definitions}`]
      : []),
    ...(kinds ? [`  then make the ${kinds} named above`] : []),
    'then, and after every change:',
    `  ${apply} -f ${below(name)}`,
  ];
}

/** The command that makes a Secret with one key; the value is left to the environment. */
export function createSecretCommand(namespace: string, name: string, key: string): string {
  const where = `-n ${shellWord(namespace)}`;
  return `kubectl create secret generic ${shellWord(name)} ${where} --from-literal=${shellWord(key)}="$PASSWORD"`;
}

function describe({ kind, name, keys }: RequiredObject): string {
  return `${kind} ${name}${keys.length > 0 ? ` (${keys.join(', ')})` : ''}`;
}

/** Text as one word of a POSIX shell. */
function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
