import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { root } from '../../scripts/bundle.ts';
import type { HookTask } from '../../src/handler/hook-intake.ts';
import { freePort } from '../../simulators/free-port.ts';
import { followUp, HookSite, podEnvironment, runCommand } from './hook-site.ts';

const succeeded = followUp('done', { state: 'completed', result: 'succeeded' });

describe('The built hook command', function () {
  this.timeout(300_000);
  let site: HookSite;
  beforeEach(async () => (site = await HookSite.start()));
  afterEach(() => site.close());

  const told = (...more: string[]) => [
    ...more,
    ...['--handler', site.url, '--token-file', site.path('token'), '--retry-for', '20s'],
  ];
  const queue = (...more: string[]) => told('queue', '--pipeline', 'shop/smoke-tests', ...more);

  for (const node of [20, 24] as const) {
    it(`queues a pipeline and prints the result, on Node ${node}`, async () => {
      const words = queue('--parameter', 'revision={{revision}}');
      const { code, out, errors } = await runCommand(words, podEnvironment, undefined, node);
      assert.equal(code, 0, errors);
      assert.match(out, /runs this hook in PostSync/);
      assert.match(out, /fabrikam\/shop\/smoke-tests: to be queued/);
      const [call] = site.intake.calls;
      assert.deepEqual(call?.hook, { name: 'smoke-tests', namespace: 'shop' });
      assert.deepEqual(call?.queue?.parameters['revision']?.text, '{{revision}}');
    });
  }

  it('leaves it to the handler which hook it is, and of which application', async () => {
    site.intake.answers = [{ kind: 'unseen' }];
    const words = queue().map((word) => (word === '20s' ? '1s' : word));
    const without = await runCommand(words, { ARGOCD_APP_NAME: 'shop-web' });
    assert.equal(without.code, 3, without.errors);
    assert.match(without.errors, /no hook of pod shop\/smoke-tests-x7k2p/);
    assert.deepEqual(site.intake.calls[0]?.hook, { pod: 'smoke-tests-x7k2p', namespace: 'shop' });
    const several = await runCommand(words, {});
    assert.equal(several.code, 1);
    assert.match(several.errors, /several applications: name one in `application`/);
  });

  const halves: readonly (readonly [string, readonly string[], object, RegExp])[] = [
    ['a Job without its namespace', [], { HOOK_JOB: 'x' }, /The namespace is missing/],
    ['a namespace without its Job', [], { HOOK_NAMESPACE: 'x' }, /name of the Job is missing/],
    [
      'neither, with a key instead of a token',
      ['--caller', 'legacy', '--key-file', 'key'],
      {},
      /name of the Job is missing[^]*The namespace is missing/,
    ],
  ];
  for (const [what, more, env, message] of halves) {
    it(`does not leave it to the handler if it is given ${what}`, async () => {
      const { code, errors } = await runCommand(queue(...more), { ...env });
      assert.equal(code, 2, errors);
      assert.match(errors, message);
    });
  }

  const ends: readonly (readonly [string, ReturnType<typeof followUp>, number])[] = [
    ['succeeds if the pipeline does', succeeded, 0],
    ['fails if the pipeline fails', followUp('done', { state: 'completed', result: 'failed' }), 1],
    [
      'fails if the pipeline is canceled',
      followUp('done', { state: 'completed', result: 'canceled' }),
      1,
    ],
    [
      'fails if the pipeline partially succeeds',
      followUp('done', { state: 'completed', result: 'partiallySucceeded' }),
      1,
    ],
    ['fails if the pipeline can never be queued', followUp('refused'), 1],
    ['fails if the pipeline could not be queued in time', followUp('expired'), 1],
    ['fails if an operator dismissed it', followUp('dismissed'), 1],
  ];
  for (const [what, last, expected] of ends) {
    it(`${what}, with --wait`, async () => {
      const running = followUp('done', { state: 'inProgress', result: undefined });
      site.intake.steps = [followUp('sent'), running, last];
      const { code, out } = await runCommand(queue('--wait'));
      assert.equal(code, expected);
      if (last.run !== undefined) assert.match(out, /results\?buildId=7/);
      if (last.state === 'refused') assert.match(out, /is disabled/);
    });
  }

  it('exits with 4 on a timeout', async () => {
    site.intake.steps = [followUp('done', { state: 'inProgress', result: undefined })];
    const { code, errors } = await runCommand(queue('--wait', '--timeout', '1s'));
    assert.equal(code, 4);
    assert.match(errors, /did not finish within --timeout/);
  });

  it('tries again while Argo CD does not show the hook yet', async () => {
    const [accepted] = site.intake.answers;
    site.intake.answers = [{ kind: 'unseen' }, accepted ?? assert.fail()];
    const { code, errors } = await runCommand(queue());
    assert.equal(code, 0);
    assert.match(errors, /shows no hook shop\/smoke-tests/);
    assert.equal(site.intake.calls.length, 2);
  });

  it('exits with 143 when Kubernetes ends the pod, and says that the queued pipeline continues', async () => {
    site.intake.steps = [followUp('done', { state: 'inProgress', result: undefined })];
    const { code, errors } = await runCommand(queue('--wait'), podEnvironment, (kill, out) => {
      out.once('data', () => kill('SIGTERM'));
    });
    assert.equal(code, 143);
    assert.match(errors, /keep running/);
  });

  it('fails or not if the handler cannot be reached, as configured', async () => {
    const nowhere = ['queue', '--pipeline', 'shop/smoke-tests', '--retry-for', '1s'];
    const words = [
      ...[...nowhere, '--handler', `http://127.0.0.1:${await freePort()}`],
      ...['--token-file', site.path('token')],
    ];
    const failed = await runCommand(words);
    assert.equal(failed.code, 3);
    assert.match(failed.errors, /Cannot reach the handler/);
    assert.equal((await runCommand([...words, '--on-unreachable', 'ignore'])).code, 0);
  });

  it('does not treat a refusal as an outage', async () => {
    const words = told('queue', '--pipeline', 'shop/deploy', '--on-unreachable', 'ignore');
    const { code, errors } = await runCommand(words);
    assert.equal(code, 1);
    assert.match(errors, /No entry of `hooks\.grants` allows service account shop\/argocd-hooks/);
  });

  it('signs with a key instead of a token', async () => {
    const words = [
      ...['queue', '--pipeline', 'shop/smoke-tests', '--handler', site.url],
      ...['--caller', 'legacy', '--key-file', site.path('key'), '--wait'],
    ];
    site.intake.steps = [succeeded];
    const { code, errors } = await runCommand(words);
    assert.equal(code, 0, errors);
  });

  it('waits for existing follow-ups, and fails without any', async () => {
    site.intake.steps = [succeeded];
    assert.equal((await runCommand(told('wait'))).code, 0);
    assert.equal(site.intake.calls[0]?.queue, undefined);
    site.intake.answers = [{ kind: 'accepted', phase: 'PostSync', followUps: [] }];
    const { code, errors } = await runCommand(told('wait'));
    assert.equal(code, 1);
    assert.match(errors, /no follow-up/);
    assert.equal((await runCommand(told('notify'))).code, 0);
  });

  const waiting = { run: 'run-1', state: 'following', outcome: undefined } as const;
  const tasks: readonly (readonly [string, HookTask | 'none', number, RegExp])[] = [
    ['is followed', waiting, 0, /completes its task in Azure Pipelines when it ends/],
    [
      'has ended',
      { ...waiting, state: 'ended', outcome: 'succeeded' },
      0,
      /task in Azure Pipelines is completed: succeeded/,
    ],
    ['is none', 'none', 0, /nothing to complete/],
    [
      'could not prove its identity',
      { ...waiting, state: 'ended', outcome: 'refused' },
      1,
      /does not complete the task/,
    ],
  ];
  for (const [what, task, expected, words] of tasks) {
    it(`says that the task of the operation ${what}`, async () => {
      const accepted = { kind: 'accepted', phase: 'PostSync', followUps: [] } as const;
      site.intake.answers = [
        { ...accepted, task: { ...waiting, state: 'accepted' } },
        { ...accepted, task },
      ];
      const { code, out, errors } = await runCommand(told('complete'));
      assert.equal(code, expected, errors);
      assert.match(out + errors, words);
      assert.ok(
        site.intake.calls.every(({ completes, queue }) => completes && queue === undefined),
      );
      // It was requested again while Azure DevOps had not confirmed it.
      assert.equal(site.intake.calls.length, 2);
    });
  }

  it('does not report a task as completed that Azure DevOps has not confirmed', async () => {
    site.intake.answers = [
      {
        ...{ kind: 'accepted', phase: 'PostSync', followUps: [] },
        task: { ...waiting, state: 'accepted' },
      },
    ];
    const words = [...told('complete').slice(0, -1), '1s'];
    const { code, errors } = await runCommand(words);
    assert.equal(code, 3);
    assert.match(errors, /has not confirmed yet/);
  });

  it('does not wait for a task that waits for the hook', async () => {
    const { code, errors } = await runCommand(told('complete', '--wait'));
    assert.equal(code, 2);
    assert.match(errors, /ends with the operation/);
  });

  it('never prints a secret', async () => {
    site.write('token', `${site.cluster.issuer.issue({ ...hookless })}`);
    const { code, out, errors } = await runCommand(queue());
    assert.equal(code, 1);
    const token = readFileSync(site.path('token'), 'utf8').trim();
    for (const part of token.split('.')) assert.ok(!(out + errors).includes(part));
  });

  it('reports all faults of its arguments at once', async () => {
    const words = ['queue', '--own-job', '--phase', 'postsync', '--timeout', '9d'];
    const { code, errors } = await runCommand(words, {});
    assert.equal(code, 2);
    for (const what of [
      'handler',
      'KUBERNETES_SERVICE_HOST',
      'HOOK_JOB',
      'HOOK_NAMESPACE',
      'PostSync',
      '24h',
    ]) {
      assert.ok(errors.includes(what), `${what}: ${errors}`);
    }
    assert.match(errors, /The pipeline is missing/);
  });

  it('can be replaced by curl in ten lines of a Job', async function () {
    const text = readFileSync(`${root}/docs/hooks.md`, 'utf8');
    const [, script] = /```sh\n(curl [\s\S]*?)```/.exec(text) ?? [];
    assert.ok(script !== undefined, 'docs/hooks.md has no curl');
    const run = promisify(execFile);
    const has = await run('curl', ['--version']).then(
      () => true,
      () => false,
    );
    if (!has) this.skip();
    const env = { ...process.env, HOOK_HANDLER: site.url };
    const there = script.replaceAll('/var/run/secrets/argocd-handler/token', site.path('token'));
    const { stdout } = await run('sh', ['-c', there], { env });
    assert.match(stdout, /"state":"waiting"/);
    const [call] = site.intake.calls;
    assert.equal(call?.queue?.pipeline, 'smoke-tests');
    assert.deepEqual(call.hook, { pod: 'smoke-tests-x7k2p', namespace: 'shop' });
  });
});

/** A token of a service account without grants. */
const hookless = {
  namespace: 'shop',
  serviceAccount: 'default',
  audiences: ['argocd-handler'],
};
