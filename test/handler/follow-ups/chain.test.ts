import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { writeActionBody, type ChainLink } from '../../../src/actions/action-body.ts';
import type { StoredAction } from '../../../src/actions/stored-action.ts';
import type { RenderedAction } from '../../../src/follow-ups/follow-up.ts';
import { chainOf, chainRefusal, linkOf } from '../../../src/handler/follow-ups/chain.ts';
import { event, healthEvent } from '../../follow-ups/events.ts';
import { ended, operation } from '../../sync/sample-application.ts';

const run: RenderedAction = {
  ...{ kind: 'queuePipeline', organization: 'Fabrikam', project: 'shop', pipeline: 'smoke' },
  ...{ parameters: {}, variables: {}, pipelineResources: {}, stagesToSkip: [] },
};
const release: RenderedAction = {
  ...{ kind: 'createRelease', organization: 'fabrikam', project: 'shop', pipeline: 'live' },
  ...{ artifacts: [], variables: {} },
};
const link = (name: string, rule = 'smoke'): ChainLink => ({
  ...{ uid: `uid-of-${name}`, application: name, rule },
});

/**
 * The action that created run 7, for an event of an application that was itself changed by others.
 */
function action(done: RenderedAction, chain: readonly ChainLink[] = [link('first')]): StoredAction {
  return {
    ...{ key: 'key-1', uid: 'uid-1', rule: 'smoke', createdAt: 0, expiresAt: 0, state: 'done' },
    ...{ dueAt: 0, tries: 1, sentAt: 0, looks: 0, request: '', message: '' },
    outcome: { id: 7, name: 'argocd-7', page: '' },
    body: writeActionBody({
      ...{ event: event(), argocd: 'prod', applicationUrl: '', action: done, eventKey: '1' },
      ...{ late: false, chain },
    }),
  };
}

const of = (page: string | undefined, marker = 'plan-1/job/task/run') =>
  event({ of: { origin: { kind: 'run', marker, ...(page !== undefined && { page }) } } });
const build = 'https://dev.azure.com/fabrikam/shop/_build/results?buildId=7';

async function ask(
  asked: ReturnType<typeof event>,
  stored: readonly StoredAction[],
  claimed: Readonly<Record<string, StoredAction>> = {},
): Promise<readonly string[]> {
  const store = {
    actionOfPlan: (planId: string) => Promise.resolve(claimed[planId]),
    actionsWithOutcome: (id: number) =>
      Promise.resolve(stored.filter(({ outcome }) => outcome?.id === id)),
  };
  const state = { operationState: undefined };
  const chain = await chainOf(asked, state, { store });
  return chain.map(({ application, rule }) => `${application} ${rule}`);
}

describe('The chain of a follow-up', () => {
  const whole = ['first smoke', 'argocd/shop smoke'];

  const pages: readonly (readonly [string, string | undefined, RenderedAction, boolean])[] = [
    ["the run's page", build, run, true],
    ['its old URL', 'https://fabrikam.visualstudio.com/shop/_build/results?buildId=7', run, true],
    [
      "the run's page on premises",
      'https://tfs.example/tfs/fabrikam/shop/_build/results?buildId=7',
      run,
      true,
    ],
    ["the release's page", 'https://dev.azure.com/fabrikam/p/_release?releaseId=7', release, true],
    ['no page', undefined, run, false],
    ['another run', build.replace('=7', '=8'), run, false],
    ['another organization', build.replace('fabrikam', 'contoso'), run, false],
    ['a release with the same id', build, release, false],
    ['no address', 'run 7', run, false],
    ['no id', build.replace('=7', '=x'), run, false],
  ];
  for (const [what, page, done, isFound] of pages) {
    it(`${isFound ? 'is found' : 'is not found'} by ${what}`, async () => {
      assert.deepEqual(await ask(of(page), [action(done)]), isFound ? whole : []);
    });
  }

  it('is found by the claim, whatever page the operation names', async () => {
    const claimed = { 'plan-1': action(run) };
    assert.deepEqual(await ask(of(undefined), [], claimed), whole);
    assert.deepEqual(await ask(of(undefined, 'plan-2/job'), [], claimed), []);
    const other = action(run, [link('elsewhere')]);
    assert.deepEqual(await ask(of(build), [other], claimed), whole);
  });

  it('is empty for an action that can no longer be read', async () => {
    const odd = { ...action(run), body: '{}' };
    assert.deepEqual(await ask(of(build), [odd]), []);
    assert.deepEqual(await ask(of(undefined), [], { 'plan-1': odd }), []);
  });

  it('is empty for what people and Argo CD start', async () => {
    assert.deepEqual(await ask(event(), [action(run)]), []);
  });

  it('continues through a health event, which has no operation', async () => {
    const info = [
      { name: 'azure-pipelines/run', value: 'plan-1/job' },
      { name: 'Run', value: `20261128.1 ${build}` },
    ];
    const operationState = ended('Succeeded', { operation: operation({ info }) });
    const store = {
      actionOfPlan: () => Promise.resolve(undefined),
      actionsWithOutcome: () => Promise.resolve([action(run)]),
    };
    assert.equal((await chainOf(healthEvent(), { operationState }, { store })).length, 2);
  });
});

describe('A link of a chain', () => {
  it('names the application and the rule', () => {
    const expected = {
      ...{ argocd: 'prod', uid: 'uid-1', application: 'argocd/shop', rule: 'smoke' },
    };
    assert.deepEqual(linkOf({ event: event(), argocd: 'prod' }, 'smoke'), expected);
  });

  it('closes no loop where another server has an application with the same uid', () => {
    const of = (argocd?: string) => ({
      ...link('shop'),
      ...(argocd === undefined ? {} : { argocd }),
    });
    const why = (before: string | undefined, next: string) =>
      chainRefusal([of(before)], of(next), 9)?.why;
    assert.equal(why('prod', 'prod'), 'loop');
    assert.equal(why('prod', 'restored'), undefined);
    assert.equal(why(undefined, 'prod'), 'loop', 'an earlier version did not store the instance');
  });

  it('is added unless the chain is already at its maximum length', () => {
    const chain = ['a', 'b', 'c'].map((name) => link(name));
    assert.equal(chainRefusal(chain, link('d'), 4), undefined);
    const refusal = chainRefusal(chain, link('d'), 3);
    assert.equal(refusal?.why, 'depth');
    assert.match(refusal.message, /follow-up 4 in a row.*is 3: a \(smoke\) → .* → d \(smoke\)/);
  });

  it('is refused if it is already in the chain: that is a loop, whose path is reported', () => {
    const chain = [link('z'), link('a'), link('b', 'deploy')];
    const refusal = chainRefusal(chain, link('a'), 5);
    assert.equal(refusal?.why, 'loop');
    assert.match(refusal.message, /form a loop: a \(smoke\) → b \(deploy\) → a \(smoke\)\./);
    assert.equal(chainRefusal(chain, link('a', 'deploy'), 5), undefined, 'another rule');
  });
});
