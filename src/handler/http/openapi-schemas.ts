import * as z from 'zod/mini';
import { about } from '../../settings/text-setting.ts';
import {
  acceptedSchema,
  cancelingSchema,
  followUpsSchema,
  gateAnswerSchema,
  hookAnswerSchema,
  hookFollowUpSchema,
  refusalSchema,
  runSchema,
  whoamiSchema,
} from './answers.ts';
import {
  checkBodySchema,
  eventBodySchema,
  gateBodySchema,
  syncBodySchema,
} from './body-schemas.ts';
import { hookBodySchema } from './hook-body.ts';

const schemas = {
  Accepted: acceptedSchema,
  Canceling: cancelingSchema,
  CheckBody: checkBodySchema,
  EventBody: eventBodySchema,
  FollowUps: followUpsSchema,
  GateAnswer: gateAnswerSchema,
  GateBody: gateBodySchema,
  HookAnswer: hookAnswerSchema,
  HookBody: hookBodySchema,
  HookFollowUp: hookFollowUpSchema,
  Refusal: refusalSchema,
  Run: runSchema,
  SyncBody: syncBodySchema,
  Whoami: whoamiSchema,
};
/** The name of a body or answer in the description of the routes. */
export type SchemaName = keyof typeof schemas;

/** All bodies and answers, as JSON Schema. */
export function componentSchemas() {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, jsonSchemaOf(schema)]),
  );
}

/** An answer in JSON. */
export function json(description: string, schema: SchemaName) {
  return {
    description,
    content: { 'application/json': { schema: schemaRef(schema) } },
  };
}

/** A body in JSON, or any of the schemas by its name. */
export function schemaRef(name: SchemaName) {
  return { $ref: `#/components/schemas/${name}` };
}

function jsonSchemaOf(schema: (typeof schemas)[SchemaName]): object {
  const json = z.toJSONSchema(schema, { metadata: about, io: 'input' });
  // The whole document declares the dialect.
  delete json.$schema;
  return { ...json };
}
