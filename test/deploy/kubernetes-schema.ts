import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { root, type Manifest } from './kustomization.ts';

type Schema = Readonly<Record<string, unknown>>;

interface Description {
  /** From `apps/v1 Deployment` to the location of its schema. */
  readonly kinds: Readonly<Record<string, string>>;
  readonly definitions: Schema;
}

/** The descriptions in `test/fixtures/kubernetes` that manifests are checked against. */
export const releases = ['kubernetes-1.31.0', 'kubernetes-1.36.0'] as const;

const operator = validatorsOf('prometheus-operator-0.85.0');
const validators = new Map(releases.map((release) => [release, validatorsOf(release)]));

/**
 * What the API server of a release would refuse in a manifest, one line each: unknown fields, wrong
 * types, missing fields, unknown kinds. Empty if it would be accepted.
 */
export function faultsOf(manifest: Manifest, release: (typeof releases)[number]): string[] {
  const kind = `${manifest.apiVersion} ${manifest.kind}`;
  const validate = validators.get(release)?.get(kind) ?? operator.get(kind);
  if (validate === undefined) return [`${release} has no ${kind}`];
  if (validate(manifest)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, JSON.stringify(params)].join(' '),
  );
}

function validatorsOf(file: string): ReadonlyMap<string, ValidateFunction> {
  const { kinds, definitions } = JSON.parse(
    readFileSync(join(root, 'test/fixtures/kubernetes', `${file}.json`), 'utf8'),
  ) as Description;
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    formats: {
      int32: { type: 'number', validate: (value) => Math.abs(value) < 2 ** 31 },
      int64: { type: 'number', validate: Number.isSafeInteger },
      byte: /^[A-Za-z0-9+/]*={0,2}$/,
      'int-or-string': true,
      'date-time': true,
    },
  });
  ajv.addSchema({ $id: file, definitions: closed(definitions) });
  return new Map(
    Object.entries(kinds).map(([kind, at]) => [kind, ajv.compile({ $ref: `${file}${at}` })]),
  );
}

/**
 * The schema without unknown fields. As published, every object is open, and a misspelled field
 * would pass; the API server refuses it in strict mode. `metadata` of a custom resource belongs to
 * Kubernetes and is not described in it, so it stays open.
 */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(
    Object.entries(schema)
      // Go's syntax for ignoring case, which JavaScript's regular expressions do not have.
      .filter(([key, value]) => key !== 'pattern' || !String(value).startsWith('^(?i)'))
      .map(([key, value]) => [key, closed(value)]),
  );
  const isClosed =
    typeof copy['properties'] === 'object' &&
    copy['type'] === 'object' &&
    copy['additionalProperties'] === undefined &&
    copy['x-kubernetes-preserve-unknown-fields'] !== true;
  return isClosed ? { ...copy, additionalProperties: false } : copy;
}
