import type { ApiReply } from '../../cluster/front.js';

/** What a `Status` says of the object. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  /** Plural name; the kind for invalid objects. */
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

/** A request that is refused. Its words are those of a real API server. */
export class Refusal extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details?: StatusDetails,
  ) {
    super(message);
  }

  get reply(): ApiReply {
    const { code, reason, message, details } = this;
    return {
      status: code,
      body: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message,
        ...(reason === '' ? {} : { reason }),
        ...(details ? { details } : {}),
        code,
      },
    };
  }
}

/** A kind of resource, for messages. */
export interface Resource {
  readonly group: string;
  readonly plural: string;
}

/** As in `deployments.apps`. */
export const resourceText = ({ group, plural }: Resource): string =>
  group === '' ? plural : `${plural}.${group}`;

const detailsOf = ({ group, plural }: Resource, name: string): StatusDetails => ({
  ...(name === '' ? {} : { name }),
  ...(group === '' ? {} : { group }),
  kind: plural,
});

export const notFound = (resource: Resource, name: string): Refusal =>
  new Refusal(404, 'NotFound', `${resourceText(resource)} "${name}" not found`, detailsOf(resource, name));

/** Nothing is served at the address. */
export const noSuchPage = (): Refusal =>
  new Refusal(404, 'NotFound', 'the server could not find the requested resource', {});

export const alreadyExists = (resource: Resource, name: string): Refusal =>
  new Refusal(
    409,
    'AlreadyExists',
    `${resourceText(resource)} "${name}" already exists`,
    detailsOf(resource, name),
  );

export const conflict = (resource: Resource, name: string, why: string): Refusal =>
  new Refusal(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${resourceText(resource)} "${name}": ${why}`,
    detailsOf(resource, name),
  );

export const staleVersion = (resource: Resource, name: string): Refusal =>
  conflict(
    resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );

export const forbidden = (resource: Resource, name: string, why: string): Refusal =>
  new Refusal(
    403,
    'Forbidden',
    name === ''
      ? `${resourceText(resource)} is forbidden: ${why}`
      : `${resourceText(resource)} "${name}" is forbidden: ${why}`,
    detailsOf(resource, name),
  );

export const badRequest = (message: string): Refusal => new Refusal(400, 'BadRequest', message);

/** The JSON patch did not fit. The real server does not say which of its operations. */
export const patchDoesNotFit = (): Refusal =>
  new Refusal(422, 'Invalid', 'the server rejected our request due to an error in our request', {});

/** One thing that is wrong with an object. */
export interface FieldError {
  readonly reason:
    | 'FieldValueInvalid'
    | 'FieldValueForbidden'
    | 'FieldValueRequired'
    | 'FieldValueNotSupported'
    | 'FieldValueTypeInvalid';
  readonly field: string;
  /** Without the field. */
  readonly message: string;
}

export const invalidValue = (field: string, value: unknown, why: string): FieldError => ({
  reason: 'FieldValueInvalid',
  field,
  message: `Invalid value: ${typeof value === 'object' ? JSON.stringify(value) : JSON.stringify(value)}: ${why}`,
});

export const forbiddenValue = (field: string, why: string): FieldError => ({
  reason: 'FieldValueForbidden',
  field,
  message: `Forbidden: ${why}`,
});

export const requiredValue = (field: string, why = ''): FieldError => ({
  reason: 'FieldValueRequired',
  field,
  message: why === '' ? 'Required value' : `Required value: ${why}`,
});

/** @param about the group and kind of the object */
export function invalid(
  about: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
): Refusal {
  const kind = about.group === '' ? about.kind : `${about.kind}.${about.group}`;
  const texts = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))];
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return new Refusal(422, 'Invalid', `${kind} "${name}" is invalid: ${list}`, {
    name,
    ...(about.group === '' ? {} : { group: about.group }),
    kind: about.kind,
    causes: errors.map(({ reason, field, message }) => ({ reason, message, field })),
  });
}
