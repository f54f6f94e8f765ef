import { createInterface } from 'node:readline/promises';
import type { OpniLoggingError } from '../common/error.js';
import { cluster, opensearch } from '../config/schema/cluster.js';
import type { SchemaNode } from '../config/schema/parts.js';
import type { IdentityConfig } from '../config/types.js';
import type { CliContext } from './context.js';
import { usageError } from './usage-error.js';

/** Values that the smallest configuration needs. */
export interface RequiredValues {
  readonly name: string;
  readonly distribution: IdentityConfig['distribution'];
  readonly url: string;
  readonly username: string;
}

interface Question {
  readonly key: keyof RequiredValues;
  readonly flag: string;
  /** What is asked for. */
  readonly label: string;
  /** The same in few words, as what an empty answer lacks. */
  readonly noun: string;
  readonly schema: SchemaNode;
}

const QUESTIONS: readonly Question[] = [
  {
    key: 'name',
    flag: '--name',
    label: 'Name of the cluster',
    noun: 'a name',
    schema: cluster.properties!['name']!,
  },
  {
    key: 'distribution',
    flag: '--distribution',
    label: 'Kubernetes distribution of the cluster',
    noun: 'a distribution',
    schema: cluster.properties!['distribution']!,
  },
  {
    key: 'url',
    flag: '--opensearch-url',
    label: 'Address of OpenSearch',
    noun: 'an address',
    schema: opensearch.properties!['url']!,
  },
  {
    key: 'username',
    flag: '--username',
    label: 'OpenSearch account that writes',
    noun: 'the name of an account',
    schema: opensearch.properties!['username']!,
  },
];

/** Whether there is somebody to ask. Questions go to standard error, so that standard output may be a file. */
export function canAsk({ stdin, stderr }: CliContext): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/**
 * Completes the values that are needed, by asking where there is somebody to ask.
 *
 * @param given values that are known; they are not asked for
 * @param suggested values to offer, taken by an empty answer
 * @throws OpniLoggingError `usage` naming the flags of what is missing, when there is nobody to ask or the input ends
 */
export async function completeValues(
  context: CliContext,
  given: Partial<RequiredValues>,
  suggested: Pick<Partial<RequiredValues>, 'distribution'>,
): Promise<RequiredValues> {
  const known: Partial<RequiredValues> = canAsk(context)
    ? given
    : { ...given, distribution: given.distribution ?? suggested.distribution };
  const open = QUESTIONS.filter(({ key }) => known[key] === undefined);
  if (open.length > 0 && !canAsk(context)) throw missing(open);
  const answers = open.length > 0 ? await ask(context, open, suggested) : {};
  return { ...known, ...answers } as RequiredValues;
}

async function ask(
  context: CliContext,
  questions: readonly Question[],
  suggested: Partial<RequiredValues>,
): Promise<Partial<RequiredValues>> {
  const ended = new AbortController();
  const signal = AbortSignal.any([context.signal, ended.signal]);
  const prompt = createInterface({ input: context.stdin, output: context.stderr });
  prompt.once('close', () => ended.abort());
  prompt.once('SIGINT', context.interrupt);
  const answers: { -readonly [key in keyof RequiredValues]?: string } = {};
  try {
    for (const { key, label, noun, schema } of questions) {
      const offer = suggested[key];
      const text = `${label} (${describe(schema)})${offer ? ` [${offer}]` : ''}: `;
      for (;;) {
        const answer = (await prompt.question(text, { signal })).trim() || (offer ?? '');
        if (fits(schema, answer)) {
          answers[key] = answer;
          break;
        }
        context.stderr.write(answer === '' ? `  Give ${noun}.\n` : `  This must be ${describe(schema)}.\n`);
      }
    }
  } catch (error) {
    context.signal.throwIfAborted();
    throw ended.signal.aborted ? missing(questions.filter(({ key }) => !answers[key])) : error;
  } finally {
    prompt.close();
  }
  // What fits the schema is one of its words.
  return answers as Partial<RequiredValues>;
}

function fits({ enum: words, pattern, maxLength }: SchemaNode, answer: string): boolean {
  if (words) return words.includes(answer);
  const short = typeof maxLength !== 'number' || answer.length <= maxLength;
  return answer !== '' && short && (!pattern || new RegExp(pattern, 'u').test(answer));
}

function describe({ enum: words, patternHint, examples }: SchemaNode): string {
  if (words) return words.join(', ');
  return String(patternHint ?? `such as ${examples?.[0] ?? 'text'}`);
}

function missing(questions: readonly Question[]): OpniLoggingError {
  const flags = questions.map(({ flag }) => flag).join(', ');
  return usageError(`missing: ${flags}`, 'give these flags; on a terminal they are asked for');
}
