import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { containerOf, podOf } from './handler-objects.ts';
import { buildOf, kustomizationOf, root } from './kustomization.ts';

/** The instructions, one line each, without comments. */
const instructions = readFileSync(join(root, 'deploy/Dockerfile'), 'utf8')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '');

const base = buildOf('deploy/handler/base');

/** The arguments of all instructions with this name. */
function all(instruction: string): readonly string[] {
  return instructions
    .filter((line) => line.startsWith(`${instruction} `))
    .map((line) => line.slice(instruction.length + 1));
}

/** The files at the root of the project that are passed to the build. */
const context = readFileSync(join(root, 'deploy/Dockerfile.dockerignore'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

describe('The image', () => {
  it('uses the Node that the tests run on, by its full version', () => {
    const { optionalDependencies } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    ) as { readonly optionalDependencies: Readonly<Record<string, string>> };
    const [, version = ''] = /@(\d+\.\d+\.\d+)$/.exec(optionalDependencies['node24'] ?? '') ?? [];
    assert.deepEqual(all('ARG'), [`NODE=${version}-slim`]);
    assert.deepEqual(all('FROM'), ['node:${NODE} AS build', 'node:${NODE}']);
  });

  it('is built from the lock file', () => {
    assert.match(all('RUN')[0] ?? '', /^npm ci\b/);
  });

  it('contains the bundle and nothing else of the build', () => {
    assert.deepEqual(
      all('COPY').filter((line) => line.startsWith('--from')),
      ['--from=build /build/dist/handler/ /app/'],
    );
    assert.ok(instructions.indexOf('FROM node:${NODE}') > instructions.indexOf('COPY . .'));
  });

  it('runs as the user of the pod, by number', () => {
    const { runAsUser, runAsGroup } = podOf(base).spec.securityContext;
    assert.deepEqual(all('USER'), [`${runAsUser}:${runAsGroup}`]);
  });

  it('starts without a shell, with the arguments of the Deployment', () => {
    assert.deepEqual(all('ENTRYPOINT'), [
      '["node", "--max-old-space-size=320", "--max-semi-space-size=16", "/app/handler.js"]',
    ]);
    assert.deepEqual(JSON.parse(all('CMD')[0] ?? ''), containerOf(base).args);
  });

  it('names the ports of the pod', () => {
    assert.deepEqual(all('EXPOSE'), [
      containerOf(base)
        .ports.map(({ containerPort }) => containerPort)
        .join(' '),
    ]);
  });

  it('has the name and version that the base expects, in its instructions', () => {
    const text = readFileSync(join(root, 'deploy/Dockerfile'), 'utf8');
    const [image] = kustomizationOf('deploy/handler/base').images ?? [];
    assert.ok(text.includes(`--tag ${image?.newName ?? ''}:${image?.newTag ?? ''} .`));
  });

  it('is built only from named files, all of which exist', () => {
    assert.equal(context[0], '*');
    const named = context.slice(1).map((line) => line.replace('!', ''));
    assert.ok(context.slice(1).every((line) => line.startsWith('!')));
    assert.deepEqual(
      named.filter((file) => !existsSync(join(root, file))),
      [],
    );
    for (const file of all('COPY')[0]?.split(' ').slice(0, -1) ?? []) {
      assert.ok(named.includes(file), file);
    }
    assert.ok(!named.some((file) => /^(data|\.git|node_modules|dist|test|handler)/.test(file)));
  });
});
