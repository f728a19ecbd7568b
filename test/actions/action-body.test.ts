import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readActionBody, writeActionBody, type ActionBody } from '../../src/actions/action-body.ts';
import type { RenderedAction } from '../../src/follow-ups/follow-up.ts';
import type { HookRun } from '../../src/sync/events/application-event.ts';
import { event, healthEvent } from '../follow-ups/events.ts';

const run: RenderedAction = {
  ...{ kind: 'queuePipeline', organization: 'fabrikam', project: 'shop', pipeline: 'smoke' },
  ...{ parameters: { revision: 'a' }, variables: {}, pipelineResources: {}, stagesToSkip: [] },
};
const hook: HookRun = {
  ...{ group: 'batch', kind: 'Job', namespace: 'shop', name: 'smoke' },
  ...{ phase: 'PostSync', state: 'Failed' },
};
const body = (change: Partial<ActionBody> = {}): ActionBody => ({
  ...{ event: event(), argocd: 'prod', applicationUrl: 'https://argocd.example/shop' },
  ...{ action: run, eventKey: '123456789012345', late: false, chain: [] },
  ...change,
});
const again = (one: ActionBody) => readActionBody({ body: writeActionBody(one) });
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('The body of an action', () => {
  const bodies: readonly (readonly [string, ActionBody])[] = [
    ['a run', body()],
    [
      'a run by its id, on a branch',
      body({ action: { ...run, pipeline: 7, ref: 'refs/heads/x' } }),
    ],
    [
      'a release',
      body({
        action: {
          ...{ kind: 'createRelease', organization: 'fabrikam', project: 'shop', pipeline: 'web' },
          ...{ artifacts: [{ alias: 'a', version: '1' }], variables: {}, stage: 'live' },
        },
      }),
    ],
    ['a webhook', body({ action: { kind: 'postWebHook', url: 'https://x/', rule: 'tell' } })],
    ['a health event', body({ event: healthEvent() })],
    [
      'a hook in one of our runs, late, in a chain',
      body({
        event: event({
          hook,
          kind: 'hookEnded',
          phase: 'PostSync',
          of: {
            origin: { kind: 'run', marker: 'a/b/c/d', page: 'https://x/?buildId=1' },
            missed: [{ phase: 'SyncFail', reason: 'notFailed' }],
            repositories: ['https://github.com/fabrikam/shop'],
            phases: [{ phase: 'PreSync', at: 5 }],
          },
        }),
        late: true,
        chain: [{ uid: 'uid-2', application: 'web', rule: 'smoke' }],
      }),
    ],
  ];
  for (const [what, one] of bodies) {
    it(`is read as it was written: ${what}`, () => assert.deepEqual(plain(again(one)), plain(one)));
  }

  it('keeps only the parts of an event that are read', () => {
    const long = event({
      message: 'x'.repeat(100_000),
      images: Array.from({ length: 10_000 }, () => 'image'),
      of: {
        hooks: Array.from({ length: 10_000 }, () => hook),
        revisions: Array.from({ length: 1_000 }, () => 'a'.repeat(40)),
        repositories: Array.from({ length: 1_000 }, () => 'r'.repeat(5_000)),
      },
    });
    const chain = Array.from({ length: 1_000 }, () => ({ uid: 'u', application: 'a', rule: 'r' }));
    const text = writeActionBody(body({ event: long, chain }));
    assert.ok(text.length < 30_000, `${text.length}`);
    assert.equal(again(body({ event: long })).event.operation?.hooks.length, 50);
  });

  it('is refused in any other form', () => {
    const wrong = ['', 'null', '{}', JSON.stringify({ ...body(), late: 'yes' })];
    for (const text of wrong) assert.throws(() => readActionBody({ body: text }));
  });
});
