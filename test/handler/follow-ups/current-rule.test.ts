import assert from 'node:assert/strict';
import { ActionError, type ActionTarget } from '../../../src/actions/action-target.ts';
import type { StoredAction } from '../../../src/actions/stored-action.ts';
import {
  CurrentRuleTarget,
  type CurrentRules,
} from '../../../src/handler/follow-ups/current-rule.ts';
import { mayHookQueue as mayHook } from '../../../src/handler/access/hook-grants.ts';
import { event, renderedRun, storedAction } from '../../actions/stored-action.ts';
import { noAbort } from '../../argocd/rest/server.ts';
import { configFrom, whole } from '../config/whole-config.ts';

const { followUps, grants } = configFrom(whole);

/** Reports its calls. */
const inner: ActionTarget = {
  prepare: () => Promise.resolve('request'),
  send: (request) => Promise.resolve({ id: 1, name: request, page: '' }),
  lookUp: (request) => Promise.resolve({ id: 2, name: request, page: '' }),
};

function prepare(action: StoredAction, rules: CurrentRules): Promise<string> {
  return new CurrentRuleTarget(inner, () => rules).prepare(action, noAbort);
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => assert.fail('it was done'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ActionError && error.kind === 'refused', String(error));
  return error.message;
}

describe('An action whose rule may have changed', () => {
  const pipeline = '\\smoke\\web';
  const configured = storedAction(renderedRun({ pipeline }), { rule: 'smoke-tests' });
  const annotated = (pipeline: string) =>
    storedAction(renderedRun({ pipeline }), { rule: 'annotation/onSuccess/shop/smoke' });

  it('is done while its rule is configured', async () => {
    assert.equal(await prepare(configured, { followUps, grants }), 'request');
  });

  it('is no longer done if the rule was removed', async () => {
    const message = await refusal(prepare(configured, { followUps: [], grants }));
    assert.match(message, /^The rule smoke-tests is no longer in `followUps`/);
  });

  for (const [what, action] of [
    ['another pipeline', renderedRun({ pipeline: 'deploy' })],
    ['another project', renderedRun({ pipeline, project: 'bank' })],
    ['another organization', renderedRun({ pipeline, organization: 'contoso' })],
    ['a webhook', { kind: 'postWebHook', url: 'https://hooks.example.com', rule: 'smoke-tests' }],
  ] as const) {
    it(`is no longer done if the rule of its name was for ${what}`, async () => {
      const before = storedAction(action, { rule: 'smoke-tests' });
      const message = await refusal(prepare(before, { followUps, grants }));
      assert.match(
        message,
        /^The rule smoke-tests in `followUps` of the configuration now has another target/,
      );
    });
  }

  it('is done for a webhook while its rule has that URL', async () => {
    const url = 'https://hooks.example.com/argocd';
    const hook = (address: string) =>
      storedAction({ kind: 'postWebHook', url: address, rule: 'report' }, { rule: 'report' });
    assert.equal(await prepare(hook(url), { followUps, grants }), 'request');
    await refusal(prepare(hook(`${url}/old`), { followUps, grants }));
  });

  it('is done for an annotation while a grant allows it', async () => {
    assert.equal(await prepare(annotated('smoke-web'), { followUps: [], grants }), 'request');
  });

  it('is no longer done if the grant was revoked', async () => {
    const message = await refusal(prepare(annotated('smoke-web'), { followUps, grants: [] }));
    assert.match(
      message,
      /^Applications of AppProject default may no longer queue fabrikam\/shop\/smoke-web\./,
    );
  });

  it("is done for a run's request while that run may have it queued", async () => {
    const operation = { ...event.operation, origin: { kind: 'run', marker: 'run-1' } };
    const action = storedAction(renderedRun(), {
      rule: 'input/onSuccess/smoke',
      event: { ...event, operation } as typeof event,
    });
    const [rule] = followUps;
    assert.ok(rule);
    const asked = (may: boolean, name: string, marker: string) =>
      new CurrentRuleTarget(
        inner,
        () => ({ followUps: [], grants: [] }),
        (each) => {
          const rules = [{ ...rule, name }];
          const run = { rules, organization: 'fabrikam', project: 'shop', mayQueue: () => may };
          return Promise.resolve(each === marker ? run : undefined);
        },
      ).prepare(action, noAbort);
    const { rule: own } = action;
    assert.equal(await asked(true, own, 'run-1'), 'request');
    for (const late of [
      asked(false, own, 'run-1'),
      asked(true, 'input/onSuccess/other', 'run-1'),
      asked(true, own, 'run-2'),
    ]) {
      assert.match(await refusal(late), /may no longer queue it\. Allow the action `queue`/);
    }
  });

  it("is done for a run's request", async () => {
    const action = storedAction(renderedRun(), { rule: 'input/onSuccess/smoke' });
    assert.equal(await prepare(action, { followUps: [], grants: [] }), 'request');
  });

  it('is done for a hook while a grant allows it, and no longer once it is revoked', async () => {
    const config = configFrom(
      whole.replace("['shop-*']\n      queue", "['argocd/shop*']\n      queue"),
    );
    const mayHookQueue: NonNullable<CurrentRules['mayHookQueue']> = (about) =>
      mayHook(config, about);
    const hooked = (namespace: string, pipeline: string) =>
      storedAction(renderedRun({ pipeline }), {
        rule: `hook/${namespace}/smoke/fabrikam/shop/${pipeline}`,
      });
    const granted = hooked('shop', '\\smoke\\web');
    const rules = { followUps, grants, mayHookQueue };
    assert.equal(await prepare(granted, rules), 'request');
    for (const [action, those] of [
      [granted, { followUps, grants }],
      [hooked('bank', '\\smoke\\web'), rules],
      [hooked('shop', 'deploy'), rules],
    ] as const) {
      assert.match(
        await refusal(prepare(action, those)),
        /^Hooks of .* may no longer queue .*`hooks\.grants`/,
      );
    }
  });

  it('is sent and looked up by its target', async () => {
    const target = new CurrentRuleTarget(inner, () => ({ followUps, grants }));
    assert.equal((await target.send('a', noAbort)).id, 1);
    assert.equal((await target.lookUp('a', 0, noAbort))?.id, 2);
  });
});
