import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, it } from 'mocha';
import { readPackageRequest } from '../../scripts/release/package-request.ts';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'deploy/pipelines/release.yml'), 'utf8');
const page = readFileSync(join(root, 'docs/releasing.md'), 'utf8');

interface Step {
  readonly task?: string;
  readonly script?: string;
  readonly displayName?: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly publish?: string;
  readonly download?: string;
  readonly artifact?: string;
}

interface Job {
  readonly environment?: string;
  readonly steps?: readonly Step[];
  readonly strategy?: {
    readonly runOnce: { readonly deploy: { readonly steps: readonly Step[] } };
  };
}

interface Pipeline {
  readonly trigger: unknown;
  readonly pr: unknown;
  readonly variables: readonly (
    { readonly group: string } | { readonly name: string; readonly value: string }
  )[];
  readonly stages: readonly {
    readonly stage: string;
    readonly dependsOn?: string;
    readonly jobs: readonly Job[];
  }[];
}

const pipeline = load(text) as Pipeline;
const stepsOf = ({ steps, strategy }: Job) => steps ?? strategy?.runOnce.deploy.steps ?? [];
const stage = (name: string) => {
  const found = pipeline.stages.find((each) => each.stage === name);
  assert.ok(found, name);
  return found.jobs.flatMap(stepsOf);
};
/** Everything that a shell runs. */
const scriptsOf = (steps: readonly Step[]) =>
  steps.flatMap(({ script, inputs }) => [script ?? [], inputs?.inlineScript ?? []].flat());
const everyStep = pipeline.stages.flatMap(({ jobs }) => jobs.flatMap(stepsOf));
const everyScript = scriptsOf(everyStep).join('\n');

/** Words as the shell expands them, with a value for each variable. */
function words(command: string): readonly string[] {
  return command
    .replaceAll(/"?\$\{?[A-Za-z_]+(?:#v)?\}?"?/g, '1')
    .replaceAll('"', '')
    .trim()
    .split(/\s+/);
}

describe('The release pipeline', () => {
  it('runs only for version tags', () => {
    assert.deepEqual(pipeline.trigger, { branches: { exclude: ['*'] }, tags: { include: ['v*'] } });
    assert.equal(pipeline.pr, 'none');
  });

  it('builds, publishes privately, pushes the image, and then publishes publicly', () => {
    assert.deepEqual(
      pipeline.stages.map((each) => [each.stage, each.dependsOn]),
      [
        ['build', undefined],
        ['trial', 'build'],
        ['image', 'trial'],
        ['marketplace', 'image'],
      ],
    );
  });

  it('waits for approvals of an environment, which the page names, before anything is published', () => {
    for (const { stage: name, jobs } of pipeline.stages.slice(1)) {
      for (const { environment } of jobs) {
        assert.ok(environment, name);
        assert.ok(page.includes(`\`${environment}\``), environment);
      }
    }
  });

  it('tests what it packages', () => {
    const scripts = scriptsOf(stage('build'));
    const at = (what: RegExp) => scripts.findIndex((script) => what.test(script));
    assert.ok(at(/^npm ci$/) >= 0);
    assert.ok(at(/^npm ci$/) < at(/^npm test$/));
    assert.ok(at(/^npm test$/) < at(/npm run package/));
  });

  it('runs only existing scripts', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const named = [...everyScript.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
    assert.ok(named.length > 0);
    for (const name of named) assert.ok(Object.hasOwn(scripts, name), name);
  });

  it('packages a private and a public extension with known arguments', () => {
    const commands = [...everyScript.matchAll(/npm run package -- (.*)$/gm)].map(([, rest = '']) =>
      rest
        .replace('$minor.$BUILD_BUILDID', '1.2.3')
        .replace('${BUILD_SOURCEBRANCHNAME#v}', '1.2.3'),
    );
    const requests = commands.map((command) => readPackageRequest(words(command)));
    for (const request of requests) assert.equal(request.kind, 'package', JSON.stringify(request));
    assert.deepEqual(
      requests.map((request) => request.kind === 'package' && request.isPublic),
      [false, true],
    );
  });

  it('publishes what it packaged, with the tfx-cli of the lock file', () => {
    for (const name of ['trial', 'marketplace']) {
      const steps = stage(name);
      assert.ok(
        steps.some(({ download, artifact }) => download === 'current' && artifact === 'extension'),
      );
      const [script = '', ...more] = scriptsOf(steps).filter((each) => each.includes('tfx'));
      assert.equal(more.length, 0);
      assert.match(script, /npx --no-install tfx extension publish .*--vsix/s);
    }
    assert.match(scriptsOf(stage('trial')).join('\n'), /--share-with/);
    assert.doesNotMatch(scriptsOf(stage('marketplace')).join('\n'), /--share-with|-trial/);
  });

  it('has no secret: the Marketplace gets a token of the identity, which is masked immediately', () => {
    assert.doesNotMatch(text, /password|secretVariable|\bpat\b/i);
    for (const name of ['trial', 'marketplace']) {
      const step = stage(name).find(({ task }) => task === 'AzureCLI@2');
      assert.equal(step?.inputs?.azureSubscription, '$(publishConnection)');
      assert.match(
        step?.inputs?.inlineScript ?? '',
        /token=\$\(az account get-access-token .*\n *echo "##vso\[task\.setsecret\]\$token"\n/,
      );
    }
  });

  it('stops at the first command that fails', () => {
    const long = scriptsOf(everyStep).filter((script) => script.trim().includes('\n'));
    assert.ok(long.length > 0);
    for (const script of long) assert.match(script, /^set -euo pipefail\n/);
  });

  it('pushes the image with provenance and an SBOM, built from our Dockerfile', () => {
    const build = scriptsOf(stage('image')).join('\n');
    assert.match(build, /--provenance mode=max --sbom true/);
    assert.match(build, /--push/);
    const [, file = ''] = /--file (\S+)/.exec(build) ?? [];
    assert.ok(existsSync(join(root, file)), file);
  });

  it('takes its variables from a group that the page describes', () => {
    const own = pipeline.variables.flatMap((each) => ('name' in each ? [each.name] : []));
    const groups = pipeline.variables.flatMap((each) => ('group' in each ? [each.group] : []));
    for (const group of groups) assert.ok(page.includes(`\`${group}\``), group);
    const macros = [...text.matchAll(/\$\((\w+)\)/g)].map(([, name = '']) => name);
    const shell = [...everyScript.matchAll(/\$\{?([A-Z]{4,})\b(?!_)/g)].map(
      ([, name = '']) => name,
    );
    const described = [...page.matchAll(/^ *\| `(\w+)` /gm)].map(([, name = '']) => name);
    const known = [...own, ...described];
    assert.deepEqual([...described].sort(), [...new Set(described)].sort());
    for (const name of [...macros, ...shell]) {
      assert.ok(
        known.some((each) => each.toLowerCase() === name.toLowerCase()),
        name,
      );
    }
  });
});
