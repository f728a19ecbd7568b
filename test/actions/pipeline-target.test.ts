import assert from 'node:assert/strict';
import type { RenderedRelease } from '../../src/follow-ups/action-kinds/create-release.ts';
import type { RenderedRun } from '../../src/follow-ups/action-kinds/queue-pipeline.ts';
import { ActionError } from '../../src/actions/action-target.ts';
import { PipelineTarget } from '../../src/actions/pipeline-target.ts';
import type { FaultKind } from '../../simulators/azure-devops/faults.ts';
import type { PipelineOptions } from '../../simulators/azure-devops/pipeline-definition.ts';
import type { Right } from '../../simulators/azure-devops/principal.ts';
import { noAbort } from '../argocd/rest/server.ts';
import { Organization } from '../azure/pipelines/organization.ts';
import { eventKey, renderedRun, storedAction } from './stored-action.ts';

const numbered = {
  parameters: [{ name: 'event', type: 'number' }],
  runNumber: 'argocd-${{ parameters.event }}',
} as const;

describe('The target of actions in Azure Pipelines', () => {
  let organization: Organization;
  let target: PipelineTarget;

  async function start(may?: readonly Right[]): Promise<void> {
    organization = await Organization.start(may);
    const { azure, pipelines, url } = organization;
    target = new PipelineTarget({
      pipelines,
      organizations: () => [{ url }],
      now: () => azure.now,
    });
  }

  afterEach(() => organization.stop());

  /** Prepares and sends it, like the worker does. */
  async function done(action: RenderedRun | RenderedRelease) {
    const request = await target.prepare(storedAction(action), noAbort);
    return target.send(request, noAbort);
  }

  async function errorOf(work: Promise<unknown>): Promise<ActionError> {
    const error = await work.then(
      () => assert.fail('it was done'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ActionError, String(error));
    return error;
  }

  it('queues a run with number and tags, and finds it again', async () => {
    await start();
    const { azure } = organization;
    azure.addPipeline({ name: 'smoke', ...numbered });
    const since = azure.now;
    const request = await target.prepare(storedAction(renderedRun()), noAbort);
    assert.equal(azure.queuedBuilds.length, 0);
    const { id, name, page } = await target.send(request, noAbort);
    assert.equal(name, `argocd-${eventKey}`);
    assert.match(page, /^http.*\/_build\/results\?buildId=\d+$/);
    assert.deepEqual(azure.queuedBuilds[0]?.queued.tags, ['argocd']);
    assert.deepEqual(await target.lookUp(request, since, noAbort), { id, name, page });
    assert.deepEqual(azure.faults, []);
  });

  it('finds the run again even if the clock was ahead, and was corrected before the next process', async () => {
    await start();
    const { azure, identity } = organization;
    azure.addPipeline({ name: 'smoke', ...numbered });
    const ahead = () => azure.now + 3_600_000;
    const options = { organizations: () => [{ url: organization.url }], now: ahead };
    const wrong = new PipelineTarget({
      ...options,
      pipelines: organization.as(identity.token, ahead),
    });
    const request = await wrong.prepare(storedAction(renderedRun()), noAbort);
    const since = ahead();
    const sent = await wrong.send(request, noAbort);
    assert.deepEqual(await target.lookUp(request, since, noAbort), sent);
  });

  it('finds nothing that was never sent', async () => {
    await start();
    organization.azure.addPipeline({ name: 'smoke', ...numbered });
    const request = await target.prepare(storedAction(renderedRun()), noAbort);
    assert.equal(await target.lookUp(request, organization.azure.now, noAbort), undefined);
  });

  it('passes what the rule says on to the run', async () => {
    await start();
    const { azure } = organization;
    azure.addPipeline({
      ...{ name: 'smoke', folder: '\\tests', parameters: [{ name: 'size', values: ['s', 'm'] }] },
      ...{ refs: ['refs/tags/v1'], stages: ['Build'], pipelineResources: { libs: ['7'] } },
    });
    await done(
      renderedRun({
        ...{ pipeline: '\\tests\\smoke', parameters: { size: 's' }, variables: { a: '1' } },
        ...{ ref: 'refs/tags/v1', stagesToSkip: ['Build'], pipelineResources: { libs: '7' } },
      }),
    );
    const [build] = azure.queuedBuilds;
    assert.deepEqual(
      [build?.sourceBranch, build?.queued.templateParameters, build?.queued.stagesToSkip],
      ['refs/tags/v1', { size: 's' }, ['Build']],
    );
    assert.deepEqual(build?.queued.variables, { a: '1', event: eventKey });
  });

  it('queues a classic build with variables and tags', async () => {
    await start();
    const { azure } = organization;
    azure.addPipeline({ name: 'smoke', classic: true });
    await done(renderedRun({ variables: { a: '1' } }));
    const [build] = azure.queuedBuilds;
    assert.deepEqual(build?.queued.variables, { a: '1' });
    assert.deepEqual(build.queued.tags.toSorted(), ['argocd', `argocd-${eventKey}`]);
    assert.deepEqual(azure.faults, []);
  });

  it('creates a release and starts its stage', async () => {
    await start();
    const { azure } = organization;
    azure.addReleaseDefinition({ name: 'shop', stages: [{ name: 'test' }, { name: 'prod' }] });
    const action: RenderedRelease = {
      ...{ kind: 'createRelease', organization: 'Fabrikam', project: 'shop', pipeline: 'shop' },
      ...{ description: 'after a sync', artifacts: [], stage: 'prod', variables: {} },
    };
    const request = await target.prepare(storedAction(action), noAbort);
    const outcome = await target.send(request, noAbort);
    assert.equal(azure.releases.length, 1);
    assert.deepEqual(await target.lookUp(request, azure.now, noAbort), outcome);
    assert.deepEqual(azure.faults, []);
  });

  const see: readonly Right[] = ['View builds', 'View releases'];
  const queue: readonly Right[] = [...see, 'Queue builds', 'Create releases'];

  /** What keeps a run from being queued, whether that may change, and the message about it. */
  const refusals: readonly {
    readonly why: string;
    readonly kind: 'later' | 'refused';
    readonly says: RegExp;
    readonly may?: readonly Right[];
    readonly pipeline?: Partial<PipelineOptions>;
    readonly run?: Partial<RenderedRun>;
  }[] = [
    {
      why: 'the organization is not configured',
      kind: 'refused',
      run: { organization: 'contoso' },
      says: /^Could not queue contoso\/shop\/smoke: there is no organization contoso in `azureDevOps\.organizations`\. Pipelines are queued only in organizations that/,
    },
    {
      why: 'the project is unknown',
      kind: 'later',
      run: { project: 'chop' },
      says: /the project chop does not exist, or the identity may not see it\. Correct its name, or add the identity to the project/,
    },
    {
      why: 'the pipeline is unknown',
      kind: 'later',
      run: { pipeline: 'smok' },
      says: /"smok" does not exist, or the identity may not see it\. Correct its name or folder, or grant the identity "View builds"/,
    },
    {
      why: 'no pipeline has that id',
      kind: 'later',
      run: { pipeline: 99 },
      says: /the pipeline does not exist, or the identity may not see it\. .* grant the identity "View builds"/,
    },
    {
      why: 'the pipeline may not be read',
      kind: 'later',
      may: [],
      says: /grant the identity "View builds"/,
    },
    {
      why: 'the pipeline may not be queued',
      kind: 'later',
      may: see,
      says: /argocd handler needs Queue builds permissions\. Grant it that permission on that pipeline/,
    },
    {
      why: 'free text may not be set',
      kind: 'later',
      may: queue,
      pipeline: { parameters: [{ name: 'application' }] },
      run: { parameters: { application: 'shop' } },
      says: /argocd handler may queue it, but may not set free text or variables\. Grant it "Edit queue build configuration" on that pipeline, or declare the parameter as a number/,
    },
    {
      why: 'variables may not be set',
      kind: 'later',
      may: queue,
      run: { variables: { a: '1' } },
      says: /may queue it, but may not set free text or variables/,
    },
    {
      why: 'a parameter is undeclared',
      kind: 'refused',
      run: { parameters: { size: 's' } },
      says: /the pipeline does not declare the parameter size\. Declare it under `parameters:`/,
    },
    {
      why: 'a parameter is missing',
      kind: 'refused',
      pipeline: { parameters: [{ name: 'size' }] },
      says: /the pipeline requires a value for the parameter size\. Set one under `parameters:` of the rule/,
    },
    {
      why: 'a value is not allowed',
      kind: 'refused',
      pipeline: { parameters: [{ name: 'size', values: ['s'] }] },
      run: { parameters: { size: 'xl' } },
      says: /the value is not allowed for the parameter size/,
    },
    {
      why: 'a variable is not settable',
      kind: 'refused',
      pipeline: { settableVariables: ['event'] },
      run: { variables: { a: '1' } },
      says: /the variable a cannot be set when the pipeline is queued\. Mark it as "Settable at queue time"/,
    },
    {
      why: 'the branch is missing',
      kind: 'later',
      run: { ref: 'refs/heads/gone' },
      says: /its repository has no refs\/heads\/gone\. Correct the branch, tag or commit of the rule, or push it first/,
    },
    {
      why: 'a version of a resource is missing',
      kind: 'later',
      run: { pipelineResources: { libs: '7' } },
      says: /the pipeline resource libs has no such run/,
    },
    {
      why: 'its YAML is invalid',
      kind: 'refused',
      pipeline: { invalid: 'Unexpected value' },
      says: /the pipeline or its inputs are invalid \(\/azure-pipelines\.yml \(Line: 7, Col: 3\): Unexpected value\)/,
    },
    {
      why: 'a classic pipeline gets parameters',
      kind: 'refused',
      pipeline: { classic: true },
      run: { parameters: { a: '1' }, stagesToSkip: ['x'] },
      says: /it is a classic pipeline, which takes no parameters and no stagesToSkip/,
    },
  ];
  for (const { why, kind, says, may, pipeline = {}, run } of refusals) {
    it(`says why a run is not queued: ${why}`, async () => {
      await start(may);
      const { azure } = organization;
      azure.addPipeline({ name: 'smoke', ...pipeline });
      const error = await errorOf(done(renderedRun(run)));
      assert.equal(error.kind, kind, error.message);
      assert.match(error.message, says);
      assert.equal(azure.queuedBuilds.length, 0);
      assert.deepEqual(azure.faults, []);
    });
  }

  it('says that a pipeline is disabled', async () => {
    await start();
    organization.azure.addPipeline({ name: 'smoke' }).isDisabled = true;
    const error = await errorOf(done(renderedRun()));
    assert.deepEqual(
      [error.kind, /it is disabled\. Enable it/.test(error.message)],
      ['later', true],
    );
  });

  it('says that several pipelines have the name', async () => {
    await start();
    for (const folder of ['\\a', '\\b']) organization.azure.addPipeline({ name: 'smoke', folder });
    const error = await errorOf(done(renderedRun()));
    assert.equal(error.kind, 'refused');
    assert.match(error.message, /2 have this name: .*\\a\\smoke.*Use the folder and name/);
  });

  it('says which stage the release does not have', async () => {
    await start();
    organization.azure.addReleaseDefinition({ name: 'shop', stages: [{ name: 'test' }] });
    const action: RenderedRelease = {
      ...{ kind: 'createRelease', organization: 'fabrikam', project: 'shop', pipeline: 'shop' },
      ...{ artifacts: [], stage: 'prod', variables: {} },
    };
    const error = await errorOf(done(action));
    assert.equal(error.kind, 'refused');
    assert.match(error.message, /it has no stage prod; its stages are test/);
  });

  const failures: readonly [string, FaultKind, ActionError['kind'], number | undefined][] = [
    ['slowed down', { kind: 'throttle', retryAfter: 30 }, 'later', 30_000],
    ['away', { kind: 'answer', status: 503 }, 'later', undefined],
    ['cut off before it took effect', { kind: 'cutBefore' }, 'unclear', undefined],
    ['cut off after it took effect', { kind: 'cutAfter' }, 'unclear', undefined],
    ['turned away', { kind: 'answer', status: 401 }, 'later', undefined],
  ];
  for (const [what, fault, kind, retryAfter] of failures) {
    it(`classifies a request that was ${what}`, async () => {
      await start();
      const { azure } = organization;
      azure.addPipeline({ name: 'smoke', ...numbered });
      const request = await target.prepare(storedAction(renderedRun()), noAbort);
      const once = { operation: 'queueRun', fault } as const;
      azure.inject(once);
      // A refused token is tried in its other form.
      if (what === 'turned away') azure.inject(once);
      const error = await errorOf(target.send(request, noAbort));
      assert.deepEqual([error.kind, error.retryAfter], [kind, retryAfter], error.message);
    });
  }

  it('waits if a successful response asks for it', async () => {
    await start();
    const { azure } = organization;
    azure.addPipeline({ name: 'smoke', ...numbered });
    azure.inject({ operation: 'queueRun', fault: { kind: 'slowDown', retryAfter: 20 } });
    await done(renderedRun());
    const error = await errorOf(done(renderedRun()));
    assert.deepEqual([error.kind, error.retryAfter], ['later', 20_000]);
    azure.advance(20_000);
    await done(renderedRun());
    assert.equal(azure.queuedBuilds.length, 2);
  });

  it('finds and checks a pipeline once for many actions', async () => {
    await start();
    const { azure } = organization;
    azure.addPipeline({ name: 'smoke', ...numbered });
    await Promise.all([1, 2, 3].map(() => done(renderedRun())));
    await done(renderedRun({ pipeline: 'SMOKE' }));
    const asked = (name: string) => organization.asked.filter((each) => each === name).length;
    assert.deepEqual([asked('getPipeline'), asked('previewRun'), asked('queueRun')], [1, 1, 4]);
    await done(renderedRun({ variables: { a: '1' } }));
    assert.deepEqual([asked('getPipeline'), asked('previewRun')], [1, 2]);
    azure.advance(5 * 60_000);
    await done(renderedRun());
    assert.deepEqual([asked('getPipeline'), asked('previewRun')], [2, 3]);
  });

  it('asks for a missing pipeline once in 30 seconds, and finds it once it exists', async () => {
    await start();
    const { azure } = organization;
    await errorOf(done(renderedRun()));
    await errorOf(done(renderedRun({ parameters: { size: 's' } })));
    assert.equal(organization.asked.length, 1);
    azure.addPipeline({ name: 'smoke', ...numbered });
    azure.advance(30_000);
    await done(renderedRun());
    assert.equal(azure.queuedBuilds.length, 1);
  });

  it('keeps a refused value from blocking other values', async () => {
    await start();
    const { azure } = organization;
    azure.addPipeline({ name: 'smoke', parameters: [{ name: 'size', values: ['s', 'm'] }] });
    const sized = (size: string) => done(renderedRun({ parameters: { size } }));
    await errorOf(sized('xl'));
    await sized('s');
    await errorOf(sized('xl'));
    await sized('m');
    assert.equal(azure.queuedBuilds.length, 2);
  });

  it('finds a pipeline that was deleted and recreated', async () => {
    await start();
    const { azure } = organization;
    const first = azure.addPipeline({ name: 'smoke', ...numbered });
    await done(renderedRun());
    azure.removePipeline(first.id);
    azure.addPipeline({ name: 'smoke', ...numbered });
    assert.equal((await errorOf(done(renderedRun()))).kind, 'later');
    await done(renderedRun());
    assert.equal(azure.queuedBuilds.length, 2);
  });

  it('does not share names between organizations', async () => {
    await start();
    const { azure, pipelines, url } = organization;
    const servers = [url, 'https://tfs.example.com/fabrikam'];
    target = new PipelineTarget({
      pipelines,
      organizations: () => servers.map((each) => ({ url: each })),
      now: () => azure.now,
    });
    const error = await errorOf(done(renderedRun()));
    assert.equal(error.kind, 'refused');
    assert.match(error.message, /2 entries of `azureDevOps\.organizations` have the name fabrikam/);
  });
});
