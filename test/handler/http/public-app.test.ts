import assert from 'node:assert/strict';
import { mostUnproven } from '../../../src/handler/access/pending-quota.ts';
import type * as z from 'zod/mini';
import {
  acceptedSchema,
  cancelingSchema,
  gateAnswerSchema,
  refusalSchema,
  whoamiSchema,
} from '../../../src/handler/http/answers.ts';
import { longestBody } from '../../../src/handler/http/body-text.ts';
import { gateSections } from '../../../src/handler/http/sync-sections.ts';
import { StoreError } from '../../../src/handler/store/store.ts';
import {
  clientToken,
  jobToken,
  leastSync,
  planId,
  renderSections,
  syncBody,
  taskInstanceId,
} from './example-requests.ts';
import { allowing, front, read, type Answered } from './front.ts';

type Headers = Readonly<Record<string, string | undefined>>;

const gateBody = renderSections(leastSync, gateSections);
const bearer = { Authorization: `Bearer ${clientToken}` };

/** The status, after checking that the body is as documented. */
function check(answered: Answered, status: number, schema: z.ZodMiniType): void {
  assert.equal(answered.status, status, answered.text);
  assert.ok(schema.safeParse(answered.body).success, answered.text);
  assert.match(answered.headers.get('content-type') ?? '', /^application\/json/);
  assert.equal(answered.headers.get('cache-control'), 'no-store');
  assert.ok(answered.text.length < 8_000);
  assert.ok(!answered.text.includes(jobToken.slice(0, 12)), 'the token is in the answer');
  assert.ok(!answered.text.includes(clientToken.slice(0, 12)), 'the token is in the answer');
}

describe('POST /v1/syncs', () => {
  it('passes a valid spec to the intake and returns its run', async () => {
    const { post, intake } = front();
    const answered = await post('/v1/syncs', syncBody({ revision: '4f2c9d1' }));
    check(answered, 202, acceptedSchema);
    assert.deepEqual(answered.body, { run: 'run-1', state: 'accepted' });
    assert.equal(intake.orders.length, 1);
    const { spec, token } = intake.orders[0] ?? assert.fail();
    assert.equal(spec.kind, 'sync');
    assert.equal(spec.address.taskInstanceId, taskInstanceId);
    assert.equal(token.reveal(), jobToken);
  });

  it('reports a name that was not filled in with all other faults, but not as denied', async () => {
    const { post, intake } = front();
    for (const name of ['$(argocd)', '${{ parameters.argocd }}', "$[ variables['argocd'] ]"]) {
      const answered = await post('/v1/syncs', syncBody({ argocd: name, revision: '$(tag)' }));
      check(answered, 400, refusalSchema);
      assert.ok(answered.text.includes(JSON.stringify(name).slice(1, -1)), answered.text);
      assert.match(answered.text, /argocd .*revision .*\$\(tag\)/);
    }
    const body = renderSections(
      { ...leastSync, azureProject: '$(System.TeamProject)' },
      gateSections,
    );
    const gate = await post('/v1/gate', body);
    check(gate, 400, refusalSchema);
    assert.match(gate.text, /azureProject/);
    assert.equal(intake.orders.length, 0);
  });

  it('accepts extra slashes, which the URL of a connection adds', async () => {
    const { post } = front();
    for (const path of ['//v1/syncs', '///v1/syncs']) {
      check(await post(path, syncBody()), 202, acceptedSchema);
    }
  });

  it('accepts the token as the password of Basic', async () => {
    const { post } = front();
    const basic = Buffer.from(`whoever:${clientToken}`).toString('base64');
    check(
      await post('/v1/syncs', syncBody(), { Authorization: `Basic ${basic}` }),
      202,
      acceptedSchema,
    );
  });

  it('accepts JSON', async () => {
    const { post, intake } = front();
    const body = JSON.stringify({ ...leastSync, prune: false, timeoutSeconds: 600 });
    check(
      await post('/v1/syncs', body, { 'Content-Type': 'application/json' }),
      202,
      acceptedSchema,
    );
    const [order] = intake.orders;
    assert.ok(order !== undefined && order.spec.kind !== 'claim');
    assert.equal(order.spec.request.timeout, 600_000);
  });

  it('cancels if the header block says so', async () => {
    const { post, intake } = front();
    check(await post('/v1/syncs', '', { RequestType: 'Cancel' }), 202, cancelingSchema);
    assert.equal(intake.cancellations.length, 1);
    assert.equal(intake.orders.length, 0);
  });

  it('redacts both tokens from the inputs before anything reads them', async () => {
    const { post, intake } = front();
    const spelled = `\\u0065${jobToken.slice(1)}`;
    const json = JSON.stringify({ ...leastSync, pipeline: 'X' }).replace('X', spelled);
    check(await post('/v1/syncs', syncBody({ pipeline: `a ${jobToken}` })), 202, acceptedSchema);
    check(await post('/v1/syncs', syncBody({ info: `b=${clientToken}` })), 202, acceptedSchema);
    check(await post('/v1/syncs', json), 202, acceptedSchema);
    check(await post('/v1/syncs', syncBody({ argocd: `prod${jobToken}` })), 403, refusalSchema);
    check(await post('/v1/syncs', syncBody({ prune: jobToken })), 400, refusalSchema);
    const stored = JSON.stringify(intake.orders.map(({ spec }) => spec));
    assert.equal(intake.orders.length, 3);
    assert.ok(!stored.includes(jobToken) && !stored.includes(clientToken));
    assert.equal(stored.split('***').length, 4);
  });

  it('shows no token if a body cannot be parsed', async () => {
    const { post } = front();
    for (const body of [`${syncBody()}--${planId} ${jobToken}\n`, `{"a": ${jobToken}}`]) {
      const answered = await post('/v1/syncs', body);
      check(answered, 400, refusalSchema);
      assert.ok(!answered.text.includes(jobToken.slice(0, 6)), answered.text);
    }
  });

  const refused: readonly (readonly [string, string, Headers, number, string, RegExp])[] = [
    [
      'no token',
      syncBody(),
      { Authorization: undefined },
      401,
      'unauthenticated',
      /^The token of the service connection is missing or not recognized\.$/,
    ],
    ['a wrong token', syncBody(), { Authorization: 'Bearer wrong' }, 401, 'unauthenticated', /./],
    [
      'a variable instead of the token',
      syncBody(),
      { Authorization: 'Bearer $(handlerToken)' },
      401,
      'unauthenticated',
      /is \$\(handlerToken\), but connections do not expand variables/,
    ],
    [
      "the job's token instead of the client's",
      syncBody(),
      { Authorization: `Bearer ${jobToken}` },
      401,
      'unauthenticated',
      /./,
    ],
    [
      'headers that name no run',
      syncBody(),
      { PlanId: undefined },
      400,
      'headers',
      /^The headers do not identify the run/,
    ],
    [
      'another collection',
      syncBody(),
      { PlanUrl: 'https://evil.example.com/x/' },
      400,
      'collection',
      /./,
    ],
    ['unknown sections', 'hello', {}, 400, 'body', /^The body cannot be parsed/],
    [
      'a client without rights',
      syncBody(),
      { Authorization: 'Bearer client-token-of-a-stranger' },
      403,
      'denied',
      /^No rule .*"stranger".*"prod".*"shop"/,
    ],
    ['an unknown Argo CD', syncBody({ argocd: 'other' }), {}, 403, 'denied', /^No rule .*"other"/],
    ['another project', syncBody({ azureProject: 'bank' }), {}, 403, 'denied', /^No rule .*"bank"/],
    [
      'invalid inputs',
      syncBody({ prune: 'x', force: 'y' }),
      {},
      400,
      'inputs',
      /^2 inputs are invalid: nothing was started\.$/,
    ],
    [
      'another application',
      syncBody({ applications: 'bank' }),
      {},
      403,
      'denied',
      /^No rule .*"bank"/,
    ],
    ['another AppProject', syncBody({ project: 'bank' }), {}, 403, 'denied', /^No rule /],
    [
      'an action that is not allowed',
      syncBody({ prune: 'true' }),
      {},
      403,
      'denied',
      /^No rule .*prune/,
    ],
    [
      'a body that is too long',
      syncBody({ info: 'x'.repeat(longestBody) }),
      {},
      413,
      'too-large',
      /256 KiB/,
    ],
  ];
  for (const [what, body, headers, status, reason, message] of refused) {
    it(`refuses ${what}`, async () => {
      const { post, intake, refusals } = front();
      const answered = await post('/v1/syncs', body, headers);
      check(answered, status, refusalSchema);
      assert.match(String(answered.body['message']), message);
      assert.equal(intake.orders.length, 0);
      assert.deepEqual(
        refusals.map((call) => [call.path, call.status, call.reason]),
        [['/v1/syncs', status, reason]],
      );
    });
  }

  it('checks one thing after another: token, headers, body, rights, inputs, rights', async () => {
    const { post } = front();
    const mend: readonly (readonly [Headers, string, number])[] = [
      [{ Authorization: 'Bearer x', PlanId: 'x' }, 'hello', 401],
      [{ PlanId: 'x' }, 'hello', 400],
      [{}, 'hello', 400],
      [{}, syncBody({ azureProject: 'bank', applications: 'bank', prune: 'x' }), 403],
      [{}, syncBody({ applications: 'bank', prune: 'x' }), 400],
      [{}, syncBody({ applications: 'bank' }), 403],
      [{}, syncBody(), 202],
    ];
    for (const [headers, body, status] of mend) {
      assert.equal((await post('/v1/syncs', body, headers)).status, status);
    }
  });

  it('reports the denials of all applications', async () => {
    const { post } = front();
    const answered = await post('/v1/syncs', syncBody({ applications: 'bank,shop-web,mint' }));
    check(answered, 403, refusalSchema);
    assert.match(String(answered.body['message']), /"bank"/);
    assert.match(String(answered.body['faults']), /^rules: .*"mint"/);
  });

  it('refuses more requests than a client may send, and says when it may send again', async () => {
    const { post, clock } = front({ limits: { requestsPerSecond: 1, burst: 2, pendingRuns: 9 } });
    check(await post('/v1/syncs', syncBody()), 202, acceptedSchema);
    check(await post('/v1/syncs', syncBody()), 202, acceptedSchema);
    const answered = await post('/v1/syncs', syncBody());
    check(answered, 429, refusalSchema);
    assert.equal(answered.headers.get('retry-after'), '1');
    await clock.pass(1_000);
    check(await post('/v1/syncs', syncBody()), 202, acceptedSchema);
  });

  it("does not let strangers use up a client's requests", async () => {
    const { post } = front({ limits: { requestsPerSecond: 1, burst: 1, pendingRuns: 9 } });
    for (let count = 0; count < 5; count += 1) {
      const answered = await post('/v1/syncs', syncBody(), { Authorization: 'Bearer wrong' });
      assert.equal(answered.status, 401);
    }
    check(await post('/v1/syncs', syncBody()), 202, acceptedSchema);
  });

  it('counts concurrent requests for runs one by one', async () => {
    const { post, intake } = front();
    intake.pendingOf = () => intake.orders.length;
    intake.known = () => Promise.resolve(undefined);
    const answers = await Promise.all(
      Array.from({ length: 9 }, () => post('/v1/syncs', syncBody())),
    );
    const count = (status: number) => answers.filter((one) => one.status === status).length;
    assert.deepEqual([count(202), count(429)], [3, 6]);
  });

  it('refuses further runs of a client that has too many open ones', async () => {
    const { post, intake, refusals } = front();
    intake.pending = 3;
    const answered = await post('/v1/syncs', syncBody());
    check(answered, 429, refusalSchema);
    assert.match(String(answered.body['message']), /limits\.pendingRuns/);
    assert.ok(answered.headers.has('retry-after'));
    assert.equal(refusals[0]?.reason, 'quota');
  });

  it('refuses further requests of a client whose unproven requests are too large', async () => {
    const { post, intake, refusals } = front();
    intake.unproven = mostUnproven;
    const answered = await post('/v1/syncs', syncBody());
    check(answered, 429, refusalSchema);
    assert.match(String(answered.body['message']), /are not verified with Azure DevOps/);
    assert.ok(answered.headers.has('retry-after'));
    assert.equal(refusals[0]?.reason, 'quota');
    assert.equal(intake.orders.length, 0);
  });

  it('answers the same request of such a client as before', async () => {
    const { post, intake } = front();
    const first = await post('/v1/syncs', syncBody());
    intake.pending = 3;
    const again = await post('/v1/syncs', syncBody());
    check(again, 202, acceptedSchema);
    assert.equal(again.body['run'], first.body['run']);
    assert.equal(intake.orders.length, 1);
  });

  it('reports that nothing can be stored', async () => {
    const { post, intake, refusals, errors } = front();
    intake.failure = new StoreError('the disk is full');
    const answered = await post('/v1/syncs', syncBody());
    check(answered, 503, refusalSchema);
    assert.match(String(answered.body['message']), /nothing was started: the disk is full$/);
    assert.equal(refusals[0]?.reason, 'unstored');
    assert.deepEqual(errors, []);
  });

  it('reports an unexpected error only in the log', async () => {
    const { post, intake, errors } = front();
    intake.failure = new TypeError('secret detail');
    const answered = await post('/v1/syncs', syncBody());
    check(answered, 500, refusalSchema);
    assert.ok(!answered.text.includes('secret detail'));
    assert.deepEqual(errors, [intake.failure]);
  });

  it('uses the current configuration', async () => {
    const { post, access } = front();
    assert.equal((await post('/v1/syncs', syncBody({ prune: 'true' }))).status, 403);
    access.configure(allowing('sync', 'prune'));
    check(await post('/v1/syncs', syncBody({ prune: 'true' })), 202, acceptedSchema);
  });
});

describe('POST /v1/syncs/cancel', () => {
  it('reports that a client has too many unproven requests', async () => {
    const { post, intake } = front();
    intake.hasTooManyCancels = true;
    for (const [path, headers] of [
      ['/v1/syncs/cancel', {}],
      ['/v1/syncs', { RequestType: 'Cancel' }],
    ] as const) {
      const answered = await post(path, '', headers);
      check(answered, 429, refusalSchema);
      assert.match(String(answered.body['message']), /cancellations that match no run/);
      assert.ok(answered.headers.has('retry-after'));
    }
  });

  it('passes address and token to the intake', async () => {
    const { post, intake } = front();
    check(await post('/v1/syncs/cancel', ''), 202, cancelingSchema);
    const { address, token } = intake.cancellations[0] ?? assert.fail();
    assert.equal(address.planId, planId);
    assert.equal(token.reveal(), jobToken);
  });

  it('refuses whatever a sync would refuse', async () => {
    const { post, intake } = front();
    check(await post('/v1/syncs/cancel', '', { Authorization: 'Bearer x' }), 401, refusalSchema);
    check(await post('/v1/syncs/cancel', '', { AuthToken: '' }), 400, refusalSchema);
    check(
      await post('/v1/syncs/cancel', '', { PlanUrl: 'https://evil.example.com/' }),
      400,
      refusalSchema,
    );
    intake.failure = new StoreError('the disk is full');
    check(await post('/v1/syncs/cancel', ''), 503, refusalSchema);
    assert.equal(intake.cancellations.length, 0);
  });
});

describe('POST /v1/checks', () => {
  it('passes a waiting spec with its build to the intake', async () => {
    const { post, intake } = front();
    const body = JSON.stringify({ ...leastSync, requireHealthy: true, timeoutSeconds: 600 });
    const headers = { 'Content-Type': 'application/json', HubName: 'checks', BuildId: '4711' };
    check(await post('/v1/checks', body, headers), 202, acceptedSchema);
    const { spec } = intake.orders[0] ?? assert.fail();
    assert.equal(spec.kind, 'check');
    assert.equal(spec.buildId, 4_711);
    assert.equal(spec.request.goal.action, 'wait');
  });

  it('requires only the right to read', async () => {
    const { post } = front(allowing('gate'));
    check(await post('/v1/checks', JSON.stringify(leastSync)), 202, acceptedSchema);
    check(await post('/v1/syncs', syncBody()), 403, refusalSchema);
  });

  it('refuses inputs of a sync', async () => {
    const { post } = front();
    const answered = await post('/v1/checks', JSON.stringify({ ...leastSync, prune: true }));
    check(answered, 400, refusalSchema);
    assert.match(String(answered.body['faults']), /unknown name: "prune"/);
  });
});

describe('POST /v1/gate', () => {
  it('immediately returns what is known', async () => {
    const { post, gates } = front();
    gates.answer = {
      status: 'waiting',
      message: 'shop-web is Progressing',
      applications: [{ name: 'shop-web', status: 'waiting', message: 'Progressing' }],
    };
    const answered = await post('/v1/gate', gateBody);
    check(answered, 200, gateAnswerSchema);
    assert.deepEqual(answered.body, gates.answer);
    assert.equal(gates.questions[0]?.argocd, 'prod');
  });

  it('lets the gate evaluator read only what a rule allows', async () => {
    const { post, gates } = front();
    await post('/v1/gate', gateBody);
    const { isAllowed } = gates.questions[0] ?? assert.fail();
    assert.equal(isAllowed({ name: 'shop-web' }, 'default'), true);
    assert.equal(isAllowed({ name: 'shop-web' }, 'bank'), false);
    assert.equal(isAllowed({ name: 'bank' }, 'default'), false);
  });

  it("does not need the job's token", async () => {
    const { post } = front();
    check(await post('/v1/gate', gateBody, { AuthToken: undefined }), 200, gateAnswerSchema);
  });

  it('refuses an invalid request, and a caller whom no rule allows to read', async () => {
    const { post, gates } = front();
    check(await post('/v1/gate', gateBody, { Authorization: undefined }), 401, refusalSchema);
    check(
      await post('/v1/gate', gateBody, { PlanUrl: 'https://evil.example.com/' }),
      400,
      refusalSchema,
    );
    check(await post('/v1/gate', 'hello'), 400, refusalSchema);
    const none = renderSections({ ...leastSync, applications: '' }, gateSections);
    check(await post('/v1/gate', none), 400, refusalSchema);
    for (const changes of [{ argocd: 'other' }, { applications: 'bank' }, { project: 'bank' }]) {
      const body = renderSections({ ...leastSync, ...changes }, gateSections);
      check(await post('/v1/gate', body), 403, refusalSchema);
    }
    assert.equal(gates.questions.length, 0);
  });
});

describe('GET /v1/whoami', () => {
  it('says that this is the handler, and whose token it is', async () => {
    const { app } = front();
    const answered = await read(await app.request('//v1/whoami', { headers: bearer }));
    check(answered, 200, whoamiSchema);
    assert.deepEqual(answered.body, {
      handler: 'argocd-for-azure-pipelines',
      version: '1.2.3',
      client: 'fabrikam',
    });
  });

  it('refuses everybody else in JSON', async () => {
    const { app } = front();
    const answered = await read(await app.request('/v1/whoami'));
    check(answered, 401, refusalSchema);
    assert.equal(answered.headers.get('www-authenticate'), 'Bearer');
  });
});

describe('Any other path', () => {
  it('does not exist', async () => {
    const { app } = front();
    const paths = [
      '/',
      '/v1',
      '/v1/sync',
      '/v1/syncs/',
      '/v1/syncs/x',
      '/livez',
      '/metrics',
      '/v1/runs/1',
    ];
    for (const path of paths) {
      for (const method of ['GET', 'POST']) {
        check(await read(await app.request(path, { method, headers: bearer })), 404, refusalSchema);
      }
    }
  });

  it('may be a route with another method', async () => {
    const { app } = front();
    for (const [method, path, allow] of [
      ['GET', '/v1/syncs', 'POST'],
      ['PUT', '/v1/gate', 'POST'],
      ['DELETE', '/v1/checks', 'POST'],
      ['POST', '/v1/whoami', 'GET'],
    ] as const) {
      const answered = await read(await app.request(path, { method }));
      check(answered, 405, refusalSchema);
      assert.equal(answered.headers.get('allow'), allow);
    }
  });
});
