import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { OpniLoggingError } from '../common/error.js';
import { DISTRIBUTIONS } from '../config/schema/cluster.js';
import type { IdentityConfig } from '../config/types.js';
import type { CommandSetup } from './command-setup.js';
import { type DetectedValues, detectValues } from './init-detection.js';
import { completeValues } from './init-questions.js';
import { schemaPlace } from './init-schema.js';
import { DEFAULT_PATHS } from './input-paths.js';

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
      if (!flags.stdout && !flags.force && existsSync(target)) throw alreadyThere(file);
      const detected = await detectValues(context, screen, flags);
      const { name, distribution, opensearchUrl: url, username, id, kubernetesVersion } = flags;
      const given = { name, distribution, url, username };
      const required = await completeValues(context, given, { distribution: detected?.distribution });
      const [{ configTemplate }, { loadConfigText }] = await Promise.all([
        import('../config/template.js'),
        import('../config/load.js'),
      ]);
      const schema = schemaPlace(dirname(target), context.packageFolder, context.cwd);
      const text = configTemplate({
        ...required,
        id: id ?? detected?.id,
        kubernetesVersion: kubernetesVersion ?? detected?.kubernetesVersion,
        namespace: flags.namespace,
        schema: schema.reference,
      });
      loadConfigText(text, file);
      if (flags.stdout) return screen.print(text);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, text, { flag: flags.force ? 'w' : 'wx' });
      if (schema.file) await writeFile(schema.file, (await import('./public-schema.js')).publicSchema());
      await screen.result(writtenLines(file, detected), { ok: true, file, detected });
    });
}

function alreadyThere(file: string): OpniLoggingError {
  const message = `${file} is already there`;
  const fix = 'name another file, or overwrite it with --force';
  return new OpniLoggingError('io', message, { problems: [{ message, fix }] });
}

function writtenLines(file: string, detected: DetectedValues | undefined): string[] {
  const { context, distribution, reason, kubernetesVersion, id } = detected ?? {};
  const facts = [
    `${distribution}, because ${reason}`,
    kubernetesVersion && `version ${kubernetesVersion}`,
    id,
  ];
  return [
    `wrote ${file}`,
    ...(detected ? [`The cluster of context "${context}" is ${facts.filter(Boolean).join('; ')}.`] : []),
    '',
    `next: opni-logging synth${file === DEFAULT_FILE ? '' : ` ${file}`}`,
    '      The password never stands in the file: it is read from a Secret of the cluster.',
  ];
}
