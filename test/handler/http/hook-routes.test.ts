import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { HookIdentity } from '../../../src/handler/access/hook-identity.ts';
import type { HookGrant } from '../../../src/handler/config/hooks-config.ts';
import { longestHookBody } from '../../../src/handler/http/hook-body.ts';
import { body, followUp, grant, hooked, identity } from './hooked-front.ts';

describe('POST /v1/hooks', () => {
  it('passes on a call whose hook, application and pipeline are granted, and returns the result', async () => {
    const { post, hooks, answers } = hooked();
    const answered = await post(body);
    assert.equal(answered.status, 202);
    assert.deepEqual(answered.body, {
      application: 'shop-web',
      phase: 'PostSync',
      followUps: [{ ...followUp, run: null }],
    });
    const [call] = hooks.calls;
    assert.equal(call?.argocd, 'prod');
    const { organization, project, pipeline } = call?.queue ?? assert.fail();
    assert.deepEqual([organization, project, pipeline], ['fabrikam', 'shop', 'smoke-tests']);
    assert.deepEqual(answers, ['/v1/hooks']);
  });

  it('accepts a hook that only notifies, even if it may queue nothing', async () => {
    const { post, hooks } = hooked(identity, [{ ...grant, queue: [] }]);
    const { application, hook } = body;
    assert.equal((await post({ application, hook })).status, 202);
    assert.equal(hooks.calls[0]?.queue, undefined);
    assert.equal((await post(body)).status, 403);
  });

  it('requests the waiting task, and returns what is known about it, whatever pipelines are granted', async () => {
    const { application, hook } = body;
    const asked = { application, hook, complete: true };
    const { post, hooks } = hooked(identity, [{ ...grant, queue: [] }]);
    const task = { run: 'run-1', state: 'following', outcome: undefined } as const;
    hooks.answer = { kind: 'accepted', phase: 'PostSync', followUps: [], task };
    assert.deepEqual((await post(asked)).body['task'], { ...task, outcome: null });
    hooks.answer = { ...hooks.answer, task: 'none' };
    assert.equal((await post(asked)).body['task'], null);
    assert.deepEqual(
      hooks.calls.map(({ completes, queue }) => [completes, queue]),
      [
        [true, undefined],
        [true, undefined],
      ],
    );
    hooks.answer = { kind: 'unfollowed' };
    const unfollowed = await post(asked);
    assert.equal(unfollowed.status, 403);
    assert.match(unfollowed.text, /needs `announcedRuns` of Argo CD prod/);
  });

  it('reads the application from the build environment or the tracking id', async () => {
    const teams = { ...grant, applications: ['team-a/web'] };
    for (const application of ['team-a/web', 'team-a_web']) {
      const { post, hooks } = hooked(identity, [teams]);
      assert.equal((await post({ ...body, application })).status, 202);
      assert.deepEqual(hooks.calls[0]?.application, { namespace: 'team-a', name: 'web' });
    }
  });

  const denied: readonly (readonly [string, object, RegExp])[] = [
    [
      'an application of the same name in another namespace',
      { application: 'team-a/shop-web' },
      /allows service account/,
    ],
    ['the same by its name in a tracking id', { application: 'team-a_shop-web' }, /allows/],
    ['another application', { application: 'bank' }, /for application bank/],
    [
      "another namespace's hook",
      { hook: { name: 'smoke-tests', namespace: 'bank' } },
      /token belongs to namespace shop/,
    ],
    [
      'a hook that is not the calling pod',
      { hook: { name: 'other', namespace: 'shop' } },
      /not one of hook other/,
    ],
    ['another Argo CD', { argocd: 'test' }, /of Argo CD test/],
    ['a pipeline that is not granted', { queue: 'shop/deploy' }, /queue fabrikam\/shop\/deploy/],
    ['a pipeline of another project', { queue: 'bank/smoke-tests' }, /queue fabrikam\/bank/],
    ['a pipeline of another organization', { queue: 'contoso/shop/smoke-tests' }, /queue contoso/],
    [
      'a pipeline by an id that would hide its name',
      { queue: 'shop/42' },
      /queue fabrikam\/shop\/42/,
    ],
  ];
  for (const [what, changes, message] of denied) {
    it(`denies ${what}`, async () => {
      const { post, hooks, refusals } = hooked();
      const answered = await post({ ...body, ...changes });
      assert.equal(answered.status, 403, answered.text);
      assert.match(String(answered.body['message']), message);
      assert.equal(hooks.calls.length, 0);
      assert.equal(refusals[0]?.client, 'prod:shop/argocd-hooks');
    });
  }

  const misplaced: readonly (readonly [string, object])[] = [
    ['argocd', { argocd: 'a-secret-token' }],
    ['application', { application: 'a-secret-token' }],
    ['hook', { hook: { name: 'a-secret-token', namespace: 'shop' } }],
    ['queue', { queue: 'a-secret-token/smoke-tests' }],
    ['each', { each: 'a-secret-token' }],
    ['an unknown field', { 'a-secret-token': 1 }],
  ];
  const tokenHeaders = {
    Authorization: ['Bearer a-secret-token', `Basic ${btoa('hook:a-secret-token')}`],
    AuthToken: ['a-secret-token'],
  };
  for (const [place, changes] of misplaced) {
    it(`never repeats a token in the body's ${place}`, async () => {
      for (const [name, values] of Object.entries(tokenHeaders)) {
        for (const value of values) {
          const plain = JSON.stringify({ ...body, ...changes });
          for (const text of [plain, plain.replaceAll('a-secret', String.raw`\u0061-secret`)]) {
            const { post, refusals } = hooked();
            const answered = await post(text, { [name]: value });
            assert.ok(answered.status >= 400, answered.text);
            assert.doesNotMatch(answered.text + JSON.stringify(refusals), /a-secret-token/);
          }
        }
      }
    });
  }

  it('finds a hook that does not say which it is by the pod that its token proves', async () => {
    const { post, hooks } = hooked(identity, [{ ...grant, applications: ['team-a/shop-web'] }]);
    const answered = await post({ queue: 'shop/smoke-tests' });
    assert.equal(answered.status, 202, answered.text);
    assert.equal(answered.body['application'], 'team-a/shop-web');
    const [call] = hooks.calls;
    assert.deepEqual(call?.hook, { pod: 'smoke-tests-x7k2p', namespace: 'shop' });
    assert.deepEqual(call?.application, { namespace: 'team-a', name: 'shop-web' });
    hooks.answer = { kind: 'unseen' };
    const unseen = await post({ queue: 'shop/smoke-tests' });
    assert.equal(unseen.status, 409);
    assert.match(unseen.text, /shows no hook of pod shop\/smoke-tests-x7k2p running/);
    hooks.answer = { kind: 'ambiguous' };
    const ambiguous = await post({ queue: 'shop/smoke-tests' });
    assert.equal(ambiguous.status, 400);
    assert.match(ambiguous.text, /Several hooks .*name one in `hook`/);
  });

  const { application } = body;
  const unnamed: readonly (readonly [
    string,
    HookIdentity,
    readonly HookGrant[],
    object,
    RegExp,
  ])[] = [
    [
      'no hook, with a token of no pod',
      { ...identity, account: { namespace: 'shop', name: 'argocd-hooks', pod: undefined } },
      [grant],
      { application },
      /does not identify a pod: name the hook in `hook`/,
    ],
    [
      'no hook, with a key',
      { caller: 'prod', account: undefined },
      [grant],
      { application },
      /does not identify a pod/,
    ],
    [
      'no application, with a grant for a pattern',
      identity,
      [grant],
      {},
      /several applications: name one in `application`/,
    ],
    [
      'no application, with grants for two',
      identity,
      [
        { ...grant, applications: ['shop-web'] },
        { ...grant, applications: ['shop-api'] },
      ],
      {},
      /several applications/,
    ],
  ];
  for (const [what, whose, grants, given, message] of unnamed) {
    it(`asks for more where a call names ${what}`, async () => {
      const { post, hooks } = hooked(whose, grants);
      const answered = await post({ ...given, queue: 'shop/smoke-tests' });
      assert.equal(answered.status, 400, answered.text);
      assert.match(answered.text, message);
      assert.equal(hooks.calls.length, 0);
    });
  }

  it('says of another AppProject what it says of what is not there', async () => {
    const other = hooked(identity, [{ ...grant, appProjects: ['bank'] }]);
    const missing = hooked();
    missing.hooks.answer = { kind: 'unseen' };
    const [one, two] = [await other.post(body), await missing.post(body)];
    assert.equal(one.status, 409);
    assert.equal(one.text, two.text);
    assert.equal(one.headers.get('retry-after'), '2');
  });

  it('requires one grant that allows both the application and the pipeline', async () => {
    const halves = [
      { ...grant, applications: ['bank'] },
      { ...grant, queue: [] },
    ];
    assert.equal((await hooked(identity, halves).post(body)).status, 403);
  });

  const faulty: readonly (readonly [string, unknown, number])[] = [
    ['no JSON', '{', 400],
    ['a list', [], 400],
    ['nothing', {}, 400],
    ['an unknown field', { ...body, sudo: true }, 400],
    ['a pipeline that is a URL', { ...body, queue: 'https://evil.example.com/x' }, 400],
    ['a pipeline with a parent path', { ...body, queue: 'shop/..\\..' }, 400],
    ['a pipeline without a project', { ...body, queue: 'smoke-tests' }, 400],
    ['an application with a wildcard', { ...body, application: 'shop-*' }, 400],
    ['an application that is a path', { ...body, application: '../../shop-web' }, 400],
    ['a hook that is a path', { ...body, hook: { name: '../x', namespace: 'shop' } }, 400],
    ['an unknown phase', { ...body, phase: 'Later' }, 400],
    ['a misspelled template', { ...body, queue: { pipeline: 'shop/x', branch: '{{brnch}}' } }, 400],
    ['a task that will not be completed', { ...body, complete: false }, 400],
    ['a task together with a pipeline', { ...body, complete: true }, 400],
    ['depths', '['.repeat(longestHookBody - 10), 400],
    ['more entries than allowed', JSON.stringify(body).padEnd(longestHookBody + 1), 413],
  ];
  for (const [what, given, status] of faulty) {
    it(`refuses ${what}`, async () => {
      const { post, hooks } = hooked();
      const answered = await post(given);
      assert.equal(answered.status, status, answered.text);
      assert.ok(answered.text.length < 4_000);
      assert.equal(hooks.calls.length, 0);
    });
  }

  it('reports all faults at once', async () => {
    const { post } = hooked();
    const { body: answer } = await post({ ...body, application: '*', phase: 'x', each: 'day' });
    assert.equal((answer['faults'] as readonly string[]).length, 3);
  });

  it('reads no body of an unknown caller', async () => {
    const unknown = { kind: 'unauthenticated', message: 'Nobody.' } as const;
    const { post, hooks } = hooked(unknown);
    assert.equal((await post('x'.repeat(100_000))).status, 401);
    assert.equal(hooks.calls.length, 0);
  });

  it('limits how often one hook calls', async () => {
    const { post, clock } = hooked();
    const statuses: number[] = [];
    for (let call = 0; call < 60; call++) statuses.push((await post(body)).status);
    assert.ok(statuses.includes(429));
    clock.jump(60_000);
    assert.equal((await post(body)).status, 202);
  });
});

describe('GET /v1/hooks/{id}', () => {
  it('returns the progress of a follow-up, and waits no longer than half a minute', async () => {
    const { get, hooks, answers } = hooked();
    const answered = await get(`/v1/hooks/${followUp.id}?wait=900`);
    assert.deepEqual(answered.body, { ...followUp, run: null });
    assert.deepEqual(hooks.waits, [30_000]);
    assert.deepEqual(answers, ['/v1/hooks/{id}']);
  });

  it('treats what is not granted like what does not exist', async () => {
    const { get } = hooked();
    const stranger = hooked(identity, [{ ...grant, appProjects: ['bank'] }]);
    const [one, two] = [
      await stranger.get(`/v1/hooks/${followUp.id}`),
      await get('/v1/hooks/999999999999999'),
    ];
    assert.equal(one.status, 404);
    assert.equal(one.text, two.text);
  });

  it('does not look up an invalid id', async () => {
    const { get, hooks } = hooked();
    for (const id of ['1', '..%2f..', 'x'.repeat(500)]) {
      assert.equal((await get(`/v1/hooks/${id}`)).status, 404);
    }
    assert.equal(hooks.waits.length, 0);
  });
});
