import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { printOpenapi, type openapi } from '../../../src/handler/http/openapi.ts';
import { publicApp } from '../../../src/handler/http/public-app.ts';
import { adminApp } from '../../../src/handler/http/admin-app.ts';
import {
  checkSections,
  gateSections,
  syncSections,
} from '../../../src/handler/http/sync-sections.ts';
import { leastSync } from './example-requests.ts';

type Json = Readonly<Record<string, unknown>>;

function readJson(path: string): Json {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as Json;
}

const document = JSON.parse(printOpenapi()) as Json & ReturnType<typeof openapi>;
const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true } });

describe('The description of the routes', () => {
  it('equals the published one; if this fails, print it again', () => {
    assert.deepEqual(readJson('../../../docs/handler-api.openapi.json'), document);
  });

  it('is OpenAPI 3.1', () => {
    const official = new Ajv2020({ strict: false, validateFormats: false });
    const validate = official.compile(readJson('../../fixtures/openapi/3.1.schema.json'));
    assert.ok(validate(document), JSON.stringify(validate.errors));
  });

  it('refers only to what it contains', () => {
    const references = [...printOpenapi().matchAll(/"\$ref": "#\/([^"]+)"/g)];
    assert.ok(references.length > 20);
    for (const [, path = ''] of references) {
      const found = path
        .split('/')
        .reduce<unknown>((part, name) => (part as Json | undefined)?.[name], document);
      assert.ok(found !== undefined, path);
    }
  });

  it('has valid schemas, with closed objects', () => {
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      assert.ok(ajv.validateSchema(schema), name);
      assert.equal((schema as Json)['additionalProperties'], false, name);
    }
  });

  it('contains every route of both listeners, and no other', () => {
    const described = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item)
        .filter((method) => method !== 'parameters')
        .map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    );
    const ports = {} as never;
    const routes = [
      publicApp({
        access: ports,
        intake: ports,
        gates: ports,
        hooks: ports,
        version: '',
        onRefusal: ports,
        onAnswer: ports,
        onError: ports,
      }),
      adminApp({
        records: ports,
        followUps: ports,
        formKey: Buffer.alloc(32),
        status: ports,
        metrics: ports,
        token: ports,
        isLoopback: false,
        openapi: {},
        version: '',
        clock: ports,
        onError: ports,
      }),
    ]
      .flatMap((app) => app.routes)
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(described.sort(), [...new Set(routes)].sort());
  });

  const bodies = { SyncBody: syncSections, GateBody: gateSections, CheckBody: checkSections };
  for (const [name, names] of Object.entries(bodies)) {
    it(`describes every name of ${name}`, () => {
      const schema = document.components.schemas[name] as { properties: Record<string, Json> };
      assert.deepEqual(Object.keys(schema.properties), [...names]);
      for (const [field, part] of Object.entries(schema.properties)) {
        assert.match(String(part['description']), /\.$|…$|\)$/, field);
      }
    });

    it(`accepts for ${name} what the routes accept`, () => {
      const schema = document.components.schemas[name];
      assert.ok(schema);
      const validate = ajv.compile(schema);
      assert.ok(validate({ ...leastSync, stableSeconds: 5 }), JSON.stringify(validate.errors));
      assert.ok(!validate({ ...leastSync, other: 'x' }));
      assert.ok(!validate({ ...leastSync, project: ['x'] }));
      assert.ok(!validate({ applications: 'shop-web' }));
    });
  }
});
