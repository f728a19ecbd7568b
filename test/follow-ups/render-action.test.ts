import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import { actionSchema } from '../../src/follow-ups/action-schema.ts';
import { renderAction } from '../../src/follow-ups/render-action.ts';
import { valuesOf } from '../../src/follow-ups/template-values.ts';
import { event } from './events.ts';

const defaults = { organization: 'fabrikam', project: 'shop' };
const values = valuesOf(event({ of: { revisions: ['v1'] } }), {
  argocd: 'prod',
  applicationUrl: '',
});

function render(action: unknown, from = defaults as Parameters<typeof renderAction>[2]) {
  const place = JSON.stringify(action).includes('postWebHook') ? 'configuration' : 'input';
  const read = z.parse(actionSchema(place), action);
  return renderAction({ name: 'smoke', do: read }, values, from);
}

const run = { kind: 'queuePipeline', ...defaults, pipeline: 'a' } as const;
const bare = { parameters: {}, variables: {}, pipelineResources: {}, stagesToSkip: [] };

describe('An action for an event', () => {
  it("uses the only organization and the run's project by default", () => {
    assert.deepEqual(render({ queuePipeline: 'a' }), { ...run, ...bare });
    assert.deepEqual(render({ queuePipeline: 'o/p/a' }), {
      ...run,
      organization: 'o',
      project: 'p',
      ...bare,
    });
  });

  it('is missing without a project', () => {
    assert.equal(
      render({ queuePipeline: 'a' }, { organization: 'fabrikam', project: undefined }),
      undefined,
    );
  });

  it('has all its templates filled in', () => {
    const given = {
      pipeline: 'a',
      commit: '{{revision}}',
      parameters: { app: '{{namespace}}/{{application}}' },
      variables: { v: '{{outcome}}' },
      pipelineResources: { build: '{{revision}}' },
      stagesToSkip: ['{{phase}}'],
    };
    assert.deepEqual(render({ queuePipeline: given }), {
      ...run,
      commit: 'v1',
      parameters: { app: 'argocd/shop' },
      variables: { v: 'succeeded' },
      pipelineResources: { build: 'v1' },
      stagesToSkip: ['{{phase}}'],
    });
  });

  const refs: readonly [object, string][] = [
    [{ branch: 'main' }, 'refs/heads/main'],
    [{ branch: 'release/{{revision}}' }, 'refs/heads/release/v1'],
    [{ branch: 'refs/heads/main' }, 'refs/heads/main'],
    [{ branch: 'refs/pull/1/merge' }, 'refs/pull/1/merge'],
    [{ tag: '{{revision}}' }, 'refs/tags/v1'],
    [{ tag: 'refs/tags/v1' }, 'refs/tags/v1'],
  ];
  for (const [given, ref] of refs) {
    it(`runs on ${ref} for ${JSON.stringify(given)}`, () => {
      const rendered = render({ queuePipeline: { pipeline: 'a', ...given } });
      assert.deepEqual(rendered, { ...run, ...bare, ref });
    });
  }

  it('is a release with its artifacts', () => {
    const artifacts = [{ alias: '_b', version: '{{revision}}' }];
    const given = {
      definition: 7,
      artifacts,
      stage: 'Test',
      description: 'Of {{application}}',
      variables: { v: 'w' },
    };
    assert.deepEqual(render({ createRelease: given }), {
      kind: 'createRelease',
      ...{ ...defaults, pipeline: 7 },
      artifacts: [{ alias: '_b', version: 'v1' }],
      ...{ stage: 'Test', description: 'Of shop', variables: { v: 'w' } },
    });
  });

  it('names the rule of a webhook, and contains no secret', () => {
    const url = 'https://x.example/a';
    const rendered = render({ postWebHook: { url, secret: 'correct horse battery' } });
    assert.deepEqual(rendered, { kind: 'postWebHook', url, rule: 'smoke' });
  });

  it('is plain data', () => {
    const rendered = render({ queuePipeline: 'a' });
    assert.deepEqual(JSON.parse(JSON.stringify(rendered)), rendered);
  });
});
