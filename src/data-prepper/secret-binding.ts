import { OpniLoggingError, type Problem } from '../common/error.js';
import { PLACEHOLDERS, type Placeholder, placeholdersIn } from './placeholders.js';

/** Where the value of a placeholder comes from. */
export interface SecretBinding {
  readonly placeholder: Placeholder;
  /** Path of the file below the folder of secrets, as in `opensearch/password`. */
  readonly file: string;
  /** What the file is to the user, for messages, as in `key "password" of Secret "opni-opensearch-auth"`. */
  readonly description: string;
}

/** Characters that a value must not hold, and why. */
export interface Refusal {
  readonly characters: string;
  readonly reason: string;
}

const JAAS: Refusal = {
  characters: '"\\',
  reason: 'Data Prepper pastes it unescaped into the login line of its Kafka client',
};

/** What an unquoted value in Fluentd's configuration cannot hold anywhere. */
const FLUENTD_SYNTAX = '#"\'\\ ';

const REFUSALS: Partial<Record<Placeholder, Refusal>> = {
  [PLACEHOLDERS.intakeUsername]: {
    characters: `:${FLUENTD_SYNTAX}`,
    reason:
      'it ends the user name in HTTP basic authentication, or is syntax in the configuration of Fluentd',
  },
  [PLACEHOLDERS.intakePassword]: {
    characters: FLUENTD_SYNTAX,
    reason: 'the Logging Operator writes the password unquoted into the configuration of Fluentd',
  },
  [PLACEHOLDERS.kafkaUsername]: JAAS,
  [PLACEHOLDERS.kafkaPassword]: JAAS,
};

/** What the value of a placeholder must not hold besides control characters. */
export const refusalOf = (placeholder: Placeholder): Refusal =>
  REFUSALS[placeholder] ?? { characters: '', reason: '' };

/**
 * The bindings that a template needs, in a fixed order.
 *
 * @throws OpniLoggingError `construct` when one is missing
 */
export function selectBindings(
  template: string,
  bindings: readonly SecretBinding[],
): readonly SecretBinding[] {
  const wanted = placeholdersIn(template);
  const found = wanted.flatMap((token) => bindings.find(({ placeholder }) => placeholder === token) ?? []);
  const missing = wanted.filter((token) => !found.some(({ placeholder }) => placeholder === token));
  if (missing.length > 0) {
    const problems = missing.map((path): Problem => ({ path, message: 'has no Secret to come from' }));
    throw new OpniLoggingError('construct', 'the pipelines need secrets that were not given', { problems });
  }
  return found;
}
