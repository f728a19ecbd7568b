import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import { followUpsSchema } from '../../../src/follow-ups/read-follow-ups.ts';
import { readJob } from '../../../src/task/follow-ups/job.ts';
import { parse } from '../../../src/task/follow-ups/main.ts';
import { problemsOfRules } from '../../../src/task/follow-ups/step-rules.ts';
import type { ConnectionSource } from '../../../src/task/connection.ts';

type Texts = Readonly<Record<string, string>>;

const usual: Texts = {
  'System.CollectionUri': 'https://dev.azure.com/fabrikam/',
  'System.TeamProject': 'shop',
};

function source(variables: Texts = usual, token = 'job-token'): ConnectionSource {
  const field = (name: string) => (name === 'AccessToken' && token !== '' ? token : undefined);
  const endpoint = { url: undefined, scheme: 'OAuth', secret: field, data: () => undefined };
  return {
    endpoint: (id) => (id === 'SYSTEMVSSCONNECTION' ? endpoint : assert.fail(id)),
    variable: (name) => variables[name],
    readFile: (path) => assert.fail(path),
  };
}

function problemsOf(text: string, from = source()): readonly string[] {
  const parsed = parse(text, from);
  return 'value' in parsed ? [] : parsed.problems.map(({ problem }) => problem);
}

describe('The follow-ups of a step', () => {
  it('may name their own organization, in any case', () => {
    assert.deepEqual(problemsOf('onSuccess: Fabrikam/other/smoke'), []);
  });

  it('may omit organization and project', () => {
    assert.deepEqual(problemsOf('onSuccess: smoke\nonFailure: other/rollback'), []);
  });

  it('may use no other organization, and no names of instances: each is reported', () => {
    const text = `
- name: a
  when: { events: [succeeded] }
  do: { queuePipeline: contoso/shop/smoke }
- name: b
  when: { events: [failed] }
  for: { argocd: [prod], labels: 'team=shop' }
  do: { createRelease: { definition: shop/rollback } }`;
    assert.deepEqual(problemsOf(text), [
      "a: the job's token is valid only for the organization fabrikam",
      'b: a step on an agent does not know names of Argo CD instances',
    ]);
  });

  it('queue pipelines, and do nothing else', () => {
    const [rule, ...others] = z.parse(followUpsSchema, [
      {
        name: 'tell',
        when: { events: ['succeeded'] },
        do: { postWebHook: { url: 'https://x.example/secret', secret: 'sixteen-characters' } },
      },
    ]);
    assert.ok(rule !== undefined && others.length === 0);
    assert.deepEqual(
      problemsOfRules([{ ...rule, name: 'input/tell' }], { organization: 'fabrikam' }).map(
        ({ problem }) => problem,
      ),
      ['tell: a step on an agent only queues pipelines, and this is to post to x.example'],
    );
  });

  it("require a job's token, and a project", () => {
    assert.deepEqual(problemsOf('onSuccess: smoke', source(usual, '')), [
      'the agent does not provide a token of this job to queue them',
    ]);
    assert.equal(problemsOf('onSuccess: smoke', source({})).length, 1);
  });
});

describe('The job of a step', () => {
  const addresses: readonly [string, string, string][] = [
    ['https://dev.azure.com/fabrikam/', 'https://dev.azure.com/fabrikam', 'fabrikam'],
    ['https://vsrm.dev.azure.com/fabrikam/', 'https://dev.azure.com/fabrikam', 'fabrikam'],
    ['https://fabrikam.visualstudio.com/', 'https://fabrikam.visualstudio.com', 'fabrikam'],
    ['https://fabrikam.vsrm.visualstudio.com/', 'https://fabrikam.visualstudio.com', 'fabrikam'],
    [
      'https://tfs.example.com/tfs/Main%20Shop/',
      'https://tfs.example.com/tfs/Main%20Shop',
      'Main Shop',
    ],
  ];
  for (const [address, collection, organization] of addresses) {
    it(`belongs to ${organization} at ${address}`, () => {
      const job = readJob(source({ ...usual, 'System.CollectionUri': address }));
      assert.ok('value' in job);
      assert.deepEqual([job.value.collection, job.value.organization], [collection, organization]);
    });
  }

  it('is known from the older variable as well', () => {
    const { 'System.TeamProject': project = '' } = usual;
    const job = readJob(
      source({
        'System.TeamFoundationCollectionUri': 'https://dev.azure.com/fabrikam/',
        'System.TeamProject': project,
      }),
    );
    assert.ok('value' in job && job.value.organization === 'fabrikam');
  });
});
