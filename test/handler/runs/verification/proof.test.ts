import assert from 'node:assert/strict';
import { azureFailures, type AzureFailure } from '../../../../src/azure/http/azure-error.ts';
import type { RunAddress } from '../../../../src/azure/task-hub/run-address.ts';
import type {
  OrchestrationPlan,
  TaskHub,
  TimelineRecord,
} from '../../../../src/azure/task-hub/task-hub.ts';
import { Detachment } from '../../../../src/follow/detachment.ts';
import { RetryBackoff } from '../../../../src/handler/runs/retry-backoff.ts';
import { prove } from '../../../../src/handler/runs/verification/proof.ts';
import { Secret } from '../../../../src/secret.ts';
import { ManualClock } from '../../../follow/manual-clock.ts';
import { failed, spec } from '../fake-plan.ts';

const { address } = spec;
const { planId, projectId, jobId, taskInstanceId } = address;
const release: RunAddress = { ...address, collection: 'https://vsrm.dev.azure.com/fabrikam' };
const token = new Secret('job-token');
const minute = 60_000;

const plan: OrchestrationPlan = {
  planId,
  scopeIdentifier: projectId,
  version: 15,
  state: 'inProgress',
};
const recordOf = (id: string, change: Partial<TimelineRecord> = {}): TimelineRecord => ({
  ...{ id, parentId: undefined, type: 'Task', name: '', state: 'inProgress', result: undefined },
  ...change,
});
const job = recordOf(jobId);
const task = recordOf(taskInstanceId, { parentId: jobId });

/** The responses of Azure DevOps; each call may first fail a few times. */
interface World {
  readonly plan?: OrchestrationPlan;
  readonly at?: RunAddress;
  /** The run's claim; by default, the spec's own address. */
  readonly claimed?: RunAddress;
  readonly records?: readonly TimelineRecord[];
  readonly name?: string | Error;
  /** Failures of the first tries of all calls. */
  readonly failures?: readonly Error[];
  readonly isNamed?: boolean;
  readonly azureProject?: string;
  readonly until?: number;
}

describe('The proof of a run', () => {
  let clock: ManualClock;
  let life: AbortController;
  let asked: string[];
  let times: number[];
  let told: AzureFailure[];
  /** Those who listen for the organization's recovery. */
  let returned: Set<() => void>;

  beforeEach(() => {
    clock = new ManualClock();
    life = new AbortController();
    asked = [];
    times = [];
    told = [];
    returned = new Set();
  });

  const begin = (world: World = {}) => {
    const began = clock.now();
    const left = [...(world.failures ?? [])];
    const hub = (at: RunAddress): Pick<TaskHub, 'records' | 'projectName'> => ({
      records: () => {
        asked.push(`records at ${at.collection}`);
        return Promise.resolve(world.records ?? [job, task]);
      },
      projectName: () => {
        asked.push('name');
        const { name = spec.azureProject } = world;
        return name instanceof Error ? Promise.reject(name) : Promise.resolve(name);
      },
    });
    return prove(
      {
        address: world.claimed ?? address,
        azureProject: world.azureProject ?? spec.azureProject,
      },
      token,
      {
        isNamed: world.isNamed ?? true,
        until: began + (world.until ?? 10 * minute),
        signal: life.signal,
      },
      {
        azure: {
          hub: (at, with_) => {
            assert.equal(with_, token);
            return hub(at) as TaskHub;
          },
          locate: (claimed, with_) => {
            assert.deepEqual([claimed, with_], [world.claimed ?? address, token]);
            asked.push('plan');
            times.push(clock.now() - began);
            const failure = left.shift();
            return failure === undefined
              ? Promise.resolve({ address: world.at ?? claimed, plan: world.plan ?? plan })
              : Promise.reject(failure);
          },
          onReturn: (_, listener) => {
            returned.add(listener);
            return () => returned.delete(listener);
          },
        },
        clock,
        retryBackoff: new RetryBackoff({ clock, random: () => 1 }),
        onFailure: ({ failure }) => told.push(failure),
      },
    );
  };
  const proofOf = (world?: World) => clock.finish(begin(world));

  it('succeeds if plan, project, job and task match the claim', async () => {
    const projectName = spec.azureProject;
    assert.deepEqual(await proofOf(), { kind: 'proven', address, planVersion: 15, projectName });
    assert.deepEqual(told, []);
  });

  it('ignores the notation of ids and names', async () => {
    const proof = await proofOf({
      plan: {
        ...plan,
        planId: planId.toUpperCase(),
        scopeIdentifier: projectId.toUpperCase(),
        state: undefined,
      },
      records: [
        recordOf(jobId.toUpperCase(), { state: undefined }),
        recordOf(taskInstanceId.toUpperCase(), {
          parentId: jobId.toUpperCase(),
          state: 'pending',
        }),
      ],
      name: 'SHOP',
    });
    assert.equal(proof.kind, 'proven');
  });

  it('returns the address of the plan, and uses it', async () => {
    const proof = await proofOf({ at: release });
    assert.equal(proof.kind, 'proven');
    assert.deepEqual(proof.address, release);
    assert.ok(asked.includes(`records at ${release.collection}`));
  });

  it("returns Azure DevOps' name for the project, whatever is claimed, if no rule needs it", async () => {
    const proof = await proofOf({ isNamed: false, azureProject: 'bank' });
    assert.equal(proof.kind, 'proven');
    assert.equal(proof.projectName, spec.azureProject);
  });

  for (const failure of azureFailures) {
    const passes = ['throttled', 'unavailable', 'unclear'].includes(failure);
    it(`${passes ? 'waits for' : 'omits'} a name that no rule needs after ${failure}`, async () => {
      const proof = await proofOf({ isNamed: false, name: failed(failure), until: 2_000 });
      assert.equal(proof.kind, passes ? 'late' : 'proven');
      if (proof.kind === 'proven') assert.equal(proof.projectName, undefined);
    });
  }

  it("omits the job's record for a check, whose task names it", async () => {
    const claimed: RunAddress = { ...address, hub: 'checks' };
    const proof = await proofOf({ claimed, records: [task] });
    assert.equal(proof.kind, 'proven');
    const foreign = await proofOf({ claimed, records: [recordOf(taskInstanceId)] });
    assert.equal(foreign.kind, 'refused');
    const ended = await proofOf({ claimed, records: [{ ...job, state: 'completed' }, task] });
    assert.equal(ended.kind, 'refused');
  });

  const other = 'ffffffff-0000-4000-8000-000000000000';
  const refusals: readonly (readonly [string, World, RegExp])[] = [
    ['the plan is another', { plan: { ...plan, planId: other } }, /a different plan/],
    [
      'the plan belongs to another project',
      { plan: { ...plan, scopeIdentifier: other } },
      /another project/,
    ],
    ['the plan has ended', { plan: { ...plan, state: 'completed' } }, /plan has ended/],
    ['there are no records', { records: [] }, /does not have this job/],
    ['the job is missing', { records: [task] }, /does not have this job/],
    ['the task is missing', { records: [job] }, /does not have this task/],
    [
      'the task belongs to another job',
      { records: [job, recordOf(taskInstanceId, { parentId: other })] },
      /does not belong to this job/,
    ],
    [
      'the task has no parent',
      { records: [job, recordOf(taskInstanceId)] },
      /does not belong to this job/,
    ],
    ['the job has ended', { records: [{ ...job, state: 'completed' }, task] }, /the job has ended/],
    [
      'the task has ended',
      { records: [job, { ...task, state: 'completed' }] },
      /the task has ended/,
    ],
    ['the project has another name', { azureProject: 'bank' }, /does not belong to project "bank"/],
    [
      "the claimed name is a part of the project's",
      { name: 'shop2' },
      /does not belong to project/,
    ],
    ['the plan is gone', { failures: [failed('plan-gone')] }, /does not know this plan/],
    ['the response cannot be parsed', { failures: [failed('refused')] }, /answered: refused/],
    ['the address may not be called', { failures: [failed('blocked')] }, /answered: blocked/],
  ];
  for (const [what, world, reason] of refusals) {
    it(`is refused immediately if ${what}`, async () => {
      const proof = await proofOf(world);
      assert.equal(proof.kind, 'refused');
      assert.match(proof.reason, reason);
      assert.deepEqual(times, [0]);
    });
  }

  for (const failure of azureFailures) {
    const passes = !['plan-gone', 'refused', 'blocked'].includes(failure);
    it(`${passes ? 'is retried' : 'is not retried'} after ${failure}`, async () => {
      const proof = await proofOf({ failures: [failed(failure)] });
      assert.equal(proof.kind, passes ? 'proven' : 'refused');
      assert.deepEqual(told, [failure]);
    });
  }

  it('is retried if only the name failed temporarily', async () => {
    const name = failed('unavailable');
    const proving = begin({ name, until: 2_000 });
    assert.deepEqual(await clock.finish(proving), { kind: 'late' });
    assert.deepEqual(times, [0, 500, 1_500]);
  });

  it('waits for a server that is down, with growing pauses', async () => {
    const failures = Array.from({ length: 10 }, () => failed('unavailable'));
    const proof = await proofOf({ failures, until: 60 * minute });
    assert.equal(proof.kind, 'proven');
    assert.deepEqual(
      times,
      [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500, 63_500, 123_500, 183_500, 243_500],
    );
  });

  it('waits as long as the server asks', async () => {
    await proofOf({ failures: [failed('throttled', 90_000)] });
    assert.deepEqual(times, [0, 90_000]);
  });

  it('is retried immediately when its organization responds again', async () => {
    const proof = begin({ failures: Array.from({ length: 8 }, () => failed('unavailable')) });
    await clock.pass(70_000);
    assert.equal(times.length, 8);
    for (const listener of [...returned]) listener();
    assert.equal((await clock.finish(proof)).kind, 'proven');
    assert.equal(times.at(-1), 70_000);
    assert.equal(returned.size, 0);
  });

  it('is too late after its deadline, however long the server asks to wait', async () => {
    const failures = [failed('throttled', 24 * 60 * minute)];
    const began = clock.now();
    assert.deepEqual(await proofOf({ failures, until: 4 * minute }), { kind: 'late' });
    assert.equal(clock.now(), began + 4 * minute);
    assert.deepEqual(times, [0]);
  });

  it('is too late without a request if the deadline had passed before', async () => {
    assert.deepEqual(await proofOf({ until: 0 }), { kind: 'late' });
    assert.deepEqual(asked, []);
  });

  /** Refusals that may be temporary. */
  const doubtful: readonly (readonly [string, () => World, RegExp])[] = [
    ['a sign-in page', () => refusing('unauthenticated'), /does not accept the run's token/],
    ['a missing right', () => refusing('forbidden'), /answered: forbidden/],
    ['an unknown path', () => refusing('not-found'), /answered: not-found/],
    ['a hidden name', () => ({ name: failed('forbidden') }), /cannot read the name/],
    ['a missing name', () => ({ name: failed('not-found') }), /cannot read the name/],
  ];
  const refusing = (failure: AzureFailure, count = 1_000): World => ({
    failures: Array.from({ length: count }, () => failed(failure)),
    until: 24 * 60 * minute,
  });

  for (const [what, world, reason] of doubtful) {
    it(`is refused because of ${what} only after several tries and a minute`, async () => {
      const proof = await proofOf(world());
      assert.equal(proof.kind, 'refused');
      assert.match(proof.reason, reason);
      const last = times.at(-1) ?? 0;
      assert.ok(last >= minute && last <= 2 * minute, String(last));
      assert.ok(times.length >= 4, String(times.length));
    });
  }

  for (const failure of ['unauthenticated', 'forbidden', 'not-found'] as const) {
    it(`succeeds after half a minute of ${failure}`, async () => {
      // The seventh try is made after 31.5 s.
      assert.equal((await proofOf(refusing(failure, 7))).kind, 'proven');
    });
  }

  it('is not refused after a few refusals, however far apart they are', async () => {
    const failures = [1, 2, 3].map(() => failed('forbidden', 5 * minute));
    assert.equal((await proofOf({ failures, until: 60 * minute })).kind, 'proven');
  });

  it('counts sign-in pages even with other failures in between', async () => {
    const failures = Array.from({ length: 50 }, (_, index) =>
      failed(index % 2 === 0 ? 'unauthenticated' : 'unavailable'),
    );
    const proof = await proofOf({ failures, until: 60 * minute });
    assert.equal(proof.kind, 'refused');
    assert.ok((times.at(-1) ?? 0) <= 3 * minute);
  });

  it('ends with the process during a pause', async () => {
    const proving = begin({ failures: [failed('unavailable', minute)] });
    proving.catch(() => undefined);
    await clock.pass(1_000);
    life.abort(new Detachment());
    await assert.rejects(proving, Detachment);
    assert.deepEqual(times, [0]);
    assert.equal(clock.sleeping, 0);
  });

  it('ends with the process during a request, and reports nothing', async () => {
    const failure = failed('unavailable');
    const proving = begin({ failures: [failure] });
    life.abort(new Detachment());
    await assert.rejects(clock.finish(proving), Detachment);
    assert.deepEqual(told, []);
  });

  it('hides no internal error', async () => {
    await assert.rejects(proofOf({ failures: [new TypeError('a bug')] }), TypeError);
  });
});
