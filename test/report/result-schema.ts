import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

const file = new URL('../../docs/result.schema.json', import.meta.url);

/** docs/result.schema.json, as users have it. */
export const resultSchema = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly definitions: Readonly<Record<string, { readonly properties?: object }>>;
};

const validate = new Ajv({
  allErrors: true,
  allowUnionTypes: true,
  formats: {
    uri: (text: string) => URL.canParse(text),
    'date-time': (text: string) => new Date(text).toISOString() === text,
  },
}).compile(resultSchema);

/** A result file: the fields that tests check. */
export interface ResultFile {
  readonly action: string;
  readonly server: string;
  readonly outcome: string;
  readonly applications: readonly Readonly<Record<string, unknown>>[];
}

/** Reads a result file. Throws if it does not match the schema. */
export function readResult(text: string): ResultFile {
  const read: unknown = JSON.parse(text);
  assert.ok(validate(read), JSON.stringify(validate.errors));
  return read as ResultFile;
}
