/** A schema of an OpenAPI 2.0 description, with the keywords used there. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

const definitionPrefix = '#/definitions/';

type Definitions = Readonly<Record<string, Schema>>;

/**
 * A schema that catches misspelled fields: `allOf` is flattened, every object that declares properties is
 * closed, and every property may be null. An open schema would catch almost nothing, since the descriptions
 * neither require nor forbid any property.
 * @param file - Prefix of references, which then point into that file.
 */
export function closed(schema: Schema, definitions: Definitions, file: string): Schema {
  if (schema.$ref !== undefined) return { $ref: file + schema.$ref };
  const flat = flattened(schema, definitions);
  const { items, properties, additionalProperties } = flat;
  // Only what restricts values; the rest is documentation.
  return {
    ...(flat.type !== undefined && { type: flat.type }),
    ...(flat.format !== undefined && { format: flat.format }),
    ...(flat.enum !== undefined && { enum: flat.enum }),
    ...(flat.required !== undefined && { required: flat.required }),
    ...(items && { items: closed(items, definitions, file) }),
    ...(properties && {
      properties: mapValues(properties, (one) => nullable(closed(one, definitions, file))),
      additionalProperties: false,
    }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: nullable(closed(additionalProperties, definitions, file)),
    }),
  };
}

/** All definitions of a file, closed. */
export function closedDefinitions(definitions: Definitions, file: string): Definitions {
  return mapValues(definitions, (schema) => closed(schema, definitions, file));
}

function flattened(schema: Schema, definitions: Definitions): Schema {
  if (!schema.allOf) return schema;
  const parts = schema.allOf.map((part) => flattened(resolved(part, definitions), definitions));
  const properties = [...parts, schema].map((part) => part.properties ?? {});
  return { ...schema, properties: Object.assign({}, ...properties) as Definitions };
}

function resolved(schema: Schema, definitions: Definitions): Schema {
  if (schema.$ref === undefined) return schema;
  const found = definitions[schema.$ref.slice(definitionPrefix.length)];
  if (!found) throw new Error(`The description lacks ${schema.$ref}.`);
  return found;
}

function nullable(schema: Schema): Schema {
  if (schema.$ref !== undefined) return { anyOf: [{ type: 'null' }, schema] };
  return {
    ...schema,
    ...(typeof schema.type === 'string' && { type: [schema.type, 'null'] }),
    ...(schema.enum && { enum: [...schema.enum, null] }),
  };
}

function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
