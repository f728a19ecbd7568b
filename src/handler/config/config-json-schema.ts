import * as z from 'zod/mini';
import { configSchema } from './config-schema.ts';
import { about } from '../../settings/text-setting.ts';

/** The parts of a JSON Schema that are read here. */
export interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/**
 * The configuration file as JSON Schema, for editors. Draft 7 has the best support in YAML editors. The
 * schema checks less than the reader: neither names nor references are resolved.
 */
export function configJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7', metadata: about });
  return schema as JsonSchema;
}

/** The content of the published file. */
export function printJsonSchema(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}
