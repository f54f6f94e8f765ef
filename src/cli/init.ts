import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { OpniLoggingError } from '../common/error.js';
import { DISTRIBUTIONS } from '../config/schema/cluster.js';
import type { ClusterConfig, IdentityConfig } from '../config/types.js';
import { onFile } from '../synth/file-error.js';
import type { CommandSetup } from './command-setup.js';
import { type DetectedValues, detectValues } from './init-detection.js';
import { completeValues } from './init-questions.js';
import { refusalOfFlags } from './init-refusal.js';
import { schemaPlace } from './init-schema.js';
import { DEFAULT_PATHS } from './input-paths.js';
import { createSecretCommand } from './next-steps.js';
import { usageError } from './usage-error.js';

const [DEFAULT_FILE] = DEFAULT_PATHS;

interface InitFlags {
  readonly name?: string;
  readonly distribution?: IdentityConfig['distribution'];
  readonly opensearchUrl?: string;
  readonly username?: string;
  readonly id?: string;
  readonly kubernetesVersion?: string;
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly detect: boolean;
  readonly force?: boolean;
  readonly stdout?: boolean;
}

const EXAMPLES = `
On a terminal it asks for what is missing. With a kubeconfig it takes distribution, version and cluster id from the
cluster of the current context.

Examples:
  $ opni-logging init
  $ opni-logging init clusters/prod.yaml --context prod
  $ opni-logging init --no-detect --name prod --distribution eks \\
      --opensearch-url https://opensearch.example.com:9200 --username logs-writer`;

/** `opni-logging init`: a first configuration. */
export function addInitCommand(program: Command, { context, terminal }: CommandSetup): void {
  program
    .command('init')
    .description('write a commented configuration file')
    .argument('[file]', 'file to write', DEFAULT_FILE)
    .option('--name <name>', 'name of the cluster')
    .addOption(
      new Option('--distribution <distribution>', 'its Kubernetes distribution').choices(DISTRIBUTIONS),
    )
    .option('--opensearch-url <url>', 'address of OpenSearch')
    .option('--username <name>', 'account that writes to OpenSearch')
    .option('--id <id>', 'cluster id, the UID of the namespace kube-system')
    .option('--kubernetes-version <version>', 'minor version of the cluster, as in 1.31')
    .option('--namespace <name>', 'namespace of the stack')
    .option('--kubeconfig <file>', 'kubeconfig of the cluster')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--no-detect', 'do not ask the cluster')
    .option('--force', 'overwrite the file')
    .option('--stdout', 'print the configuration instead of writing it')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, flags: InitFlags) => {
      const screen = terminal();
      const target = resolve(context.cwd, file);
      if (!flags.stdout) assertFree(file, target, flags.force);
      const { values: detected, notes } = await detectValues(context, screen, flags);
      const { name, distribution, opensearchUrl: url, username, id, kubernetesVersion } = flags;
      const given = { name, distribution, url, username };
      const required = await completeValues(context, given, { distribution: detected?.distribution });
      const { configTemplate } = await import('../config/template.js');
      const schema = schemaPlace(dirname(target), context.packageFolder, context.cwd);
      const text = configTemplate({
        ...required,
        id: id ?? detected?.id,
        kubernetesVersion: kubernetesVersion ?? detected?.kubernetesVersion,
        namespace: flags.namespace,
        schema: schema.reference,
      });
      const config = await accepted(text, file);
      if (flags.stdout) return screen.print(text);
      onFile('write', file, () => {
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, text, { flag: flags.force ? 'w' : 'wx' });
      });
      if (schema.file) {
        const { publicSchema } = await import('./public-schema.js');
        onFile('write', schema.file, () => writeFileSync(schema.file!, publicSchema()));
      }
      const secret = await secretCommand(config);
      await screen.result(writtenLines(file, detected, secret), { ok: true, file, detected, notes });
    });
}

/** @throws OpniLoggingError `usage` or `io` when a configuration must not be written there */
function assertFree(file: string, target: string, force = false): void {
  if (extname(file) === '.json') {
    throw usageError(`${file}: init writes YAML`, `name it ${file.replace(/json$/, 'yaml')}`);
  }
  const present = onFile('write', file, () => statSync(target, { throwIfNoEntry: false }));
  if (present?.isDirectory()) {
    throw refused(`${file} is a folder`, `name a file in it, such as ${join(file, DEFAULT_FILE)}`);
  }
  if (present && !force) {
    throw refused(`${file} is already there`, 'name another file, or overwrite it with --force');
  }
}

const refused = (message: string, fix: string) =>
  new OpniLoggingError('io', message, { problems: [{ message, fix }] });

/** The configuration as the loader takes it. */
async function accepted(text: string, file: string): Promise<ClusterConfig> {
  const { loadConfigText } = await import('../config/load.js');
  try {
    const [cluster] = loadConfigText(text, file);
    return cluster!.config;
  } catch (error) {
    throw refusalOfFlags(error);
  }
}

/** Makes the Secret with OpenSearch's password; none where an agent brings its own account. */
async function secretCommand({ prefix, namespace, opensearch }: ClusterConfig): Promise<string | undefined> {
  if (!opensearch) return undefined;
  const { StackNames } = await import('../constructs/names.js');
  const { name = new StackNames(prefix).credentials, key } = opensearch.passwordSecret;
  return createSecretCommand(namespace, name, key);
}

function writtenLines(file: string, detected?: DetectedValues, secret?: string): string[] {
  const { context, distribution, reason, kubernetesVersion, id } = detected ?? {};
  const facts = [
    `${distribution}, because ${reason}`,
    kubernetesVersion && `version ${kubernetesVersion}`,
    id,
  ];
  const path = file === DEFAULT_FILE ? '' : ` ${file}`;
  return [
    `wrote ${file}`,
    ...(detected ? [`The cluster of context "${context}" is ${facts.filter(Boolean).join('; ')}.`] : []),
    '',
    `next: opni-logging synth${path}`,
    `  or: opni-logging apply${path}`,
    ...(secret
      ? [
          '      The password never stands in the file: it is read from a Secret. Once the namespace is there:',
          `      ${secret}`,
        ]
      : []),
  ];
}
