import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { FollowUpRule } from '../../../src/follow-ups/follow-up.ts';
import {
  knownApplication,
  type Looker,
} from '../../../src/handler/follow-ups/known-application.ts';
import type { ApplicationMemory } from '../../../src/handler/store/event-store.ts';
import type { Application } from '../../../src/sync/model/application.ts';
import { rule } from '../../follow-ups/rules.ts';
import { application, B, ended, foreign, second } from '../../sync/sample-application.ts';
import { Scene, settings } from './scene.ts';

const url = 'https://argocd.example';

/** A rule for one instance, or for all. */
function ruleFor(argocd: string | undefined, name: string, events: readonly string[]) {
  const read = rule({ name, when: { events } });
  return { ...read, for: { ...read.for, argocd: argocd === undefined ? undefined : [argocd] } };
}

/** For each event a rule of both instances, and one of each. */
function rulesOf(events: readonly string[]): readonly FollowUpRule[] {
  return [
    ruleFor(undefined, 'all', events),
    ruleFor('prod', 'of-prod', events),
    ruleFor('twin', 'of-twin', events),
  ];
}

const auto = foreign({ revisions: [B], initiatedBy: { username: '', automated: true } });
/** `at`: the second in which it begins; its version as well. */
function synced(at: number, change: Partial<Application> = {}): Application {
  const times = { startedAt: second(at), finishedAt: second(at) };
  return application({
    ...{ resourceVersion: String(at), ...change },
    operationState: ended('Succeeded', { operation: auto, ...times }),
  });
}
const degraded = { health: { status: 'Degraded', message: '' } } as const;
function health(at: number, status: 'Healthy' | 'Degraded'): Application {
  return application({ resourceVersion: String(at), health: { status, message: '' } });
}

describe('An application that several instances see', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene(second(5));
    scene.instances = new Map([
      ['prod', undefined],
      ['twin', undefined],
    ]);
  });
  afterEach(() => scene.end());
  const tell = async (one: Application, ...names: readonly string[]) => {
    for (const name of names) await scene.tell(one, 'MODIFIED', name);
  };
  const sorted = async () => [...(await scene.brief())].sort();

  it('is told to the rules of each, and once to a rule of all', async () => {
    await scene.start(settings({ followUps: rulesOf(['succeeded']) }));
    await tell(application({ resourceVersion: '1' }), 'prod', 'twin');
    await tell(synced(8), 'twin', 'prod', 'twin', 'prod');
    assert.deepEqual(await sorted(), [
      'succeeded all done',
      'succeeded of-prod done',
      'succeeded of-twin done',
    ]);
    const memories = await scene.store.events.eventMemoriesOf('uid-1');
    assert.deepEqual(
      memories.map(({ argocd }) => argocd),
      ['prod', 'twin'],
    );
  });

  it('goes for each of them', async () => {
    await scene.start(settings({ followUps: rulesOf(['deleted']) }));
    const rest = application({ resourceVersion: '1' });
    await tell(rest, 'prod', 'twin');
    for (const name of ['prod', 'twin']) await scene.tell(rest, 'DELETED', name);
    assert.deepEqual(await sorted(), [
      'deleted all done',
      'deleted of-prod done',
      'deleted of-twin done',
    ]);
    assert.deepEqual(await scene.store.events.eventMemories(10), []);
  });

  it('is degraded as often for a rule of all as it was, whoever has missed some of it', async () => {
    await scene.start(settings({ followUps: rulesOf(['healthDegraded']) }));
    await tell(health(1, 'Healthy'), 'prod', 'twin');
    await tell(health(2, 'Degraded'), 'prod', 'twin');
    await tell(health(3, 'Healthy'), 'prod');
    await tell(health(4, 'Degraded'), 'prod');
    await tell(health(5, 'Healthy'), 'prod', 'twin');
    await tell(health(6, 'Degraded'), 'twin', 'prod');
    const count = (name: string) => (all: readonly string[]) =>
      all.filter((one) => one.includes(` ${name} `)).length;
    const all = await scene.brief();
    assert.deepEqual(
      ['all', 'of-prod', 'of-twin'].map((name) => count(name)(all)),
      [3, 3, 2],
    );
  });

  it('is told twice where two servers have it, such as one that was restored from a backup', async () => {
    scene.instances.set('twin', 'https://restored.example');
    const followUps = [ruleFor(undefined, 'all', ['succeeded', 'healthDegraded'])];
    await scene.start(settings({ followUps }));
    for (const name of ['prod', 'twin']) {
      await tell(health(1, 'Healthy'), name);
      await tell(health(2, 'Degraded'), name);
      await tell(synced(8), name);
    }
    assert.deepEqual(await sorted(), [
      'healthDegraded all done',
      'healthDegraded all done',
      'succeeded all done',
      'succeeded all done',
    ]);
    const keys = (await scene.actions()).map(({ key }) => key);
    assert.equal(new Set(keys).size, 4);
    for (const argocd of ['prod', 'twin']) {
      const own = await scene.followUps.actionsOf({ argocd, uid: 'uid-1' });
      assert.equal(own.length, 2, argocd);
    }
  });

  describe('under another name than before', () => {
    const followUps = [
      ruleFor(undefined, 'all', ['succeeded', 'healthDegraded', 'deleted']),
      ruleFor('main', 'of-main', ['succeeded']),
    ];
    beforeEach(() => {
      scene.instances = new Map([['prod', undefined]]);
    });
    const renamed = async () => {
      await scene.stop();
      scene.instances = new Map([['main', undefined]]);
      await scene.start(settings({ followUps }));
    };

    it('is told nothing again, and nothing less', async () => {
      await scene.start(settings({ followUps }));
      await tell(health(1, 'Healthy'), 'prod');
      await tell(health(2, 'Degraded'), 'prod');
      await tell(health(3, 'Healthy'), 'prod');
      await tell(synced(8), 'prod');
      await renamed();
      await tell(synced(8, { resourceVersion: '9' }), 'main');
      await scene.list('main');
      assert.deepEqual(await scene.brief(), ['healthDegraded all done', 'succeeded all done']);
      await tell(synced(12, degraded), 'main');
      assert.deepEqual(await sorted(), [
        'healthDegraded all done',
        'healthDegraded all done',
        'succeeded all done',
        'succeeded all done',
        'succeeded of-main done',
      ]);
      const [memory, ...others] = await scene.store.events.eventMemories(10);
      assert.deepEqual([memory?.argocd, others], ['main', []]);
    });

    it('is told as deleted if it went meanwhile', async () => {
      await scene.start(settings({ followUps }));
      await tell(health(1, 'Healthy'), 'prod');
      scene.applications.clear();
      await renamed();
      await scene.list('main');
      await scene.pass(10_000);
      assert.deepEqual(await scene.brief(), ['deleted all done late']);
      assert.deepEqual(await scene.store.events.eventMemories(10), []);
    });

    it('is forgotten if it went meanwhile and no rule acts on that', async () => {
      const ofEnds = settings({ followUps: [ruleFor(undefined, 'all', ['succeeded'])] });
      await scene.start(ofEnds);
      await tell(health(1, 'Healthy'), 'prod');
      assert.equal((await scene.store.events.eventMemories(10)).length, 1);
      scene.applications.clear();
      await scene.stop();
      scene.instances = new Map([['main', undefined]]);
      await scene.start(ofEnds);
      await scene.list('main');
      await scene.pass(10_000);
      assert.deepEqual(await scene.actions(), []);
      assert.deepEqual(await scene.store.events.eventMemories(10), []);
    });

    it('stays known when its server has moved and kept its name', async () => {
      await scene.start(settings({ followUps }));
      await tell(synced(8), 'prod');
      const [before] = await scene.actions();
      await scene.stop();
      scene.url = 'https://moved.example';
      await scene.start(settings({ followUps }));
      await tell(synced(8, { resourceVersion: '9' }), 'prod');
      await tell(synced(12), 'prod');
      const [first, next, ...others] = await scene.actions();
      assert.deepEqual([first?.key, others], [before?.key, []]);
      assert.equal(next?.key.split('/')[0], first?.key.split('/')[0]);
    });
  });
});

describe('The looks of several instances at an application', () => {
  it('start each rule once for each event that an instance of it has seen, however they interleave', async () => {
    const states = [
      ...[health(1, 'Healthy'), health(2, 'Degraded'), health(3, 'Healthy'), synced(8)],
      ...[synced(10, degraded), synced(12, degraded)],
    ];
    const last = states.length - 1;
    /** Which states an instance sees: not all of them, but the last. */
    const seen = fc
      .subarray(states.map((_, at) => at))
      .map((some) => [...new Set([0, ...some, last])]);
    const turns = fc.array(fc.boolean(), { minLength: 12, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(seen, seen, turns, async (ofProd, ofTwin, isProdFirst) => {
        const one = new Scene(second(5));
        one.instances = new Map(['prod', 'twin'].map((name) => [name, undefined]));
        try {
          await one.start(settings({ followUps: rulesOf(['succeeded', 'healthDegraded']) }));
          const left = { prod: [...ofProd], twin: [...ofTwin] };
          for (const isProd of isProdFirst) {
            const name =
              (isProd && left.prod.length > 0) || left.twin.length === 0 ? 'prod' : 'twin';
            const at = left[name].shift();
            if (at !== undefined) await one.tell(states[at]!, 'MODIFIED', name);
          }
          const told = await one.brief();
          const count = (kind: string, name: string) =>
            told.filter((each) => each === `${kind} ${name} done`).length;
          const operations = (...ats: readonly number[]) =>
            new Set(ats.filter((at) => at >= 3)).size;
          assert.deepEqual(
            ['of-prod', 'of-twin', 'all'].map((name) => count('succeeded', name)),
            [operations(...ofProd), operations(...ofTwin), operations(...ofProd, ...ofTwin)],
          );
          const [prod, twin, all] = ['of-prod', 'of-twin', 'all'].map((name) =>
            count('healthDegraded', name),
          );
          assert.ok(all! >= Math.max(prod!, twin!) && all! <= 2, told.join('\n'));
        } finally {
          await one.end();
        }
      }),
      {
        numRuns: 10,
        // The first look of one comes after the other has seen later ones.
        examples: [
          [
            [0, 1, 2, 5],
            [0, 1, 3, 5],
            [true, true, true, ...Array<boolean>(9).fill(false)],
          ],
        ],
      },
    );
  });
});

describe('What an instance knows of an application', () => {
  const looker: Looker = {
    argocd: 'prod',
    url,
    isConfigured: (name) => ['prod', 'twin'].includes(name),
  };
  const memory = (
    argocd: string,
    change: Partial<ApplicationMemory> & { readonly at?: string | undefined } = {},
  ): ApplicationMemory => {
    const { at = url, ...rest } = change;
    const about = {
      ...{ argocd, url: at, name: 'shop', namespace: 'argocd', project: 'default' },
      ...{ labels: {}, annotations: {}, look: '' },
    };
    return {
      ...{ argocd, uid: 'uid-1', operation: undefined, historyId: 0, keyPrefix: 'x/' },
      ...{ isDegraded: false, degradations: 0, about },
      ...rest,
    };
  };
  const none = { memory: undefined, replaces: [], others: [] };
  const [own, twin, old] = ['prod', 'twin', 'old'].map((name) => memory(name));

  for (const [what, all, expected] of [
    ['its own', [own, twin], { memory: own, replaces: [], others: [twin] }],
    ['nothing of another, but its keys', [twin], { ...none, others: [twin] }],
    [
      'what an earlier name knew',
      [old, twin],
      { memory: { ...old, argocd: 'prod' }, replaces: [old], others: [twin] },
    ],
    [
      'its own, where an earlier name is left',
      [own, old],
      { memory: own, replaces: [old], others: [] },
    ],
  ] as const) {
    it(`is ${what}`, () => {
      const known = knownApplication(
        all.map((each) => each!),
        looker,
      );
      assert.deepEqual(known, { ...expected, keyPrefix: 'x/' });
    });
  }

  it('is what an older handler has stored without a name, with the keys that it had', () => {
    const { keyPrefix, about, ...bare } = memory('');
    assert.ok(keyPrefix !== undefined && about !== undefined);
    assert.deepEqual(knownApplication([bare], looker), {
      ...{
        memory: { ...bare, argocd: 'prod' },
        replaces: [bare],
        others: [],
        keyPrefix: undefined,
      },
    });
  });

  it('is nothing of another server with the same uid', () => {
    for (const name of ['twin', 'old']) {
      const other = memory(name, { at: 'https://restored.example' });
      const { keyPrefix, ...known } = knownApplication([other], looker);
      assert.deepEqual(known, none);
      assert.match(keyPrefix ?? '', /^[0-9a-f]{16}\/$/);
    }
  });

  it('counts degradations on from where an earlier name was', () => {
    const counted = (mine: number, theirs: number, isMine: boolean, isTheirs: boolean) =>
      knownApplication(
        [
          memory('prod', { degradations: mine, isDegraded: isMine }),
          memory('old', { degradations: theirs, isDegraded: isTheirs }),
        ],
        looker,
      ).memory?.degradations;
    assert.equal(counted(1, 3, false, false), 3);
    assert.equal(counted(1, 3, true, true), 3);
    assert.equal(counted(1, 3, false, true), 2, 'the third is about to be seen');
    assert.equal(counted(3, 1, false, false), 3);
  });
});
