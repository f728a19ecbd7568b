import { readFileSync } from 'node:fs';
import AjvDraft04 from 'ajv-draft-04';
import type { ErrorObject, ValidateFunction } from 'ajv';
import type { Schema } from './closed-schema.ts';
import { closed, closedDefinitions } from './closed-schema.ts';
import type { PatchStep } from './json-patch.ts';
import { applyPatch } from './json-patch.ts';
import type { Operation, Parameter } from './operation.ts';
import { OperationIndex } from './operation.ts';

/** A request to Azure DevOps and its response. */
export interface Exchange {
  readonly method: string;
  /** From the organization on, including the query. */
  readonly path: string;
  readonly accept?: string | undefined;
  readonly contentType?: string | undefined;
  /** As sent; undefined or empty if there is none. */
  readonly body?: string | undefined;
  readonly answer?: { readonly status: number; readonly body?: string | undefined } | undefined;
}

interface DescriptionFile {
  readonly paths: PathItems;
  readonly 'x-ms-paths'?: PathItems;
  readonly definitions: Readonly<Record<string, Schema>>;
  readonly parameters?: Readonly<Record<string, Parameter>>;
}

type PathItems = Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;

interface DescribedOperation {
  readonly operationId: string;
  readonly consumes?: readonly string[];
  readonly parameters?: readonly (Parameter & { readonly $ref?: string })[];
  readonly responses: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface ListedOperation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly file: string;
  readonly pathsKey: 'paths' | 'x-ms-paths';
  readonly apiVersion: Readonly<Record<string, string | null>>;
  readonly examples: readonly { readonly file: string; readonly apiVersion?: string }[];
}

interface Deviations {
  readonly rules: readonly { readonly id: string; readonly schema?: Schema }[];
  readonly deviations: readonly { readonly file: string; readonly patch: readonly PatchStep[] }[];
}

const folder = new URL('../../test/fixtures/azure-devops/', import.meta.url);
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)$/;
/** A date that was never set has no zone (rule `unset-date`). */
const unsetDate = '0001-01-01T00:00:00';

/** Absolute, since ajv would resolve a relative reference against the containing schema. */
function addressOf(file: string): string {
  return `https://azure.invalid/${file}`;
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
}

/**
 * Microsoft's published API descriptions, with the corrections of `deviations.json`. Reports what is wrong
 * with a request or a response; see the README of the fixtures.
 */
export class ApiDescription {
  readonly operations: readonly Operation[];
  readonly #index: OperationIndex;
  readonly #definitions = new Map<string, Readonly<Record<string, Schema>>>();
  readonly #validators = new Map<Schema, ValidateFunction>();
  readonly #errorSchema: Schema;
  readonly #ajv = new AjvDraft04.default({
    strict: false,
    allErrors: true,
    logger: false,
    formats: {
      uuid,
      'date-time': (text: string) =>
        text === unsetDate || (dateTime.test(text) && !Number.isNaN(Date.parse(text))),
    },
  });

  constructor() {
    const { rules, deviations } = read('deviations.json') as Deviations;
    const listed = ['operations.json', 'operations.supplement.json'].flatMap(
      (name) => (read(name) as { operations: ListedOperation[] }).operations,
    );
    const files = new Map<string, DescriptionFile>();
    for (const { file } of listed) {
      if (files.has(file)) continue;
      const description = read(file) as DescriptionFile;
      for (const one of deviations) if (one.file === file) applyPatch(description, one.patch);
      files.set(file, description);
      this.#definitions.set(file, description.definitions);
      const definitions = closedDefinitions(description.definitions, addressOf(file));
      this.#ajv.addSchema({ id: addressOf(file), definitions });
    }
    this.operations = listed.map((one) => operationOf(one, files));
    this.#index = new OperationIndex(this.operations);
    this.#errorSchema = rules.find(({ id }) => id === 'no-errors-described')?.schema ?? {};
  }

  find(method: string, path: string): Operation | undefined {
    const { pathname, searchParams } = new URL(path, 'http://azure.invalid');
    return this.#index.find(method, pathname, searchParams)?.operation;
  }

  /** What is wrong with the request and its response; empty if nothing. */
  faults({ method, path, accept, contentType, body, answer }: Exchange): readonly string[] {
    const { pathname, searchParams } = new URL(path, 'http://azure.invalid');
    const found = this.#index.find(method, pathname, searchParams);
    const about = `${method} ${pathname}`;
    if (!found) return [`${about}: Microsoft describes no such operation.`];
    const { operation } = found;
    const faults = [
      ...this.#versionFaults(operation, searchParams, accept),
      ...queryFaults(operation, searchParams),
      ...pathFaults(operation, found.values),
      ...this.#contentFaults(operation, contentType, body),
      ...(answer ? this.answerFaults(operation, answer.status, answer.body ?? '') : []),
    ];
    return faults.map((fault) => `${about}: ${fault}`);
  }

  /** What is wrong with the parsed body of a request. */
  requestBodyFaults(operation: Operation, body: unknown): readonly string[] {
    const schema = operation.parameters.find((one) => one.in === 'body')?.schema;
    if (!schema) return ['it has a body, and none is described'];
    return this.#validate(schema, operation.file, body).map((fault) => `request body: ${fault}`);
  }

  /** What is wrong with a response. Of refusals, only the form is checked. */
  answerFaults(operation: Operation, status: number, body: string): readonly string[] {
    if (!operation.answers.has(String(status))) {
      if (status < 400) return [`status ${status} is not described`];
      return this.#jsonFaults(this.#errorSchema, operation.file, body, `answer ${status}`);
    }
    const schema = operation.answers.get(String(status));
    if (!schema) return body === '' ? [] : [`answer ${status} has a body, and none is described`];
    if (schema.type === 'string') return [];
    return this.#jsonFaults(schema, operation.file, body, `answer ${status}`);
  }

  #versionFaults(
    operation: Operation,
    query: URLSearchParams,
    accept: string | undefined,
  ): string[] {
    const version =
      query.get('api-version') ?? /;\s*api-version=([^;,\s]+)/i.exec(accept ?? '')?.[1];
    if (version === undefined) return ['api-version is missing'];
    if (operation.apiVersions.includes(version)) return [];
    return [`api-version ${version} is none of ${operation.apiVersions.join(', ')}`];
  }

  #contentFaults(operation: Operation, contentType: string | undefined, body = ''): string[] {
    const described = operation.parameters.some((one) => one.in === 'body');
    if (body === '' && operation.consumes.length === 0) return [];
    if (operation.consumes.length === 0) return ['it has a body, and none is described'];
    const type = contentType?.split(';')[0]?.trim().toLowerCase();
    if (!operation.consumes.includes(type ?? '')) {
      return [`content type ${type ?? '(none)'} is none of ${operation.consumes.join(', ')}`];
    }
    if (type !== 'application/json' || !described) return [];
    const schema = operation.parameters.find((one) => one.in === 'body')?.schema ?? {};
    return this.#jsonFaults(schema, operation.file, body, 'request body');
  }

  #jsonFaults(schema: Schema, file: string, text: string, about: string): string[] {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return [`${about} is not JSON`];
    }
    return this.#validate(schema, file, value).map((fault) => `${about}: ${fault}`);
  }

  #validate(schema: Schema, file: string, value: unknown): string[] {
    let validate = this.#validators.get(schema);
    if (!validate) {
      validate = this.#ajv.compile(
        closed(schema, this.#definitions.get(file) ?? {}, addressOf(file)),
      );
      this.#validators.set(schema, validate);
    }
    return validate(value) ? [] : (validate.errors ?? []).flatMap(worded);
  }
}

/** Drops faults that only result from allowing null everywhere. */
function worded({ keyword, instancePath, message, params, schemaPath }: ErrorObject): string[] {
  if (keyword === 'anyOf' || (keyword === 'type' && schemaPath.endsWith('/anyOf/0/type'))) {
    return [];
  }
  const detail = keyword === 'additionalProperties' ? `: ${String(params.additionalProperty)}` : '';
  return [`${instancePath || '/'} ${message ?? keyword}${detail}`];
}

function operationOf(listed: ListedOperation, files: Map<string, DescriptionFile>): Operation {
  const file = files.get(listed.file);
  const described = file?.[listed.pathsKey]?.[listed.path]?.[listed.method.toLowerCase()];
  if (!file || !described) throw new Error(`${listed.file} lacks ${listed.operationId}.`);
  const parameters = (described.parameters ?? []).flatMap((one): Parameter[] => {
    if (one.$ref === undefined) return [one];
    const shared = file.parameters?.[one.$ref.slice('#/parameters/'.length)];
    return shared ? [shared] : [];
  });
  const versions = [
    ...Object.values(listed.apiVersion),
    ...listed.examples.map((example) => example.apiVersion),
  ].filter((version): version is string => version != null);
  return {
    id: listed.operationId,
    method: listed.method,
    path: listed.path,
    file: listed.file,
    apiVersions: [...new Set(versions)],
    consumes: described.consumes ?? [],
    parameters,
    answers: new Map(
      Object.entries(described.responses).map(([status, { schema }]) => [status, schema]),
    ),
  };
}

function queryFaults(operation: Operation, query: URLSearchParams): string[] {
  const declared = operation.parameters.filter((one) => one.in === 'query');
  const given = [...query].flatMap(([name, value]) => {
    const parameter = declared.find((one) => one.name === name);
    if (!parameter) return [`query parameter ${name} is not described`];
    return valueFaults(parameter, value);
  });
  const missing = declared.filter(
    ({ name, required }) => required === true && name !== 'api-version' && !query.has(name),
  );
  return [...given, ...missing.map(({ name }) => `query parameter ${name} is missing`)];
}

function pathFaults(operation: Operation, values: ReadonlyMap<string, string>): string[] {
  return operation.parameters
    .filter((one) => one.in === 'path')
    .flatMap((parameter) => valueFaults(parameter, values.get(parameter.name) ?? ''));
}

function valueFaults({ name, type, format, enum: words }: Parameter, value: string): string[] {
  const wrong =
    (type === 'integer' && !/^-?\d+$/.test(value)) ||
    (type === 'boolean' && !/^(true|false)$/i.test(value)) ||
    (format === 'uuid' && !uuid.test(value)) ||
    (words !== undefined && !words.includes(value));
  return wrong ? [`parameter ${name} has the value ${value}`] : [];
}

let shared: ApiDescription | undefined;

/** The description, loaded once since that takes a while. */
export function apiDescription(): ApiDescription {
  shared ??= new ApiDescription();
  return shared;
}

/** How a request and its response deviate from Microsoft's description; empty if they do not. */
export function describeFaults(exchange: Exchange): readonly string[] {
  return apiDescription().faults(exchange);
}
