import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ScheduledTime } from '../../scripts/soak/follow-ups/scheduled-time.ts';
import { SimulatedDisk } from '../../scripts/soak/follow-ups/simulated-disk.ts';
import { systemClock } from '../../src/async/clock.ts';
import { ActionError, type ActionTarget } from '../../src/actions/action-target.ts';
import { ActionWorker, work } from '../../src/actions/action-worker.ts';
import type { StoredAction } from '../../src/actions/stored-action.ts';

const outcome = { id: 1, name: 'argocd-1', page: 'https://example.com/1' };
const hour = 3_600_000;
const refused = new ActionError('refused', 'There is no pipeline "smoke". Check its name.');
const away = new ActionError('later', 'Azure DevOps is away.');
const unclear = new ActionError('unclear', 'No answer came.');

interface Scene {
  readonly time: ScheduledTime;
  readonly disk: SimulatedDisk;
  /** The requests to Azure DevOps, with the seconds since the beginning. */
  readonly calls: string[];
  /** The most actions that were in progress at once. */
  readonly most: () => number;
  /** Advances the clock by so many milliseconds. */
  readonly pass: (ms: number) => Promise<void>;
  readonly action: (key?: string) => StoredAction;
}

/** A worker with one or more actions; each call gets the next of the answers. */
async function scene(
  answers: {
    readonly prepare?: readonly unknown[];
    readonly send?: readonly unknown[];
    readonly lookUp?: readonly unknown[];
  },
  play: (scene: Scene) => Promise<void>,
  change: Partial<StoredAction> = {},
  count = 1,
): Promise<void> {
  const time = new ScheduledTime();
  const disk = new SimulatedDisk();
  const began = time.now;
  const calls: string[] = [];
  const left = { send: [...(answers.send ?? [])], lookUp: [...(answers.lookUp ?? [])] };
  const answer = (call: 'send' | 'lookUp') => {
    calls.push(`${call} ${Math.round((time.now - began) / 1_000)}`);
    const given = left[call].length > 1 ? left[call].shift() : left[call][0];
    if (given instanceof Error) return Promise.reject(given);
    return Promise.resolve(given as typeof outcome);
  };
  const prepared = [...(answers.prepare ?? [])];
  let [inProgress, most] = [0, 0];
  const target: ActionTarget = {
    prepare: ({ key }) => {
      const [given] = prepared.length > 1 ? prepared.splice(0, 1) : prepared;
      if (given instanceof Error) return Promise.reject(given);
      inProgress += 1;
      most = Math.max(most, inProgress);
      return Promise.resolve(`request of ${key}`);
    },
    send: (request) => {
      assert.match(request, /^request of key-/);
      assert.equal(disk.all.find((one) => one.request === request)?.state, 'sent');
      return answer('send').finally(() => (inProgress -= 1));
    },
    lookUp: () => answer('lookUp'),
  };
  const worker = new ActionWorker({
    store: disk,
    target,
    clock: time.clock(0),
    random: () => 1,
    onFault: (error) => assert.fail(error as Error),
  });
  const actions = Array.from({ length: count }, (_, place) => ({
    ...sample(`key-${place}`, time.now),
    ...change,
  }));
  const memory = {
    ...{ argocd: 'prod', uid: 'uid-1', historyId: 0 },
    ...{ isDegraded: false, degradations: 0 },
  };
  await disk.recordEvents({ memory: { ...memory, operation: undefined }, actions });
  const stop = new AbortController();
  const running = worker.run(stop.signal);
  const pass = (ms: number) => time.pass(ms);
  const action = (key = 'key-0') => {
    const found = disk.all.find((one) => one.key === key);
    assert.ok(found);
    return found;
  };
  try {
    await play({ time, disk, calls, most: () => most, pass, action });
  } finally {
    stop.abort();
    await running;
  }
}

function sample(key: string, now: number): StoredAction {
  return {
    key,
    uid: 'uid-1',
    rule: 'smoke',
    createdAt: now,
    expiresAt: now + 72 * hour,
    state: 'waiting',
    dueAt: now,
    tries: 0,
    sentAt: undefined,
    looks: 0,
    body: '{}',
    request: undefined,
    outcome: undefined,
    message: '',
  };
}

describe('An action', () => {
  it('is sent once and then done', async () => {
    await scene({ send: [outcome] }, async ({ calls, pass, action }) => {
      await pass(hour);
      assert.deepEqual(calls, ['send 0']);
      assert.deepEqual([action().state, action().tries], ['done', 1]);
      assert.deepEqual(action().outcome, outcome);
    });
  });

  const dismissed = { state: 'dismissed' } as const;
  for (const [what, during, answer, state] of [
    [
      'is not sent if an operator dismisses it during its preparation',
      'prepare',
      'sent',
      'dismissed',
    ],
    ['stays dismissed if its request failed', 'send', away, 'dismissed'],
    ['stays dismissed if the result of its request is unknown', 'send', unclear, 'dismissed'],
    ['is done if its request succeeded before an operator dismissed it', 'send', outcome, 'done'],
  ] as const) {
    it(what, async () => {
      await scene({ prepare: [away] }, async ({ disk, action }) => {
        const { key } = action();
        const sent: string[] = [];
        const target: ActionTarget = {
          prepare: async () => {
            if (during === 'prepare') await disk.changeAction(key, dismissed);
            return 'request';
          },
          send: async (request) => {
            sent.push(request);
            await disk.changeAction(key, dismissed);
            if (answer instanceof Error) throw answer;
            return outcome;
          },
          lookUp: () => assert.fail('it was looked up'),
        };
        const options = { store: disk, target, clock: systemClock, random: () => 1, sentSince: 0 };
        assert.equal(await work(action(), options, new AbortController().signal), state);
        assert.equal(action().state, state);
        assert.equal(sent.length, during === 'send' ? 1 : 0);
      });
    });
  }

  for (const [what, answer] of [
    ['was done', outcome],
    ['was refused', refused],
    ['failed for now', away],
    ['got no answer', unclear],
  ] as const) {
    it(`is redelivered if an operator asks for that during a request that ${what}`, async () => {
      await scene({ prepare: [away] }, async ({ disk, action }) => {
        const { key } = action();
        const anew = { tries: 0, looks: 0, sentAt: undefined, request: undefined };
        const dueAt = Date.UTC(2030);
        const redelivered = { ...anew, state: 'waiting', dueAt, message: '' } as const;
        const target: ActionTarget = {
          prepare: () => Promise.resolve('request'),
          send: async () => {
            await disk.changeAction(key, dismissed);
            await disk.changeAction(key, redelivered);
            if (answer instanceof Error) throw answer;
            return answer;
          },
          lookUp: () => assert.fail('it was looked up'),
        };
        const options = { store: disk, target, clock: systemClock, random: () => 1, sentSince: 0 };
        await work(action(), options, new AbortController().signal);
        assert.deepEqual(action(), { ...action(), ...redelivered, outcome: undefined });
      });
    });
  }

  it('is sent when it is due, and not before', async () => {
    const later = Date.UTC(2026, 10, 28) + 10_000;
    await scene(
      { send: [outcome] },
      async ({ calls, pass }) => {
        await pass(9_000);
        assert.deepEqual(calls, []);
        await pass(2_000);
        assert.deepEqual(calls, ['send 10']);
      },
      { dueAt: later },
    );
  });

  it('is not sent again after a refusal', async () => {
    await scene({ send: [refused] }, async ({ calls, pass, action }) => {
      await pass(hour);
      assert.deepEqual(calls, ['send 0']);
      assert.deepEqual([action().state, action().message], ['refused', refused.message]);
    });
  });

  it('bounds the reason that it keeps', async () => {
    const long = new ActionError('refused', `${'x'.repeat(100_000)}\u001b[31m`);
    await scene({ send: [long] }, async ({ pass, action }) => {
      await pass(1_000);
      assert.match(action().message, /x{1000}/);
      assert.ok(action().message.length < 2_100);
    });
  });

  it('is retried with growing pauses while it fails, and says why', async () => {
    await scene({ send: [away, away, away, outcome] }, async ({ calls, pass, action }) => {
      await pass(2_500);
      assert.deepEqual([action().state, action().message], ['waiting', away.message]);
      await pass(hour);
      assert.deepEqual(calls, ['send 0', 'send 1', 'send 3', 'send 7']);
      assert.deepEqual([action().state, action().message], ['done', '']);
    });
  });

  it('waits as long as Azure DevOps asks', async () => {
    const throttled = new ActionError('later', 'Throttled.', 90_000);
    await scene({ send: [throttled, outcome] }, async ({ calls, pass }) => {
      await pass(hour);
      assert.deepEqual(calls, ['send 0', 'send 90']);
    });
  });

  it('expires with the last reason if it kept failing', async () => {
    await scene(
      { send: [away] },
      async ({ pass, action }) => {
        await pass(2 * hour);
        assert.deepEqual([action().state, action().message], ['expired', away.message]);
      },
      { expiresAt: Date.UTC(2026, 10, 28) + hour },
    );
  });

  it('expires without being sent if its turn came too late', async () => {
    await scene(
      { send: [outcome] },
      async ({ calls, pass, action }) => {
        await pass(hour);
        assert.deepEqual([calls, action().state], [[], 'expired']);
        assert.match(action().message, /could not be done in time/);
      },
      { expiresAt: Date.UTC(2026, 10, 28) },
    );
  });
});

describe('An action that cannot be prepared', () => {
  it('is not sent, and is retried or refused like a sent one', async () => {
    const scenes = [
      [away, 'waiting'],
      [new Error('a bug'), 'waiting'],
      [refused, 'refused'],
    ] as const;
    for (const [error, state] of scenes) {
      await scene({ prepare: [error], send: [outcome] }, async ({ calls, pass, action }) => {
        await pass(60_000);
        assert.deepEqual([calls, action().state, action().message], [[], state, error.message]);
      });
    }
    await scene({ prepare: [away, ''], send: [outcome] }, async ({ calls, pass }) => {
      await pass(60_000);
      assert.deepEqual(calls, ['send 1']);
    });
  });
});

describe('An action that may have been done', () => {
  it('is looked up, and done if it is found', async () => {
    const lookUp = [undefined, outcome];
    await scene({ send: [unclear], lookUp }, async ({ calls, pass, action }) => {
      await pass(hour);
      assert.deepEqual(calls, ['send 0', 'lookUp 2', 'lookUp 4']);
      assert.deepEqual([action().state, action().tries], ['done', 1]);
    });
  });

  it('is sent again after a minute of lookups that find nothing', async () => {
    await scene(
      { send: [unclear, outcome], lookUp: [undefined] },
      async ({ calls, pass, action }) => {
        await pass(hour);
        const looks = [2, 4, 8, 16, 32, 62].map((at) => `lookUp ${at}`);
        assert.deepEqual(calls, ['send 0', ...looks, 'send 62']);
        assert.deepEqual([action().state, action().tries], ['done', 2]);
      },
    );
  });

  it('includes one that failed with an unknown error', async () => {
    await scene({ send: [new Error('a bug')], lookUp: [outcome] }, async ({ calls, pass }) => {
      await pass(hour);
      assert.deepEqual(calls, ['send 0', 'lookUp 2']);
    });
  });

  it('includes one that a previous process sent: it is looked up first', async () => {
    await scene(
      { lookUp: [outcome] },
      async ({ calls, pass, action }) => {
        await pass(hour);
        assert.deepEqual([calls, action().state], [['lookUp 0'], 'done']);
      },
      { state: 'sent', sentAt: Date.UTC(2026, 10, 28), tries: 1 },
    );
  });

  it('is never sent again while it cannot be looked up', async () => {
    await scene({ send: [unclear], lookUp: [away] }, async ({ calls, pass, action }) => {
      await pass(24 * hour);
      assert.equal(calls.filter((call) => call.startsWith('send')).length, 1);
      assert.equal(action().state, 'sent');
      await pass(72 * hour);
      assert.equal(action().state, 'expired');
      assert.equal(calls.filter((call) => call.startsWith('send')).length, 1);
    });
  });
});

it('The worker runs a few of many actions at a time, and forgets none', async () => {
  await scene(
    { send: [outcome] },
    async ({ calls, disk, most, pass }) => {
      await pass(1_000);
      assert.equal(calls.length, 100);
      assert.ok(most() > 1 && most() <= 20, `${most()} at once`);
      assert.ok(disk.all.every(({ state }) => state === 'done'));
    },
    {},
    100,
  );
});
