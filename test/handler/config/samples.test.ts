import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { dump, load } from 'js-yaml';
import { describe, it } from 'mocha';
import { actions } from '../../../src/handler/config/config.ts';
import { printJsonSchema } from '../../../src/handler/config/config-json-schema.ts';
import { configSchema } from '../../../src/handler/config/config-schema.ts';
import { readConfig, type ConfigReading } from '../../../src/handler/config/read-config.ts';
import type { ReferenceSource } from '../../../src/handler/config/references.ts';
import { key } from './whole-config.ts';

const root = join(import.meta.dirname, '../../..');
const docs = join(root, 'docs');
const text = (path: string) => readFileSync(join(root, path), 'utf8');

/** The secrets that the samples refer to. */
const secrets: ReferenceSource = {
  env: {
    ARGOCD_TOKEN: 'token-of-argo-cd',
    ARGOCD_CANARY_TOKEN: 'token-of-argo-cd',
    ARGOCD_EU_TOKEN: 'token-of-argo-cd',
    ARGOCD_US_TOKEN: 'token-of-argo-cd',
    AZURE_TENANT_ID: '00000000-0000-4000-8000-00000000000a',
    AZURE_CLIENT_ID: '00000000-0000-4000-8000-00000000000b',
  },
  readFile: (path) => {
    if (path.endsWith('/key')) return key;
    return path.endsWith('.crt') ? text('test/fixtures/tls/ca.pem') : 'token-of-somebody';
  },
};

/** Completes samples that show only a part. */
const base = load(text('deploy/handler/overlays/argocd-namespace/handler.yaml')) as object;
const settings = Object.keys(configSchema.def.shape);

interface Sample {
  readonly source: string;
  readonly value: object;
}

function samplesOf(file: string): readonly Sample[] {
  const fences = [...readFileSync(file, 'utf8').matchAll(/^```yaml\n(.*?)^```$/gms)];
  return fences.flatMap(([, yaml = ''], index) => {
    const value = load(yaml);
    const isConfig =
      typeof value === 'object' &&
      value !== null &&
      Object.keys(value).some((name) => settings.includes(name));
    return isConfig ? [{ source: `${relative(root, file)} sample ${index + 1}`, value }] : [];
  });
}

function read(value: object): ConfigReading {
  return readConfig(dump({ ...base, ...value }), '/etc/argocd-handler', secrets);
}

const pages = readdirSync(docs).filter((file) => file.endsWith('.md'));
const examples = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('handler.yaml'))
  .map((file) => ({ source: file, value: load(text(join('examples', file))) as object }));
const samples = [...pages.flatMap((page) => samplesOf(join(docs, page))), ...examples];

describe('The samples of the configuration in the documents and examples', () => {
  it('exist', () => {
    assert.ok(samples.length >= 9, `${samples.length} samples`);
    assert.equal(examples.length, 5);
  });

  for (const { source, value } of samples) {
    it(`are accepted by the handler without a warning: ${source}`, () => {
      const reading = read(value);
      assert.ok('config' in reading, JSON.stringify(reading));
      assert.deepEqual([...reading.warnings, ...reading.gaps], []);
    });
  }

  it('would be refused with an unknown setting', () => {
    assert.ok('faults' in read({ retension: '30d' }));
  });
});

/** A part of the JSON Schema of the configuration. */
interface Part {
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Part>>;
  readonly items?: Part;
  readonly anyOf?: readonly Part[];
}

/** The settings of a part, each with its path and its default. */
function* settingsIn(part: Part, path: string): Generator<readonly [string, unknown]> {
  const { properties, items } = part;
  if (properties !== undefined) {
    const prefix = path === '' ? '' : `${path}.`;
    for (const [name, each] of Object.entries(properties)) {
      yield* settingsIn(each, prefix + name);
    }
    return;
  }
  const entries = items === undefined ? [] : (items.anyOf ?? [items]);
  const groups = entries.filter((entry) => entry.properties !== undefined);
  // A list that contains only groups is described by these.
  if (entries.length === 0 || groups.length < entries.length) yield [path, part.default];
  for (const group of groups) yield* settingsIn(group, `${path}[]`);
}

/** The first two cells of each row whose first one is code. */
function rowsOf(page: string): ReadonlyMap<string, string> {
  const rows = text(page).matchAll(/^\| `([^`]+)` +\| ([^|]*?) *\|/gm);
  return new Map([...rows].map(([, name = '', second = '']) => [name, second]));
}

describe('The table of settings in docs/handler.md', () => {
  const known = new Map(settingsIn(JSON.parse(printJsonSchema()) as Part, ''));
  const rows = rowsOf('docs/handler.md');
  const named = [...rows.keys()].filter((name) => settings.some((each) => name.startsWith(each)));

  it('has every setting, and no other', () => {
    assert.ok(known.size > 25, `${known.size} settings`);
    assert.deepEqual(named.toSorted(), [...known.keys()].toSorted());
  });

  it('has their defaults', () => {
    const defaults = [...known].filter(
      ([, value]) => value !== undefined && typeof value !== 'object',
    );
    assert.ok(defaults.length > 10, `${defaults.length} defaults`);
    for (const [name, value] of defaults) {
      assert.equal(rows.get(name), `\`${String(value)}\``, name);
    }
  });
});

describe('The table of actions in docs/security.md', () => {
  it('has every action, and no other', () => {
    const rows = [...rowsOf('docs/security.md').keys()];
    assert.deepEqual(rows.toSorted(), [...actions].toSorted());
  });
});
