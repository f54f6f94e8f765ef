/**
 * Tokens that stand in the pipelines template where a secret belongs. Data Prepper substitutes neither environment
 * variables nor files, so an init container puts the secrets in when the pod starts.
 */
export const PLACEHOLDERS = {
  opensearchPassword: '@@OPENSEARCH_PASSWORD@@',
  intakeUsername: '@@INTAKE_USERNAME@@',
  intakePassword: '@@INTAKE_PASSWORD@@',
  kafkaUsername: '@@KAFKA_USERNAME@@',
  kafkaPassword: '@@KAFKA_PASSWORD@@',
} as const;

/** One of the tokens of {@link PLACEHOLDERS}. */
export type Placeholder = (typeof PLACEHOLDERS)[keyof typeof PLACEHOLDERS];

const TOKENS: readonly string[] = Object.values(PLACEHOLDERS);

/** Is the text exactly one token? */
export function isPlaceholder(text: unknown): text is Placeholder {
  return typeof text === 'string' && TOKENS.includes(text);
}

/** Does the text hold a token anywhere? */
export function holdsPlaceholder(text: string): boolean {
  return text.includes('@@') && TOKENS.some((token) => text.includes(token));
}

/** The tokens that a rendered template holds, in the order of {@link PLACEHOLDERS}. */
export function placeholdersIn(template: string): readonly Placeholder[] {
  return Object.values(PLACEHOLDERS).filter((token) => template.includes(token));
}
