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
 * The configuration file as JSON Schema, for editors. Draft 7 is what their YAML support knows best.
 * It knows less than the reader: neither what names mean nor what references lead to.
 */
export function configJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7', metadata: about });
  return schema as JsonSchema;
}

/** The text of the file that is published. */
export function printJsonSchema(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}
