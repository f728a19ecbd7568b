import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { readActionBody } from '../../../src/actions/action-body.ts';
import type { Application } from '../../../src/sync/model/application.ts';
import { rule } from '../../follow-ups/rules.ts';
import {
  A,
  application,
  B,
  ended,
  entry,
  foreign,
  hook,
  operation,
  second,
  state,
} from '../../sync/sample-application.ts';
import { summaryOf, Scene, settings } from './scene.ts';

const rest = application({ resourceVersion: '1', history: [entry(1, A)] });
const auto = (revision = B) =>
  foreign({ revisions: [revision], initiatedBy: { username: '', automated: true } });
const running = (change: Parameters<typeof state>[0] = {}, more: Partial<Application> = {}) =>
  application({
    ...{ resourceVersion: '2', history: [entry(1, A)], ...more },
    operationState: state({ operation: auto(), ...change }),
  });
const over = (
  phase: 'Succeeded' | 'Failed' = 'Succeeded',
  change: Parameters<typeof state>[0] = {},
  more: Partial<Application> = {},
) =>
  application({
    ...{ resourceVersion: '3', history: [entry(1, A)], ...more },
    operationState: ended(phase, { operation: auto(), ...change }),
  });

describe('Follow-ups', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene(second(5));
  });
  afterEach(() => scene.end());

  it("queue once what a rule requests for another actor's success", async () => {
    await scene.start();
    for (const one of [rest, running(), over(), over(), over()]) await scene.tell(one);
    assert.deepEqual(await scene.brief(), ['succeeded smoke done']);
    assert.equal(scene.done.length, 1);
    const [action] = await scene.actions();
    assert.ok(action);
    const { event, argocd, applicationUrl, eventKey } = readActionBody(action);
    assert.deepEqual([event.operation?.origin, argocd], [{ kind: 'autoSync' }, 'prod']);
    assert.equal(applicationUrl, 'https://argocd.example/applications/shop');
    assert.match(eventKey, /^\d{15}$/);
  });

  it('report nothing twice if late messages of an application arrive after another took its name', async () => {
    await scene.start();
    await scene.tell(rest);
    await scene.tell(over('Succeeded', {}, { resourceVersion: '9' }));
    const before = application({ uid: 'uid-0', resourceVersion: '5' });
    await scene.followUps.watch('prod').heard({
      ...{ type: 'MODIFIED', summary: summaryOf(before) },
      read: () => Promise.resolve(before),
    });
    await scene.pass(60_000);
    await scene.tell(over('Succeeded', {}, { resourceVersion: '10' }));
    assert.deepEqual(await scene.brief(), ['succeeded smoke done']);
    assert.ok(scene.reads.includes('get shop'), 'Argo CD is asked which of them is there');
  });

  it('report on an application from another cluster, whose versions start again', async () => {
    await scene.start();
    await scene.tell(over('Succeeded', {}, { resourceVersion: '9000' }));
    const other = over('Succeeded', {}, { uid: 'uid-9', resourceVersion: '4' });
    await scene.tell(other);
    await scene.pass(60_000);
    assert.equal((await scene.store.events.eventMemories(10)).at(-1)?.uid, 'uid-9');
  });

  it('cost nothing if there are no rules', async () => {
    await scene.start(settings({ followUps: [], takesInputs: false }), {
      rulesOfRun: () => assert.fail('nobody asks'),
    });
    for (const one of [rest, running(), over()]) await scene.tell(one);
    await scene.list();
    await scene.pass(60_000);
    assert.deepEqual(scene.reads, []);
    assert.deepEqual(scene.followUps.figures, { followed: 0, unread: 0, faulty: 0 });
    assert.deepEqual(await scene.store.events.eventMemories(10), []);
  });

  it('read an application only when it has changed', async () => {
    await scene.start();
    for (const one of [rest, rest, rest]) await scene.tell(one);
    assert.equal(scene.reads.length, 1);
    await scene.tell(application({ ...rest, name: 'other', uid: 'uid-2', project: 'other' }));
    await scene.tell(running());
    // Only rules about hooks and phases need the progress.
    for (const resourceVersion of ['4', '5']) await scene.tell(running({}, { resourceVersion }));
    await scene.tell(over('Succeeded', {}, { resourceVersion: '6' }));
    assert.deepEqual(scene.reads.filter((read) => read.endsWith('shop')).length, 3);
  });

  it('follow the hooks of a continuing operation if a rule is about hooks', async () => {
    const hooks = rule({ when: { events: ['hookEnded'] } });
    await scene.start(settings({ followUps: [hooks] }));
    const looks = [
      running(),
      running({ results: [hook()] }, { resourceVersion: '4' }),
      running({ results: [hook({ hookPhase: 'Succeeded' })] }, { resourceVersion: '5' }),
    ];
    for (const one of looks) await scene.tell(one);
    assert.deepEqual(await scene.brief(), ['hookEnded smoke done']);
    const [action] = await scene.actions();
    const { phases = [] } = (action && readActionBody(action).event.operation) ?? {};
    assert.deepEqual(
      phases.map(({ phase }) => phase),
      ['PreSync'],
      'it was seen when it began',
    );
  });

  it('ignore what no rule is for', async () => {
    const other = rule({ for: { applications: ['other-*'] } });
    await scene.start(settings({ followUps: [other] }));
    for (const one of [rest, running(), over()]) await scene.tell(one);
    assert.deepEqual([scene.reads, await scene.brief()], [[], []]);
  });

  it('queue nothing for a dry run, or for a rule with other labels', async () => {
    const labeled = rule({ name: 'labeled', for: { labels: 'team=shop' } });
    await scene.start(settings({ followUps: [rule(), labeled] }));
    const dry = over('Succeeded', { operation: { ...auto(), dryRun: true } });
    for (const one of [rest, dry]) await scene.tell(one);
    assert.deepEqual(await scene.brief(), []);
    const change = { startedAt: second(30), finishedAt: second(40) };
    const more = { resourceVersion: '9', labels: { team: 'shop' } };
    await scene.tell(over('Succeeded', change, more));
    assert.deepEqual(await scene.brief(), ['succeeded smoke done', 'succeeded labeled done']);
  });

  describe('at the first read', () => {
    it('report nothing that ended before anything was followed', async () => {
      scene = new Scene(second(60));
      await scene.start();
      await scene.tell(over());
      await scene.tell(over('Succeeded', {}, { resourceVersion: '9' }));
      assert.deepEqual(await scene.brief(), []);
    });

    it('report an application that was created while the handler was down', async () => {
      await scene.start();
      await scene.stop();
      await scene.pass(0).catch(() => undefined);
      scene.clock.jump(60_000);
      await scene.start();
      await scene.tell(over());
      assert.deepEqual(await scene.brief(), ['succeeded smoke done late']);
    });
  });

  describe('after the handler was down', () => {
    const away = async (ms: number) => {
      await scene.stop();
      scene.clock.jump(ms);
      await scene.start();
    };

    it('catch up on events in order, and say that they are late', async () => {
      const failed = rule({ name: 'rollback', when: { events: ['failed'] } });
      await scene.start(settings({ followUps: [rule(), failed] }));
      await scene.tell(rest);
      await scene.stop();
      scene.clock.jump(120_000);
      await scene.start(settings({ followUps: [rule(), failed] }));
      const history = [
        entry(1, A),
        entry(2, B, { deployStartedAt: second(10), deployedAt: second(20) }),
      ];
      const change = { startedAt: second(30), finishedAt: second(40) };
      await scene.tell(over('Failed', change, { history }));
      assert.deepEqual(await scene.brief(), [
        'succeeded smoke done late',
        'failed rollback done late',
      ]);
    });

    it('do not read what has not changed', async () => {
      await scene.start();
      await scene.tell(over());
      await away(60_000);
      scene.reads.length = 0;
      await scene.tell(over());
      assert.deepEqual(scene.reads, []);
    });

    it('ignore events that are older than `catchUp`', async () => {
      await scene.start();
      await scene.tell(over('Failed'));
      await away(25 * 3_600_000);
      const change = { startedAt: second(30), finishedAt: second(40) };
      await scene.tell(over('Succeeded', change, { resourceVersion: '9' }));
      assert.deepEqual(await scene.brief(), []);
      assert.ok(scene.seen.includes('succeeded too old'), scene.seen.join());
    });

    it('trigger no rule that is younger than the event', async () => {
      await scene.start();
      await scene.tell(rest);
      await scene.stop();
      scene.clock.jump(60_000);
      await scene.start(settings({ followUps: [rule(), rule({ name: 'new' })] }));
      await scene.tell(over());
      assert.deepEqual(await scene.brief(), ['succeeded smoke done late']);
    });

    it('report that an application is gone, and forget it', async () => {
      const deleted = rule({ when: { events: ['deleted'] } });
      await scene.start(settings({ followUps: [deleted] }));
      await scene.tell(rest);
      await scene.stop();
      scene.applications.clear();
      await scene.start(settings({ followUps: [deleted] }));
      await scene.list();
      await scene.pass(10_000);
      assert.deepEqual(await scene.brief(), ['deleted smoke done late']);
      assert.deepEqual(await scene.store.events.eventMemories(10), []);
    });

    it('report nothing about an application that another server never had, or of the same name', async () => {
      const deleted = settings({ followUps: [rule({ when: { events: ['deleted'] } })] });
      await scene.start(deleted);
      await scene.tell(rest);
      await scene.tell(application({ name: 'web', uid: 'uid-2' }));
      await scene.stop();
      scene.applications.clear();
      scene.url = 'https://other.example';
      await scene.start(deleted);
      await scene.tell(application({ name: 'web', uid: 'uid-3' }));
      await scene.list();
      await scene.pass(10_000);
      assert.deepEqual(await scene.brief(), []);
      const memories = await scene.store.events.eventMemories(10);
      assert.deepEqual(
        memories.map(({ uid }) => uid),
        ['uid-3'],
      );
    });
  });

  it('report that an application is deleted, after its last events', async () => {
    const followUps = [rule(), rule({ name: 'gone', when: { events: ['deleted'] } })];
    await scene.start(settings({ followUps }));
    for (const one of [rest, running()]) await scene.tell(one);
    await scene.tell(over(), 'DELETED');
    assert.deepEqual(await scene.brief(), ['succeeded smoke done', 'deleted gone done']);
    assert.deepEqual(await scene.store.events.eventMemories(10), []);
  });

  it('find events that the stream has lost by a list', async () => {
    await scene.start();
    await scene.tell(rest);
    scene.put(over());
    await scene.pass(1);
    await scene.list();
    await scene.pass(10_000);
    assert.deepEqual(await scene.brief(), ['succeeded smoke done']);
  });

  it('read nothing because of a list if the stream reports it in time', async () => {
    await scene.start();
    await scene.tell(rest);
    scene.put(over());
    await scene.pass(1);
    await scene.list();
    await scene.tell(over());
    await scene.pass(10_000);
    assert.deepEqual(scene.reads, ['message shop', 'message shop']);
  });

  it('read again what a message left out', async () => {
    await scene.start();
    await scene.tell(rest);
    scene.isOdd = true;
    await scene.tell(over());
    assert.deepEqual(await scene.brief(), []);
    await scene.pass(10_000);
    assert.deepEqual(await scene.brief(), ['succeeded smoke done']);
    assert.deepEqual(scene.reads, ['message shop', 'message shop', 'get shop']);
  });

  it('read immediately on a hint', async () => {
    await scene.start();
    await scene.tell(rest);
    scene.put(over());
    scene.followUps.hint('prod', { name: 'shop' });
    scene.followUps.hint('other', { name: 'shop' });
    await scene.pass(0);
    assert.deepEqual(await scene.brief(), ['succeeded smoke done']);
  });

  it('apply a rule that a reload adds from then on', async () => {
    const failed = rule({ when: { events: ['failed'] } });
    await scene.start(settings({ followUps: [rule({ for: { applications: ['other'] } })] }));
    await scene.tell(over('Failed'));
    scene.clock.jump(60_000);
    scene.followUps.configure(settings({ followUps: [failed] }));
    await scene.tell(over('Failed', {}, { resourceVersion: '4' }));
    assert.deepEqual(await scene.brief(), []);
    const change = { startedAt: second(70), finishedAt: second(80) };
    await scene.tell(over('Failed', change, { resourceVersion: '5' }));
    assert.deepEqual(await scene.brief(), ['failed smoke done']);
  });

  it('delay the actions of a rule until its turn, and say so once', async () => {
    const limits = { ...settings().followUpLimits, actionsPerHour: 2 };
    await scene.start(settings({ followUpLimits: limits }));
    await scene.tell(rest);
    for (let at = 0; at < 5; at += 1) {
      const change = { startedAt: second(10 + at), finishedAt: second(20 + at) };
      await scene.tell(over('Succeeded', change, { resourceVersion: String(10 + at) }));
    }
    assert.equal(scene.done.length, 2);
    assert.deepEqual(scene.said, ['smoke waits']);
    assert.match((await scene.actions())[4]?.message ?? '', /2 an hour/);
    await scene.pass(3_600_000);
    assert.equal(scene.done.length, 4);
    await scene.pass(3_600_000);
    assert.equal(scene.done.length, 5);
  });

  it('bound a flood of waiting actions per application, and say so once', async () => {
    const limits = { ...settings().followUpLimits, actionsPerHour: 2 };
    await scene.start(settings({ followUpLimits: limits }));
    await scene.tell(rest);
    for (let at = 0; at < 50; at += 1) {
      const change = { startedAt: second(10 + at), finishedAt: second(20 + at) };
      await scene.tell(over('Succeeded', change, { resourceVersion: String(10 + at) }));
    }
    assert.equal((await scene.actions()).length, 12, 'two are done, and ten wait');
    assert.deepEqual(scene.said, ['smoke waits', 'smoke is flooded']);
    const count = (what: string) => scene.seen.filter((each) => each === what).length;
    assert.deepEqual([count('succeeded'), count('flooded')], [50, 38], 'none is lost silently');
  });

  it('queue what one of our runs requested, only for its own operation', async () => {
    const input = { ...rule({ name: 'theirs' }), name: 'input/theirs' };
    const mayQueue = () => true;
    const rules = { rules: [input], organization: 'fabrikam', project: 'shop', mayQueue };
    const rulesOfRun = (marker: string) => Promise.resolve(marker === 'run-1' ? rules : undefined);
    await scene.start(settings({ followUps: [] }), { rulesOfRun });
    await scene.tell(rest);
    await scene.tell(over('Succeeded', { operation: operation({ revisions: [B] }) }));
    const change = { startedAt: second(30), finishedAt: second(40) };
    await scene.tell(over('Succeeded', change, { resourceVersion: '9' }));
    assert.deepEqual(await scene.brief(), ['succeeded input/theirs done']);
  });

  /** `succeeded: why`, one per event without a follow-up, oldest first. */
  const idle = () =>
    [...scene.followUps.idleEvents(1_000, 'shop')]
      .reverse()
      .map(({ events, reasons }) => `${events.join(', ')}: ${reasons.join(' ')}`);

  describe('list each event without a follow-up, with the reason', () => {
    const limits = settings().followUpLimits;
    const input = { ...rule({ name: 'theirs' }), name: 'input/theirs' };
    const run = { rules: [input], organization: 'fabrikam', project: 'shop' };
    const rulesOfRun = () => Promise.resolve({ ...run, mayQueue: () => false });
    const grant = {
      ...{ argocd: 'prod', appProjects: ['default'], organization: 'fabrikam' },
      ...{ azureProjects: ['shop'], pipelines: ['smoke-*'] },
    };
    const annotations = (name: string, value: string) => ({ [`azure-pipelines/${name}`]: value });

    it('whose rules name another event', async () => {
      await scene.start();
      for (const one of [rest, running(), over()]) await scene.tell(one);
      assert.deepEqual(idle(), ['operationStarted: Only for other events: smoke (succeeded).']);
    });

    it('whose rule names another origin', async () => {
      const other = rule({ when: { events: ['succeeded'], startedBy: ['run'] } });
      await scene.start(settings({ followUps: [other] }));
      for (const one of [rest, over()]) await scene.tell(one);
      assert.deepEqual(idle().slice(-1), ['succeeded: Rule smoke: only if started by run.']);
    });

    it('that is part of a flood', async () => {
      await scene.start(settings({ followUpLimits: { ...limits, actionsPerHour: 1 } }));
      await scene.tell(rest);
      for (let at = 0; at < 12; at += 1) {
        const change = { startedAt: second(10 + at), finishedAt: second(20 + at) };
        await scene.tell(over('Succeeded', change, { resourceVersion: String(10 + at) }));
      }
      assert.match(idle().at(-1) ?? '', /^succeeded: Rule smoke: not done, because too many/);
    });

    it('that is older than `catchUp`', async () => {
      await scene.start();
      await scene.tell(over('Failed'));
      await scene.stop();
      scene.clock.jump(25 * 3_600_000);
      await scene.start();
      const change = { startedAt: second(30), finishedAt: second(40) };
      await scene.tell(over('Succeeded', change, { resourceVersion: '9' }));
      assert.match(idle().at(-1) ?? '', /succeeded: It was older than `followUpLimits.catchUp`/);
    });

    it('whose annotation is not granted, or invalid', async () => {
      await scene.start(settings({ followUps: [], grants: [grant] }));
      const forbidden = annotations('on-success', 'shop/deploy');
      await scene.tell({ ...rest, annotations: forbidden });
      await scene.tell(over('Succeeded', {}, { annotations: forbidden }));
      assert.match(idle().at(-1) ?? '', /No rule of `followUps`.* may not queue .*shop\/deploy/);
      const wrong = annotations('on-succes', 'shop/smoke-tests');
      const change = { startedAt: second(30), finishedAt: second(40) };
      await scene.tell(over('Succeeded', change, { resourceVersion: '9', annotations: wrong }));
      assert.match(idle().at(-1) ?? '', /Did you mean `azure-pipelines\/on-success`\?/);
    });

    it('whose granted annotation names another event', async () => {
      await scene.start(settings({ followUps: [], grants: [grant] }));
      const other = annotations('on-failure', 'shop/smoke-tests');
      await scene.tell({ ...rest, annotations: other });
      await scene.tell(over('Succeeded', {}, { annotations: other }));
      assert.match(idle().at(-1) ?? '', /other events: `azure-pipelines\/on-failure: shop\/smoke/);
    });

    it('of a run that may not use its own rules', async () => {
      await scene.start(settings({ followUps: [] }), { rulesOfRun });
      await scene.tell(rest);
      await scene.tell(over('Succeeded', { operation: operation({ revisions: [B] }) }));
      assert.match(idle().at(-1) ?? '', /Rule input\/theirs of the run: .* action `queue`/);
    });

    it('but not one whose follow-up is stored, whether seen again or not', async () => {
      await scene.start();
      for (const one of [rest, over(), over()]) await scene.tell(one);
      await scene.stop();
      await scene.start();
      await scene.store.events.forgetEvents({ argocd: 'prod', uid: over().uid });
      await scene.tell(over());
      assert.ok(scene.said.includes('seen again'));
      assert.deepEqual(
        idle().filter((line) => /succeeded.*:/.test(line)),
        [],
      );
    });
  });

  it('say whether an application is followed, and which applications they have never seen', async () => {
    await scene.start(settings({ followUps: [rule({ for: { applications: ['shop'] } })] }));
    await scene.tell(rest);
    await scene.tell(application({ name: 'web', uid: 'uid of web' }));
    const standing = (name: string) =>
      scene.followUps
        .standing(name)
        .map(({ application: one, isFollowed }) => `${one} ${isFollowed}`);
    assert.deepEqual(standing('shop'), ['argocd/shop true']);
    assert.deepEqual(standing('web'), ['argocd/web false']);
    assert.deepEqual(standing('sho'), []);
    assert.equal(scene.followUps.followsNothing, false);
    const none = settings({ followUps: [], grants: [], takesInputs: false });
    scene.followUps.configure(none);
    assert.equal(scene.followUps.followsNothing, true);
  });

  it('detect a loop by the run that claimed the event, whatever page its operation names', async () => {
    await scene.start();
    await scene.tell(rest);
    await scene.tell(over());
    const [first] = await scene.actions();
    const claim = { claimant: 'c', planId: 'plan-7', name: '', page: '', at: 1 };
    await scene.store.events.claimAction(first?.key ?? '', claim);
    const syncedBy = (marker: string, at: number) => {
      const info = [{ name: 'azure-pipelines/run', value: marker }];
      const by = operation({ revisions: [B], info });
      const change = { operation: by, startedAt: second(at), finishedAt: second(at + 5) };
      return over('Succeeded', change, { resourceVersion: String(at) });
    };
    await scene.tell(syncedBy('plan-7/job/task/run', 30));
    await scene.tell(syncedBy('plan-8/job/task/run', 40));
    assert.deepEqual(await scene.brief(), [
      'succeeded smoke done',
      'succeeded smoke refused',
      'succeeded smoke done',
    ]);
    assert.match((await scene.actions())[1]?.message ?? '', /the follow-ups form a loop/);
  });

  it('queue nothing for a run that may not have it queued', async () => {
    const input = { ...rule({ name: 'theirs' }), name: 'input/theirs' };
    const mayQueue = () => false;
    const rules = { rules: [input], organization: 'fabrikam', project: 'shop', mayQueue };
    const rulesOfRun = (marker: string) => Promise.resolve(marker === 'run-1' ? rules : undefined);
    await scene.start(settings({ followUps: [] }), { rulesOfRun });
    await scene.tell(rest);
    await scene.tell(over('Succeeded', { operation: operation({ revisions: [B] }) }));
    assert.deepEqual(await scene.brief(), []);
  });

  it('queue what annotations request, as far as grants allow, and report the rest', async () => {
    const grant = {
      ...{ argocd: 'prod', appProjects: ['default'], organization: 'fabrikam' },
      ...{ azureProjects: ['shop'], pipelines: ['smoke-*'] },
    };
    await scene.start(settings({ followUps: [], grants: [grant] }));
    const annotations = { 'azure-pipelines/on-success': 'shop/smoke-tests;shop/deploy' };
    await scene.tell({ ...rest, annotations });
    await scene.tell(over('Succeeded', {}, { annotations }));
    assert.deepEqual(await scene.brief(), ['succeeded annotation/onSuccess/shop/smoke-tests done']);
    const [faults] = scene.followUps.faults();
    assert.equal(faults?.application, 'argocd/shop');
    assert.match(faults.faults.join(), /may not queue fabrikam\/shop\/deploy/);
    assert.equal(scene.followUps.faultsOf('prod', { ...rest, annotations }).length, 1);
    await scene.tell(over('Succeeded', {}, { resourceVersion: '9' }));
    assert.deepEqual(scene.followUps.faults(), []);
  });

  it('queue a pipeline once if several places name it, as the first one says', async () => {
    const grant = {
      ...{ argocd: 'prod', appProjects: ['default'], organization: 'fabrikam' },
      ...{ azureProjects: ['shop'], pipelines: ['*'] },
    };
    const ofRun = { ...rule({ do: { queuePipeline: 'smoke-tests' } }), name: 'input/smoke' };
    const run = { organization: 'fabrikam', project: 'shop', mayQueue: () => true };
    const rulesOfRun = () => Promise.resolve({ ...run, rules: [ofRun] });
    const annotations = { 'azure-pipelines/on-success': 'shop/smoke-tests;shop/docs' };
    await scene.start(settings({ grants: [grant] }), { rulesOfRun });
    await scene.tell({ ...rest, annotations });
    const own = operation({ revisions: [B] });
    for (const version of ['3', '4']) {
      const change = { annotations, resourceVersion: version };
      await scene.tell(over('Succeeded', { operation: own }, change));
    }
    assert.deepEqual(await scene.brief(), [
      'succeeded smoke done',
      'succeeded annotation/onSuccess/shop/docs done',
    ]);
    assert.equal(scene.done.length, 2);
  });

  it('do once each what two rules of the configuration request, even for the same pipeline', async () => {
    await scene.start(settings({ followUps: [rule(), rule({ name: 'again' })] }));
    for (const one of [rest, over(), over()]) await scene.tell(one);
    assert.deepEqual(await scene.brief(), ['succeeded smoke done', 'succeeded again done']);
    assert.equal(new Set(scene.done).size, 2);
  });

  it('do once what each attempt of an operation repeats, unless the rule is for each attempt', async () => {
    const when = { events: ['phaseReached'], phases: ['PreSync'] };
    const each = rule({ name: 'each', when, each: 'attempt' });
    await scene.start(settings({ followUps: [rule({ when }), each] }));
    const failed = { results: [hook({ hookPhase: 'Failed' })] };
    const looks = [
      rest,
      running({ ...failed, retryCount: 0 }, { resourceVersion: '4' }),
      running({ ...failed, retryCount: 1 }, { resourceVersion: '5' }),
      running({ ...failed, retryCount: 2 }, { resourceVersion: '6' }),
    ];
    for (const one of [...looks, ...looks.slice(-1)]) await scene.tell(one);
    assert.deepEqual([...(await scene.brief())].sort(), [
      ...['phaseReached each done', 'phaseReached each done', 'phaseReached each done'],
      'phaseReached smoke done',
    ]);
    assert.equal(new Set(scene.done).size, 4);
  });

  const hour = 3_600_000;
  for (const [how, jumps] of [
    ['back', [-2 * hour]],
    ['ahead', [2 * hour]],
    ['ahead by more than `catchUp`', [30 * 24 * hour]],
    ['back and ahead', [-30 * 24 * hour, 30 * 24 * hour]],
    ['ahead and back', [30 * 24 * hour, -30 * 24 * hour]],
  ] as const) {
    it(`lose and duplicate nothing when the clock jumps ${how}`, async () => {
      const late = rule({ name: 'late', when: { events: ['failed'] } });
      await scene.start(settings({ followUps: [rule(), late] }));
      for (const one of [rest, running(), over()]) await scene.tell(one);
      for (const ms of jumps) {
        scene.clock.jump(ms);
        await scene.tell(over());
        await scene.list();
        await scene.pass(1_000);
      }
      const other = { operation: auto(A), startedAt: second(60), finishedAt: second(70) };
      for (const version of ['8', '9']) {
        await scene.tell(over('Failed', other, { resourceVersion: version }));
      }
      await scene.pass(1_000);
      const rules = scene.done.map((key) => key.split('|').at(-1));
      assert.deepEqual(rules, ['smoke', 'late']);
      const before = scene.done.length;
      await scene.stop();
      await scene.start(settings({ followUps: [rule(), late] }));
      await scene.tell(over('Failed', other, { resourceVersion: '9' }));
      assert.equal(scene.done.length, before, 'after a restart as well');
    });
  }

  it('find the actions of one operation', async () => {
    await scene.start();
    for (const one of [rest, over()]) await scene.tell(one);
    const [action] = await scene.actions();
    const key = action && readActionBody(action).event.operation?.key;
    assert.equal(
      (await scene.followUps.actionsOf({ argocd: 'prod', uid: 'uid-1' }, key)).length,
      1,
    );
    assert.equal(
      (await scene.followUps.actionsOf({ argocd: 'prod', uid: 'uid-1' }, 'other')).length,
      0,
    );
    assert.equal((await scene.followUps.actionsOf({ argocd: 'prod', uid: 'uid-1' })).length, 1);
  });

  it('remove finished actions after the retention period', async () => {
    await scene.start(settings({ retention: 3_600_000 }));
    for (const one of [rest, over()]) await scene.tell(one);
    assert.equal((await scene.actions()).length, 1);
    await scene.pass(2 * 3_600_000);
    // On a slow machine, one sweep may take all this time: the next one starts ten minutes later.
    await scene.pass(10 * 60_000);
    assert.equal((await scene.actions()).length, 0);
  });
});
