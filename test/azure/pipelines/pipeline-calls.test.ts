import assert from 'node:assert/strict';
import { pathOf } from '../../../src/azure/pipelines/pipeline-calls.ts';
import type { PipelineError } from '../../../src/azure/pipelines/pipeline-error.ts';
import { RestPipelines } from '../../../src/azure/pipelines/rest-pipelines.ts';
import { Secret } from '../../../src/secret.ts';
import { noAbort } from '../../argocd/rest/server.ts';
import { rights } from '../../../simulators/azure-devops/principal.ts';
import { errorOf, Organization } from './organization.ts';

describe('The path of a call', () => {
  it('has its version, and keeps every segment and value', () => {
    assert.equal(
      pathOf('my shop/1', ['build', 'builds', 12, 'tags', 'a?b#c'], { name: 'a&b *', $top: 2 }),
      '/my%20shop%2F1/_apis/build/builds/12/tags/a%3Fb%23c?api-version=7.1&name=a%26b+*&%24top=2',
    );
    assert.equal(pathOf('', ['projects'], { x: undefined }), '/_apis/projects?api-version=7.1');
  });
});

describe('Calls with our identity', () => {
  let organization: Organization;
  beforeEach(async () => {
    organization = await Organization.start();
    organization.azure.addPipeline({ name: 'smoke' });
  });
  afterEach(() => organization.stop());

  const find = () =>
    organization.pipelines.find(
      organization.project,
      { kind: 'pipeline', reference: 'smoke' },
      noAbort,
    );

  it('respect a wait in a successful response', async () => {
    const { azure } = organization;
    azure.inject({ operation: 'getPipeline', fault: { kind: 'slowDown', retryAfter: 30 } });
    assert.equal((await find()).id, 21);
    const asked = azure.requests.length;
    const error = await errorOf(find());
    assert.deepEqual([error.kind, error.retryAfter], ['throttled', 30_000]);
    assert.match(error.message, /Azure DevOps requests a wait of 30 s/);
    azure.advance(29_999);
    assert.equal((await errorOf(find())).retryAfter, 1);
    assert.equal(azure.requests.length, asked);
    azure.advance(1);
    assert.equal((await find()).id, 21);
  });

  it('complete what they have started even if one of their responses asks for a wait', async () => {
    const { azure } = organization;
    azure.inject({ operation: 'listDefinitions', fault: { kind: 'slowDown', retryAfter: 30 } });
    assert.equal((await find()).id, 21);
    assert.equal((await errorOf(find())).kind, 'throttled');
  });

  it('respect a wait in a refusal', async () => {
    const { azure } = organization;
    azure.inject({ fault: { kind: 'throttle', retryAfter: 45 } });
    const error = await errorOf(find());
    assert.deepEqual(
      [error.kind, error.reason, error.retryAfter],
      ['throttled', 'throttled', 45_000],
    );
    azure.advance(44_000);
    assert.equal((await errorOf(find())).retryAfter, 1000);
    azure.advance(1000);
    await find();
    assert.equal(azure.requests.length, 3);
  });

  it('are slowed down before they are refused, and continue afterward', async () => {
    const { azure } = organization;
    azure.behavior.rateLimit = { delayedAfter: 6, blockedAfter: 8, retryAfter: 300 };
    const kinds: string[] = [];
    for (let at = 0; at < 5; at++) {
      kinds.push(
        await find().then(
          () => 'found',
          (error: PipelineError) => error.kind,
        ),
      );
    }
    assert.deepEqual(kinds, ['found', 'found', 'found', 'found', 'throttled']);
    azure.advance(300_000);
    await find();
  });

  it('are not sent without a token, and say why', async () => {
    const { azure, project } = organization;
    const token = () => Promise.reject(new Error('AADSTS700016: no such application\n##vso[x]'));
    const http = { answer: () => assert.fail('nothing is sent') };
    const pipelines = new RestPipelines({ http, token, now: () => 0 });
    const what = { kind: 'pipeline', reference: 'smoke' } as const;
    const error = await errorOf(pipelines.find(project, what, noAbort));
    assert.deepEqual([error.kind, error.reason], ['unavailable', 'noToken']);
    assert.match(error.message, /no token for the identity: AADSTS700016/);
    assert.deepEqual(azure.requests, []);
  });

  for (const badToken of ['401', '302', '203'] as const) {
    it(`say that the token is refused if the response is ${badToken}`, async () => {
      const { azure, identity } = organization;
      azure.behavior.badToken = badToken;
      azure.revoke(identity.token);
      const error = await errorOf(find(), identity.token);
      assert.deepEqual([error.kind, error.reason], ['refused', 'unauthenticated']);
    });
  }

  describe('whose token is refused before it expires', () => {
    let renewals: number;
    /** The same pipelines, with a token that is renewed to this one. */
    function renewing(renewed: () => Promise<string>) {
      const { azure, identity } = organization;
      azure.revoke(identity.token);
      renewals = 0;
      return organization.as((refused) => {
        if (refused === undefined) return Promise.resolve(identity.token);
        renewals += 1;
        return renewed();
      });
    }

    for (const badToken of ['401', '302', '203'] as const) {
      it(`are repeated once with another one (after ${badToken})`, async () => {
        const { azure, project } = organization;
        azure.behavior.badToken = badToken;
        const other = azure.addIdentity('argocd handler', rights).token;
        const pipelines = renewing(() => Promise.resolve(other));
        const what = { kind: 'pipeline', reference: 'smoke' } as const;
        const found = await pipelines.find(project, what, noAbort);
        assert.equal(found.name, 'smoke');
        assert.equal(renewals, 1);
        const run = await pipelines.queue(organization.run(found.id), noAbort);
        assert.equal(azure.queuedBuilds.length, 1);
        assert.equal(run.id, azure.queuedBuilds[0]?.id);
        assert.equal(renewals, 2, 'each piece of work asks for itself');
      });
    }

    it('make no more than four requests if all tokens are refused', async () => {
      const { azure, project } = organization;
      const pipelines = renewing(() => Promise.resolve('another'));
      const what = { kind: 'pipeline', reference: 'smoke' } as const;
      const error = await errorOf(pipelines.find(project, what, noAbort), 'another');
      assert.deepEqual([error.kind, error.reason], ['refused', 'unauthenticated']);
      assert.equal(renewals, 1);
      // Each token in both forms.
      assert.equal(azure.requests.length, 4);
    });

    it('say why there is no other', async () => {
      const { project } = organization;
      const pipelines = renewing(() => Promise.reject(new Error('the secret has expired')));
      const what = { kind: 'pipeline', reference: 'smoke' } as const;
      const error = await errorOf(pipelines.find(project, what, noAbort));
      assert.equal(error.reason, 'unauthenticated');
      assert.match(error.message, /it rejected the token \(.*the secret has expired\)/);
    });

    it('keep a queued run even if its tags are refused', async () => {
      const { azure, identity } = organization;
      const pipelines = organization.as((refused) =>
        refused === undefined
          ? Promise.resolve(identity.token)
          : Promise.reject(new Error('the issuer is away')),
      );
      const queued = organization.run(21, { tags: ['argocd'] });
      for (let form = 0; form < 2; form += 1) {
        azure.inject({ operation: 'addTag', fault: { kind: 'answer', status: 401, body: '' } });
      }
      const { id } = await pipelines.queue(queued, noAbort);
      assert.deepEqual(
        azure.queuedBuilds.map((each) => each.id),
        [id],
      );
    });
  });

  it('get a token for every request, and keep none', async () => {
    const { azure, project } = organization;
    const tokens = [
      azure.addIdentity('one', ['View builds']),
      azure.addIdentity('two', ['View builds']),
    ];
    const used = tokens.map(({ token }) => token);
    const http = {
      answer: (call: { readonly token: Secret }) => Promise.reject(new Error(call.token.reveal())),
    };
    let next = 0;
    const token = () => Promise.resolve(new Secret(used[next++] ?? ''));
    const pipelines = new RestPipelines({ http, token, now: () => 0 });
    const what = { kind: 'pipeline', reference: 'smoke' } as const;
    for (const each of used)
      await assert.rejects(pipelines.find(project, what, noAbort), new Error(each));
  });

  for (const body of [
    '{}',
    '[]',
    'null',
    '"x"',
    '{"value":null}',
    '{"value":[{"id":"x"}]}',
    'words',
  ]) {
    it(`refuse the response ${body}`, async () => {
      const { azure } = organization;
      azure.inject({ operation: 'listDefinitions', fault: { kind: 'answer', status: 200, body } });
      const error = await errorOf(find());
      assert.equal(error.kind === 'refused' || error.kind === 'unavailable', true);
    });
  }

  it('do not read an endless response', async () => {
    const { azure } = organization;
    const body = JSON.stringify({ value: [], x: 'x'.repeat(9 * 1024 * 1024) });
    azure.inject({ operation: 'listDefinitions', fault: { kind: 'answer', status: 200, body } });
    assert.match((await errorOf(find())).message, /larger than 8388608 bytes/);
  });
});
