import { Refusal, type StatusCause } from '../requests/refusal.js';
import type { FieldSet } from './field-set.js';
import type { Manager } from './managed-fields.js';

/** Fields that an apply wants otherwise than their owner. */
export interface OwnedFields {
  readonly owner: Manager;
  readonly set: FieldSet;
}

/** The owner in the server's words: appliers without their version. */
function ownerText({ manager, operation, subresource, apiVersion }: Manager): string {
  const within = subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`;
  const version = operation === 'Update' ? ` using ${apiVersion}` : '';
  return `${JSON.stringify(manager)}${within}${version}`;
}

/** Says who owns what, as a client is told that it may not take it. */
export function conflictRefusal(conflicts: readonly OwnedFields[]): Refusal {
  const owners = conflicts
    .map(({ owner, set }) => ({ text: ownerText(owner), paths: set.paths() }))
    .sort((a, b) => (a.text < b.text ? -1 : 1));
  const causes: StatusCause[] = owners.flatMap(({ text, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${text}`, field })),
  );
  return new Refusal(409, 'Conflict', messageOf(owners, causes), { causes });
}

function messageOf(
  owners: readonly { readonly text: string; readonly paths: readonly string[] }[],
  causes: readonly StatusCause[],
): string {
  const [first] = causes;
  if (causes.length === 1 && first) {
    return `Apply failed with 1 conflict: ${first.message}: ${first.field}`;
  }
  const lists = owners.map(
    ({ text, paths }) => `conflicts with ${text}:\n${paths.map((path) => `- ${path}`).join('\n')}`,
  );
  return `Apply failed with ${causes.length} conflicts: ${lists.join('\n')}`;
}
