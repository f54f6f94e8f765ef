import { yamlText } from '../common/yaml.js';
import { type PipelinesFile, toDocument } from './pipeline-model.js';

/** Name of the template in its ConfigMap, and of the file that Data Prepper reads. */
export const PIPELINES_FILE_NAME = 'pipelines.yaml';

/**
 * The pipelines file as YAML text with the placeholders in it; the init container puts the secrets in.
 *
 * A placeholder begins with `@`, which no plain scalar may, so it always comes out single-quoted, and doubling the
 * single quotes of a secret is all the escaping there is. Texts that YAML 1.1 or 1.2 would take for something else are
 * quoted: Data Prepper reads 1.1. The same file always gives the same text.
 */
export function renderTemplate(file: PipelinesFile): string {
  return yamlText(toDocument(file));
}
