import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { load } from 'js-yaml';
import {
  configJsonSchema,
  printJsonSchema,
  type JsonSchema,
} from '../../../src/handler/config/config-json-schema.ts';
import { loadConfig } from '../../../src/handler/config/load-config.ts';
import { faultsFrom, whole } from './whole-config.ts';

const root = new URL('../../../', import.meta.url);
const example = readFileSync(new URL('handler.example.yaml', root), 'utf8');
const published: unknown = JSON.parse(
  readFileSync(new URL('docs/handler.schema.json', root), 'utf8'),
);

const validate = new Ajv({ allErrors: true }).compile(published as object);

/** The example with its commented-out settings enabled. */
function uncomment(text: string): string {
  const settings = /^(\s*)# (\s*(?:(?:- )?\{? ?[a-zA-Z]+: ?(?:\S.*)?|- https:.*))$/;
  const isProse = /^# (?:Also|[A-Z])|handler check-config|^# yaml-language/;
  return text
    .split('\n')
    .map((line) => (isProse.test(line) ? line : line.replace(settings, '$1$2')))
    .join('\n');
}

describe('The JSON Schema of the configuration', () => {
  it('equals the published one', () => {
    assert.deepEqual(
      published,
      JSON.parse(printJsonSchema()),
      'docs/handler.schema.json is old: write `handler config-schema` there, and format it.',
    );
  });

  it('says what every setting is for', () => {
    const walk = (schema: JsonSchema, path: string): void => {
      for (const [name, inner] of Object.entries(schema.properties ?? {})) {
        assert.ok((inner.description ?? '').length > 10, `${path}${name}`);
        walk(inner, `${path}${name}.`);
      }
      if (schema.items) walk(schema.items, `${path}[].`);
      for (const form of schema.anyOf ?? []) walk(form, path);
    };
    walk(configJsonSchema(), '');
  });

  for (const [what, text] of [
    ['the example', example],
    ['the example with all commented-out settings', uncomment(example)],
    ['a configuration with every setting', whole],
    ['an empty file', '{}'],
  ] as const) {
    it(`accepts ${what}`, () => {
      assert.ok(validate(load(text)), JSON.stringify(validate.errors));
    });
  }

  for (const text of [
    'listn: {}',
    'publicUrl: handler.example.com',
    'listen: { public: localhost }',
    'retention: 30',
    'logLevel: loud',
    'clients: [{ name: a, tokens: [token] }]',
    'argocd: [{ name: a, url: https://x }]',
    'rules: [{ client: a }]',
    'limits: { burst: 0 }',
    'adminToken:',
    'azureDevOps: { organizations: [{ url: https://x/y, privat: true }] }',
  ]) {
    it(`refuses what the handler refuses: ${text}`, () => {
      assert.equal(validate(load(text)), false);
      assert.notDeepEqual(faultsFrom(text), []);
    });
  }
});

describe('The example configuration', () => {
  it('names the schema for editors', () => {
    assert.match(example, /^# yaml-language-server: \$schema=docs\/handler\.schema\.json\n/);
  });

  it('lets the handler start without any environment variables', () => {
    const { reading } = loadConfig(new URL('handler.example.yaml', root).pathname, {});
    assert.ok('config' in reading);
    assert.equal(reading.gaps.length, 5);
    assert.equal(reading.warnings.length, 1);
  });

  it('is complete once all commented-out settings are enabled', () => {
    const text = uncomment(example)
      .replace(/^ +ca: .*$/m, '')
      .replaceAll('/run/secrets/handler/', '/run/')
      .replace('/run/admin-token', '/run/admin');
    assert.deepEqual(faultsFrom(text), []);
    assert.deepEqual(
      Object.keys(load(text) as object),
      Object.keys(configJsonSchema().properties ?? {}),
    );
  });
});
