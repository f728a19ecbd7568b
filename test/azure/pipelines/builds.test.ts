import assert from 'node:assert/strict';
import type { PipelineReason } from '../../../src/azure/pipelines/pipeline-error.ts';
import type { BuildRequest, RunMark, RunRequest } from '../../../src/azure/pipelines/pipelines.ts';
import type { PipelineOptions } from '../../../simulators/azure-devops/pipeline-definition.ts';
import type { Right } from '../../../simulators/azure-devops/principal.ts';
import { rights } from '../../../simulators/azure-devops/principal.ts';
import { noAbort } from '../../argocd/rest/server.ts';
import { errorOf, Organization } from './organization.ts';

const numbered = {
  parameters: [{ name: 'event', type: 'number' }],
  runNumber: 'argocd-${{ parameters.event }}',
} as const;
const lesser: readonly Right[] = ['View builds', 'Queue builds'];
const free = [{ name: 'event' }] as const;

describe('Runs of pipelines', () => {
  let organization: Organization;
  afterEach(() => organization.stop());

  async function start(
    options: Partial<PipelineOptions>,
    may: readonly Right[] = rights,
  ): Promise<RunRequest> {
    organization = await Organization.start(may);
    return organization.run(organization.azure.addPipeline({ name: 'smoke', ...options }).id);
  }

  const marks: readonly [string, Partial<PipelineOptions>, Partial<RunRequest>, RunMark][] = [
    ['takes the event and uses it in its number', numbered, {}, 'buildNumber'],
    [
      'uses it and more in its number',
      { ...numbered, runNumber: 'argocd-${{ parameters.event }}-$(Rev:r)' },
      {},
      'buildNumber',
    ],
    ['only takes it', { parameters: free }, {}, 'parameter'],
    [
      'uses it elsewhere in its number',
      { ...numbered, runNumber: 'x-${{ parameters.event }}' },
      {},
      'parameter',
    ],
    ['takes any variable', {}, {}, 'variable'],
    ['takes it as a variable', { settableVariables: ['event'] }, {}, 'variable'],
    ['does not take it', { settableVariables: [] }, {}, 'tag'],
    [
      'gets a value for it from the rule',
      { ...numbered, settableVariables: [] },
      { parameters: { event: '1' } },
      'tag',
    ],
    ['gets a value for the variable from the rule', {}, { variables: { event: '1' } }, 'tag'],
  ];
  for (const [what, options, about, mark] of marks) {
    it(`are found by ${mark} if the pipeline ${what}`, async () => {
      const request = { ...(await start(options)), ...about };
      const { azure, pipelines } = organization;
      assert.equal((await pipelines.check(request, noAbort)).mark, mark);
      assert.deepEqual(azure.queuedBuilds, []);
      await pipelines.queue({ ...request, mark }, noAbort);
      assert.equal(azure.queuedBuilds.length, 1);
      assert.deepEqual(azure.faults, []);
    });
  }

  it('need only the lesser right if the event is in the number', async () => {
    const request = await start(numbered, lesser);
    const { mark } = await organization.pipelines.check(request, noAbort);
    await organization.pipelines.queue({ ...request, mark }, noAbort);
    assert.equal(mark, 'buildNumber');
  });

  it('need no greater right than their pipeline, just to be found again', async () => {
    const request = await start({}, lesser);
    const { azure, pipelines } = organization;
    assert.equal((await pipelines.check(request, noAbort)).mark, 'tag');
    const run = await pipelines.queue({ ...request, mark: 'variable' }, noAbort);
    assert.deepEqual(azure.queuedBuilds[0]?.queued.tags, ['argocd-4711']);
    assert.equal((await pipelines.lookUp(request, azure.now, noAbort))?.id, run.id);
  });

  const refused: readonly {
    what: string;
    options?: Partial<PipelineOptions>;
    about?: Partial<RunRequest>;
    may?: readonly Right[];
    reason: PipelineReason;
    message: RegExp;
  }[] = [
    {
      what: 'that may not be queued',
      may: ['View builds'],
      reason: 'notAuthorized',
      message: /argocd handler needs Queue builds permissions/,
    },
    {
      what: 'whose free text may not be set',
      options: { parameters: free },
      may: lesser,
      reason: 'needsEditQueueConfiguration',
      message: /may queue it, but may not set free text or variables/,
    },
    {
      what: 'whose variables may not be set',
      about: { variables: { a: '1' } },
      may: lesser,
      reason: 'needsEditQueueConfiguration',
      message: /may queue it, but may not set/,
    },
    {
      what: 'that may not be read',
      may: [],
      reason: 'unknownPipeline',
      message: /the pipeline does not exist, or the identity may not see it/,
    },
    {
      what: 'with undeclared parameters',
      about: { parameters: { one: '1', two: '2' } },
      reason: 'undeclaredParameter',
      message: /the parameters one, two/,
    },
    {
      what: 'without a required parameter',
      options: { parameters: [{ name: 'size' }] },
      reason: 'missingParameter',
      message: /the parameter size/,
    },
    {
      what: 'with a value that is not allowed',
      options: { parameters: [{ name: 'size', values: ['s', 'm'] }] },
      about: { parameters: { size: 'xl' } },
      reason: 'invalidParameter',
      message: /the parameter size/,
    },
    {
      what: 'with variables that may not be set',
      options: { settableVariables: ['other'] },
      about: { variables: { a: '1', b: '2' } },
      reason: 'variableNotSettable',
      message: /the variables a, b/,
    },
    {
      what: 'of a missing branch',
      about: { ref: 'refs/heads/gone' },
      reason: 'missingBranch',
      message: /refs\/heads\/gone/,
    },
    {
      what: 'with a missing resource',
      about: { pipelineResources: { libs: '1' } },
      reason: 'missingResource',
      message: /resource libs/,
    },
    {
      what: 'that skip a missing stage',
      about: { stagesToSkip: ['Nope'] },
      reason: 'invalidPipeline',
      message: /Stage Nope does not exist/,
    },
    {
      what: 'with an invalid pipeline',
      options: { invalid: 'Unexpected value "stepz"' },
      reason: 'invalidPipeline',
      message: /\(Line: 7, Col: 3\): Unexpected value "stepz"/,
    },
    {
      what: 'of a missing project',
      about: { project: 'nowhere' },
      reason: 'unknownProject',
      message: /the project nowhere/,
    },
    {
      what: 'of an organization that is not configured',
      about: { organization: 'https://dev.azure.com/contoso' },
      reason: 'unknownOrganization',
      message: /tokens may not be sent to this address/,
    },
  ];
  for (const { what, options = {}, about = {}, may = rights, reason, message } of refused) {
    it(`are refused, and not queued, ${what}`, async () => {
      const request = { ...(await start(options, may)), ...about };
      const { azure, pipelines, identity } = organization;
      const mark = options.parameters === free ? 'parameter' : 'tag';
      for (const call of [
        pipelines.check(request, noAbort),
        pipelines.queue({ ...request, mark }, noAbort),
      ]) {
        const error = await errorOf(call, identity.token);
        assert.deepEqual([error.kind, error.reason], ['refused', reason]);
        assert.match(error.message, message);
      }
      assert.deepEqual(azure.queuedBuilds, []);
      assert.deepEqual(azure.faults, []);
    });
  }

  it('are refused for a disabled pipeline', async () => {
    const request = await start({});
    const { azure, pipelines } = organization;
    azure.addPipeline({ name: 'off' }).isDisabled = true;
    const off = { ...request, pipeline: request.pipeline + 1 };
    assert.equal((await errorOf(pipelines.queue(off, noAbort))).reason, 'disabledPipeline');
  });

  it('are queued without the event if the pipeline no longer takes it', async () => {
    const request = await start(numbered);
    const { azure, pipelines } = organization;
    const { mark } = await pipelines.check(request, noAbort);
    const other = azure.addPipeline({ name: 'pushed' });
    await pipelines.queue({ ...request, pipeline: other.id, mark }, noAbort);
    assert.deepEqual(
      azure.queuedBuilds.map(({ queued }) => [queued.templateParameters, queued.tags]),
      [[{}, ['argocd-4711']]],
    );
  });

  it('have what the request contains', async () => {
    const request = await start({
      ...{ parameters: [{ name: 'size' }], refs: ['refs/tags/v1'], stages: ['Build', 'Test'] },
      pipelineResources: { libs: ['20260101.1'] },
    });
    const { azure, pipelines } = organization;
    const asked = { parameters: { size: 'x"}\n' }, variables: { a: '1' } };
    const from = { ref: 'refs/tags/v1', pipelineResources: { libs: '20260101.1' } };
    await pipelines.queue({ ...request, ...asked, ...from, stagesToSkip: ['Build'] }, noAbort);
    const [build] = azure.queuedBuilds;
    assert.equal(build?.sourceBranch, 'refs/tags/v1');
    assert.deepEqual(build.queued.templateParameters, asked.parameters);
    assert.deepEqual([build.queued.variables, build.queued.stagesToSkip], [{ a: '1' }, ['Build']]);
    assert.deepEqual(azure.faults, []);
  });

  for (const [what, options, expected] of [
    ['numbered', numbered, ['argocd', 'shop']],
    ['found by its tag', { settableVariables: [] }, ['argocd-4711', 'argocd', 'shop']],
  ] as const) {
    it(`have the tags in the request: ${what}`, async () => {
      const request = await start(options);
      const { azure, pipelines } = organization;
      const { mark } = await pipelines.check(request, noAbort);
      await pipelines.queue({ ...request, mark, tags: ['argocd', 'shop'] }, noAbort);
      assert.deepEqual(azure.queuedBuilds[0]?.queued.tags, expected);
      assert.deepEqual(azure.faults, []);
    });
  }

  it('are queued even if their tag is refused', async () => {
    const request = await start({});
    const { azure, pipelines } = organization;
    azure.inject({ operation: 'addTag', fault: { kind: 'cutAfter' } });
    await pipelines.queue(request, noAbort);
    azure.inject({ operation: 'addTag', fault: { kind: 'answer', status: 403, body: '{}' } });
    await pipelines.queue(request, noAbort);
    assert.equal(azure.queuedBuilds.length, 2);
  });

  it('are read and canceled, and one that has ended is not a failure to cancel', async () => {
    const request = await start({ run: { milliseconds: 60_000, result: 'partiallySucceeded' } });
    const { azure, pipelines, project } = organization;
    const ids = [await pipelines.queue(request, noAbort), await pipelines.queue(request, noAbort)];
    const [first, second] = ids.map(({ id }) => ({ kind: 'yaml', id, ...project }) as const);
    assert.ok(first && second);
    assert.equal((await pipelines.run(first, noAbort)).state, 'inProgress');
    await pipelines.cancel(first, noAbort);
    assert.equal((await pipelines.run(first, noAbort)).state, 'canceling');
    azure.advance(60_000);
    assert.equal((await pipelines.run(first, noAbort)).result, 'canceled');
    assert.equal((await pipelines.run(second, noAbort)).result, 'partiallySucceeded');
    await pipelines.cancel(second, noAbort);
    assert.equal((await pipelines.run(second, noAbort)).result, 'partiallySucceeded');
    assert.deepEqual(azure.faults, []);
  });

  it('are not canceled by an identity that may not stop them', async () => {
    const request = await start({}, ['View builds', 'Queue builds']);
    const { pipelines, project } = organization;
    const { id } = await pipelines.queue(request, noAbort);
    const error = await errorOf(pipelines.cancel({ kind: 'yaml', id, ...project }, noAbort));
    assert.deepEqual([error.reason, error.kind], ['notAuthorized', 'refused']);
  });

  it('that do not exist are reported as unknown', async () => {
    await start({});
    const { pipelines, project } = organization;
    const reference = { kind: 'yaml', id: 99, ...project } as const;
    assert.equal((await errorOf(pipelines.run(reference, noAbort))).reason, 'unknownRun');
    assert.equal((await errorOf(pipelines.cancel(reference, noAbort))).reason, 'unknownRun');
  });

  describe('from the designer', () => {
    async function startClassic(options: Partial<PipelineOptions> = {}): Promise<BuildRequest> {
      organization = await Organization.start();
      const { id } = organization.azure.addPipeline({ name: 'old', classic: true, ...options });
      return organization.build(id, { variables: { a: '1' } });
    }

    for (const takesTags of [false, true]) {
      it(`are queued with a tag that the service ${takesTags ? 'accepts' : 'ignores'}`, async () => {
        const request = await startClassic();
        const { azure, pipelines } = organization;
        azure.behavior.takesTags = takesTags;
        assert.equal((await pipelines.check(request, noAbort)).once.kind, 'atMostOneDuplicate');
        const run = await pipelines.queue(request, noAbort);
        assert.equal(run.state, 'notStarted');
        const [build] = azure.queuedBuilds;
        assert.deepEqual(build?.queued.tags, ['argocd-4711']);
        assert.deepEqual(build.queued.variables, { a: '1' });
        assert.equal(organization.asked.includes('addTag'), !takesTags);
        assert.equal((await pipelines.lookUp(request, azure.now, noAbort))?.id, run.id);
        assert.deepEqual(azure.faults, []);
      });
    }

    it('say what is wrong with them', async () => {
      const request = await startClassic({ settableVariables: [] });
      const error = await errorOf(organization.pipelines.queue(request, noAbort));
      assert.equal(error.reason, 'variableNotSettable');
    });
  });
});
