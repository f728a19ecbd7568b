import assert from 'node:assert/strict';
import { commandFromString } from 'azure-pipelines-task-lib/taskcommand.js';
import { ArgoCDError } from '../../src/argocd/argocd-error.ts';
import type { ArgoCD } from '../../src/argocd/port.ts';
import { Secret } from '../../src/secret.ts';
import type { Clock } from '../../src/async/clock.ts';
import type { FollowRequest, FollowedRun } from '../../src/follow/follow-all.ts';
import { UserError } from '../../src/user-error.ts';
import type { Agent } from '../../src/task/agent.ts';
import { outputNames } from '../../src/report/outputs.ts';
import { runTask, type TaskPorts } from '../../src/task/run.ts';
import { failedMigration, result, successTold } from '../report/example-results.ts';

type Inputs = Readonly<Record<string, string>>;

const least: Inputs = { argocdConnection: 'c1', applications: 'shop', project: 'default' };
const variables: Inputs = {
  'Agent.TempDirectory': '/tmp/agent',
  'Build.BuildNumber': '7',
  'System.PlanId': 'plan-1',
};

/** An agent in memory. */
class FakeAgent implements Agent {
  readonly lines: string[] = [];
  readonly files = new Map<string, string>();
  readonly #inputs: Inputs;
  diskFull = false;

  constructor(inputs: Inputs) {
    this.#inputs = inputs;
  }

  input(name: string) {
    return this.#inputs[name];
  }

  variable(name: string) {
    return variables[name];
  }

  endpoint(id: string) {
    const url = id === 'c1' ? 'https://argocd.example.com/' : undefined;
    const secret = (field: string) => (field === 'apitoken' ? 'token-1' : undefined);
    return { url, scheme: 'Token', secret, data: () => undefined };
  }

  readFile(path: string): string {
    return assert.fail(path);
  }

  write(line: string): void {
    this.lines.push(line);
  }

  writeFile(folder: string, name: string, text: string): string {
    if (this.diskFull) throw new Error('no space left on device');
    const path = `${folder}/${name}`;
    this.files.set(path, text);
    return path;
  }

  get outputs(): Readonly<Record<string, string>> {
    const set = this.#commands('task.setvariable');
    return Object.fromEntries(
      set.map(({ properties, message }) => [properties['variable'] ?? '', message]),
    );
  }

  /** The result and its sentence; the step must have reported it last and once. */
  get completion(): readonly (string | undefined)[] {
    const all = this.#commands('task.complete');
    assert.equal(all.length, 1);
    assert.match(this.lines.at(-1) ?? '', /^##vso\[task\.complete /);
    return [all[0]?.properties['result'], all[0]?.message];
  }

  #commands(name: string): readonly { readonly properties: Inputs; readonly message: string }[] {
    return this.lines
      .filter((line) => line.startsWith(`##vso[${name}`))
      .map((line) => commandFromString(line))
      .map(({ properties, message }) => ({ properties, message }));
  }
}

const noArgoCD = {} as ArgoCD;
const stoppedClock: Clock = { now: () => 0, sleep: () => new Promise(() => undefined) };

async function run(
  inputs: Inputs,
  follow: TaskPorts['follow'],
  more: Partial<TaskPorts> & { readonly agent?: FakeAgent } = {},
): Promise<FakeAgent> {
  const agent = more.agent ?? new FakeAgent({ ...least, ...inputs });
  const signal = new AbortController().signal;
  const followUps = () => assert.fail('follow-ups were loaded');
  const ports = {
    connect: () => noArgoCD,
    followUps,
    clock: stoppedClock,
    random: Math.random,
    signal,
  };
  await runTask({ ...ports, ...more, follow, agent });
  assert.deepEqual(Object.keys(agent.outputs), [...outputNames]);
  return agent;
}

const succeed: TaskPorts['follow'] = (_request, _run, { tell }) => {
  for (const progress of successTold) tell(progress);
  return Promise.resolve([result()]);
};
const neverCalled: TaskPorts['follow'] = () => assert.fail('it was followed');

describe('The run of a task', () => {
  it('masks the token before anything else, then says what it does', async () => {
    const { lines } = await run({}, succeed);
    assert.deepEqual(lines.slice(0, 3), [
      '##vso[task.setsecret]token-1',
      'Sync shop to the revision it tracks on https://argocd.example.com',
      'Hooks run; followed until Healthy; at most 30 min.',
    ]);
    assert.ok(lines.slice(1).every((line) => !line.includes('token-1')));
  });

  it('requests what the inputs say, with its marker and origin', async () => {
    let asked: (FollowRequest & FollowedRun) | undefined;
    await run({ revision: 'main', timeoutSeconds: '60', onCancel: 'terminate' }, (...given) => {
      asked = { ...given[0], ...given[1] };
      return Promise.resolve([result()]);
    });
    assert.ok(asked?.goal.action === 'sync');
    assert.deepEqual(asked.goal.target, { kind: 'revision', revision: 'main' });
    assert.deepEqual(asked.subject, { names: [{ name: 'shop' }] });
    assert.equal(asked.timeout, 60_000);
    assert.equal(asked.onCancel, 'terminate');
    assert.match(asked.marker, /^plan-1\/-\/-\//);
    assert.deepEqual(asked.info, [{ name: 'Run', value: '7' }]);
  });

  it('ends with outputs, summary, result and a sentence', async () => {
    const agent = await run({}, succeed);
    const [file = '', summary = ''] = [...agent.files.keys()];
    assert.match(file, /^\/tmp\/agent\/argocd-sync-[0-9a-f-]{36}\/result\.json$/);
    assert.match(summary, /\/Argo CD sync of shop$/);
    assert.equal(agent.outputs['resultFile'], file);
    assert.equal(agent.outputs['outcome'], 'succeeded');
    assert.deepEqual(agent.completion, [
      'Succeeded',
      'shop succeeded: Synced to 4f2c9d1; the application is Healthy',
    ]);
    assert.ok(agent.lines.includes(`##vso[task.uploadsummary]${summary}`));
    const attachment = 'type=argocd.result;name=Argo CD sync of shop.json;';
    assert.ok(agent.lines.includes(`##vso[task.addattachment ${attachment}]${file}`));
  });

  it('keeps the result file but shows nothing if no summary is wanted', async () => {
    const agent = await run({ publishSummary: 'false' }, succeed);
    assert.equal(agent.files.size, 1);
    assert.ok(agent.lines.every((line) => !/uploadsummary|addattachment/.test(line)));
  });

  it('fails if an application failed, and shows all in a table', async () => {
    const agent = await run({ applications: 'shop,pay' }, (_request, _run, { tell }) => {
      const results = [result(), { ...failedMigration, name: 'pay' }];
      for (const each of results) tell({ kind: 'result', result: each });
      return Promise.resolve(results);
    });
    assert.equal(agent.completion[0], 'Failed');
    assert.equal(agent.outputs['outcome'], 'failed');
    assert.equal(agent.outputs['message'], 'The operation failed in PreSync');
    assert.ok(agent.lines.includes('2 applications: 1 succeeded, 1 failed'));
  });

  it('refuses invalid input before any request, with all faults in one message', async () => {
    const agent = await run({ prune: 'yes', timeoutSeconds: '-1' }, neverCalled);
    assert.deepEqual(commandFromString(agent.lines[0] ?? '').message.split('\n'), [
      '2 inputs need attention:',
      '- prune "yes": this is neither `true` nor `false`. Write `true` or `false`.',
      '- timeoutSeconds "-1": the number is less than 1. Write a whole number from 1 to 604800.',
    ]);
    assert.equal(agent.outputs['outcome'], 'failed');
    assert.equal(agent.completion[0], 'Failed');
  });

  it('refuses an unusable connection', async () => {
    const agent = await run({ argocdConnection: 'c2' }, neverCalled);
    assert.match(agent.lines[0] ?? '', /argocdConnection "c2": the agent does not know this/);
    assert.equal(agent.completion[0], 'Failed');
  });

  it('says what a person can fix', async () => {
    const error = new UserError('Nothing matches "team=x"', 'Check the selector.');
    const agent = await run({}, () => Promise.reject(error));
    assert.deepEqual(agent.completion, ['Failed', 'Nothing matches "team=x". Check the selector.']);
  });

  it('says which call failed', async () => {
    const error = new ArgoCDError('GET /x', 'bad token', { failure: 'unauthenticated' });
    const agent = await run({}, () => Promise.reject(error));
    assert.deepEqual(agent.completion, ['Failed', 'GET /x: bad token']);
  });

  it('reports an internal error with its stack', async () => {
    const agent = await run({}, () => {
      throw new TypeError('x is not a function');
    });
    assert.ok(agent.lines.some((line) => /^##\[debug\]TypeError: x is not/.test(line)));
    assert.equal(agent.completion[0], 'Failed');
    assert.match(agent.outputs['message'] ?? '', /Internal error: x is not a function/);
  });

  it('keeps its result if no file can be written', async () => {
    const agent = new FakeAgent(least);
    agent.diskFull = true;
    await run({}, succeed, { agent });
    assert.equal(agent.completion[0], 'Succeeded');
    assert.equal(agent.outputs['resultFile'], '');
    assert.ok(agent.lines.some((line) => /type=warning;\].*no space left/.test(line)));
  });

  it('masks a token that a login returns', async () => {
    const agent = await run({}, succeed, {
      connect: (_connection, onToken) => {
        onToken(new Secret('session-token'));
        return noArgoCD;
      },
    });
    assert.ok(agent.lines.includes('##vso[task.setsecret]session-token'));
  });
});

describe('A canceled run', () => {
  it('says so and publishes what the follower returns', async () => {
    const cancellation = new AbortController();
    const agent = await run(
      { onCancel: 'terminate' },
      (_request, _run, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            setImmediate(() => resolve([result({ outcome: 'canceled', message: 'Canceled' })]));
          });
          cancellation.abort();
        }),
      { signal: cancellation.signal },
    );
    assert.ok(agent.lines.some((line) => /^Canceled: .* will be terminated/.test(line)));
    assert.equal(agent.outputs['outcome'], 'canceled');
    assert.ok(agent.files.size > 0);
  });

  it('ends in time if the follower does not', async () => {
    const slept: number[] = [];
    const clock: Clock = {
      now: () => 0,
      sleep: (milliseconds) => {
        slept.push(milliseconds);
        return Promise.resolve();
      },
    };
    const agent = await run({}, () => new Promise(() => undefined), {
      clock,
      signal: AbortSignal.abort(),
    });
    assert.deepEqual(slept, [6_000]);
    assert.equal(agent.outputs['outcome'], 'canceled');
    assert.equal(agent.completion[0], 'Failed');
  });
});
