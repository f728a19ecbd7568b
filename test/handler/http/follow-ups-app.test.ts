import assert from 'node:assert/strict';
import { systemClock } from '../../../src/async/clock.ts';
import { eventKeyOf } from '../../../src/follow-ups/action-key.ts';
import type { Standing } from '../../../src/handler/follow-ups/follow-up-ports.ts';
import { IdleEvents } from '../../../src/handler/follow-ups/idle-events.ts';
import { OperatorActs, type ActRecord } from '../../../src/handler/follow-ups/operator-acts.ts';
import { adminApp } from '../../../src/handler/http/admin-app.ts';
import { followUpsSchema } from '../../../src/handler/http/answers.ts';
import { FormTokens } from '../../../src/handler/http/form-tokens.ts';
import type { StoredAction } from '../../../src/handler/store/event-store.ts';
import { SqliteStore } from '../../../src/handler/store/sqlite/sqlite-store.ts';
import { Secret } from '../../../src/secret.ts';
import { event } from '../../follow-ups/events.ts';
import { printRequest, uncheckedRequest } from '../../../src/actions/pipeline-request.ts';
import { queueing, storedAction } from '../follow-ups/sample-action.ts';
import { storeFolder } from '../store/sample.ts';
import { MemoryRecords, status } from './example-runs.ts';
import { assertBalanced, textOf } from './pages/html.ts';

const token = 'admin-token-0123456789';
const basic = { Authorization: `Basic ${Buffer.from(`alice:${token}`).toString('base64')}` };
const bearer = { Authorization: `Bearer ${token}` };
const formKey = Buffer.alloc(32, 7);
const now = 1_700_000_000_000;
const memory = {
  ...{ argocd: 'prod', uid: 'uid-1', historyId: 0 },
  ...{ isDegraded: false, degradations: 0 },
};

type Headers = Readonly<Record<string, string>>;

describe('The follow-ups on the admin listener', () => {
  let folder: ReturnType<typeof storeFolder>;
  let store: SqliteStore;
  let acted: ActRecord[];
  let woken: number;
  let idle: IdleEvents;
  let standing: readonly Standing[];
  let followsNothing: boolean;
  let admin: Secret | undefined;
  let app: ReturnType<typeof adminApp>;

  beforeEach(() => {
    folder = storeFolder();
    store = SqliteStore.open(folder.path, systemClock);
    acted = [];
    woken = 0;
    idle = new IdleEvents();
    standing = [];
    followsNothing = false;
    admin = new Secret(token);
    const clock = { now: () => now, sleep: () => Promise.resolve() };
    app = adminApp({
      ...{ records: new MemoryRecords([]), status: () => status, clock, formKey },
      followUps: {
        store: store.events,
        seen: {
          idleEvents: (limit, name) => idle.newest(limit, name),
          standing: () => standing,
          get followsNothing() {
            return followsNothing;
          },
        },
        acts: new OperatorActs({
          ...{ store: store.events, clock, keepTrying: () => 1_000 },
          onAct: (record) => acted.push(record),
          wake: () => (woken += 1),
        }),
      },
      metrics: () => Promise.resolve({ contentType: 'text/plain', text: '' }),
      token: () => admin,
      ...{ isLoopback: false, openapi: {}, version: '1.2.3' },
      onError: (error) => assert.fail(error as Error),
    });
  });
  afterEach(async () => {
    await store.close();
    folder.remove();
  });

  const add = (...actions: readonly StoredAction[]) =>
    store.events.recordEvents({ memory: { ...memory, operation: undefined }, actions });
  const get = async (path: string, headers: Headers = basic) => {
    const response = await app.request(path, { headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const post = async (key: string, act: string, headers: Headers, form?: string) => {
    const path = `/follow-ups/${eventKeyOf(key)}/${act}`;
    const body = new URLSearchParams(form === undefined ? {} : { token: form }).toString();
    const response = await app.request(path, { method: 'POST', headers, body });
    return { status: response.status, text: await response.text() };
  };
  const formOf = (key: string, act: string) =>
    new FormTokens(formKey).tokenOf(act, eventKeyOf(key));

  it('show cause, target, state, run and claim, none of which is treated as markup', async () => {
    const evil = '<script>alert(1)</script>';
    const application = { name: 'shop', namespace: 'argocd', uid: 'uid-1', project: evil };
    const claim = { claimant: 'c', planId: 'p', name: evil, page: 'javascript:alert(1)', at: 1 };
    await add(
      storedAction(
        { key: 'a', rule: evil, state: 'refused', message: evil, claim },
        { event: event({ application }), applicationUrl: 'javascript:alert(1)', late: true },
      ),
      storedAction({ key: 'b', body: 'no JSON', outcome: { id: 1, name: evil, page: evil } }),
    );
    const { status: code, text, headers } = await get('/follow-ups');
    assert.equal(code, 200);
    assertBalanced(text);
    assert.doesNotMatch(text, /<script|javascript:/);
    const words = textOf(text);
    for (const word of ['argocd/shop', 'succeeded', 'late', 'refused', 'fabrikam/shop/smoke']) {
      assert.ok(words.includes(word), word);
    }
    assert.match(headers.get('content-security-policy') ?? '', /form-action 'self'/);
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/);
  });

  it('come with the events that started nothing and the reason, none of which is treated as markup', async () => {
    const evil = '<script>alert(1)</script>';
    const of = { origin: { kind: 'user', name: evil } } as const;
    const application = { name: evil, namespace: 'argocd', uid: 'uid-2', project: evil };
    const source = { argocd: 'prod', applicationUrl: 'javascript:alert(1)', late: true };
    idle.add(event({ id: '1' }), { ...source, late: false }, ['Rule `smoke`: only this.'], now);
    idle.add(event({ id: '2', application, of }), source, [evil], now);
    const shown = async (query: string) => textOf((await get(`/follow-ups${query}`)).text);
    const { text } = await get('/follow-ups');
    assertBalanced(text);
    assert.doesNotMatch(text, /<script|javascript:/);
    for (const word of ['argocd/shop', 'succeeded', 'late', 'autoSync', 'only this.']) {
      assert.ok(textOf(text).includes(word), word);
    }
    assert.match(await shown('?application=shop'), /only this/);
    assert.doesNotMatch(await shown('?application=web'), /only this/);
    assert.doesNotMatch(await shown('?state=done'), /Events without/);
    assert.doesNotMatch(await shown('?before=5'), /Events without/);
  });

  it('say that nothing is followed, if so', async () => {
    const shown = async (query: string) => textOf((await get(`/follow-ups${query}`)).text);
    assert.doesNotMatch(await shown(''), /followed: the configuration/);
    followsNothing = true;
    assert.match(await shown(''), /No application is followed: the configuration has no followUps/);
    assert.match(await shown('?application=shop'), /No application is followed/);
  });

  it('say of the application of a filter whether it is followed', async () => {
    const shown = async () => textOf((await get('/follow-ups?application=shop')).text);
    assert.match(await shown(), /No Argo CD has shown an application named shop/);
    const about = { argocd: 'prod', application: 'argocd/shop', project: 'retail' };
    standing = [{ ...about, isFollowed: false }];
    assert.match(await shown(), /argocd\/shop of prod is not followed: .* AppProject retail/);
    standing = [{ ...about, isFollowed: true }];
    assert.match(await shown(), /argocd\/shop of prod is followed/);
  });

  it('say how often an event runs their pipeline, once that is known', async () => {
    const about = {
      ...{ organization: 'https://dev.azure.com/fabrikam', project: 'shop', pipeline: 7 },
      kind: 'yaml',
    } as const;
    const request = (mark: 'parameter' | 'tag') =>
      printRequest({ ...uncheckedRequest(queueing, about, '1'.repeat(15)), mark });
    const shown = async (...actions: readonly StoredAction[]) => {
      await add(...actions);
      return textOf((await get('/follow-ups')).text);
    };
    assert.doesNotMatch(await shown(storedAction({ key: 'a' })), /once|duplicate/);
    assert.match(
      await shown(storedAction({ key: 'b', request: request('parameter') })),
      /exactly once/,
    );
    assert.match(
      await shown(storedAction({ key: 'c', request: request('tag') })),
      /at most one duplicate within 40 s/,
    );
    const hook = { kind: 'postWebHook', url: 'https://x.example/', rule: 'tell' } as const;
    assert.match(await shown(storedAction({ key: 'd' }, { action: hook })), /at least once/);
  });

  it('are shown page by page, by state and application, without omissions', async () => {
    const name = (index: number) => (index % 2 === 0 ? 'shop' : 'cart');
    const many = Array.from({ length: 120 }, (_, index) =>
      storedAction(
        {
          key: `k${index}`,
          createdAt: Math.floor(index / 4),
          state: index < 60 ? 'done' : 'waiting',
        },
        { event: event({ application: { ...event().application, name: name(index) } }) },
      ),
    );
    await add(...many);
    const all = new Set<string>();
    let before: number | null = null;
    let pages = 0;
    do {
      const path: string = before === null ? '/v1/follow-ups' : `/v1/follow-ups?before=${before}`;
      const { text } = await get(path, bearer);
      const page = followUpsSchema.parse(JSON.parse(text));
      for (const { event: key } of page.followUps) all.add(key);
      before = page.before;
      pages += 1;
    } while (before !== null && pages < 20);
    assert.deepEqual(all, new Set(many.map(({ key }) => eventKeyOf(key))));
    const { text } = await get('/v1/follow-ups?application=cart&state=done', bearer);
    const some = followUpsSchema.parse(JSON.parse(text)).followUps;
    assert.equal(some.length, 30);
    assert.ok(some.every((each) => each.application === 'argocd/cart' && each.state === 'done'));
  });

  it('are redelivered by a form of the page, which is recorded in the log and in the store', async () => {
    const claim = { claimant: 'c', planId: 'p', name: '7', page: '', at: 1 };
    await add(storedAction({ key: 'a', state: 'expired', tries: 9, message: 'away', claim }));
    const { text } = await get('/follow-ups');
    assert.ok(text.includes(formOf('a', 'redeliver')));
    const headers = {
      ...basic,
      Accept: 'text/html',
      Origin: 'http://localhost',
      Host: 'localhost',
    };
    const site = { ...headers, 'Sec-Fetch-Site': 'same-origin' };
    assert.equal((await post('a', 'redeliver', site, formOf('a', 'redeliver'))).status, 303);
    const action = await store.events.action('a');
    assert.deepEqual(
      [action?.state, action?.tries, action?.dueAt, action?.expiresAt, action?.claim],
      ['waiting', 0, now, now + 1_000, undefined],
    );
    assert.equal(action?.message, 'Redelivered by alice at 2023-11-14T22:13:20.000Z.');
    assert.deepEqual(acted, [
      { act: 'redeliver', by: 'alice', event: eventKeyOf('a'), rule: 'smoke', state: 'expired' },
    ]);
    assert.equal(woken, 1);
  });

  it('can also be dismissed with the bearer token, without a form', async () => {
    await add(storedAction({ key: 'a', message: 'No such pipeline.' }));
    assert.deepEqual(await post('a', 'dismiss', bearer), { status: 200, text: 'Done.\n' });
    const action = await store.events.action('a');
    assert.equal(action?.state, 'dismissed');
    assert.match(action?.message ?? '', /^Dismissed by an operator at .* No such pipeline\.$/);
  });

  const own = formOf('a', 'dismiss');
  const refused: readonly (readonly [string, Headers, string | undefined, number])[] = [
    ["without the form's token", basic, undefined, 403],
    ["with another action's token", basic, formOf('a', 'redeliver'), 403],
    ["with another follow-up's token", basic, formOf('b', 'dismiss'), 403],
    ["with another process's token", basic, 'f'.repeat(64), 403],
    ['from another site', { ...basic, 'Sec-Fetch-Site': 'cross-site' }, own, 403],
    ['from a sibling site', { ...basic, 'Sec-Fetch-Site': 'same-site' }, own, 403],
    ['with another origin', { ...basic, Origin: 'http://evil', Host: 'localhost' }, own, 403],
    ['with an invalid origin', { ...basic, Origin: 'null', Host: 'localhost' }, own, 403],
    ['from elsewhere, whatever the scheme', { ...bearer, Origin: 'http://evil' }, undefined, 403],
    ['without the admin token', {}, own, 401],
    ['with a wrong admin token', { Authorization: 'Bearer wrong' }, own, 401],
  ];
  for (const [what, headers, form, code] of refused) {
    it(`are not changed ${what}`, async () => {
      await add(storedAction({ key: 'a' }), storedAction({ key: 'b' }));
      assert.equal((await post('a', 'dismiss', headers, form)).status, code);
      assert.equal((await store.events.action('a'))?.state, 'waiting');
      assert.deepEqual(acted, []);
    });
  }

  it('are not changed without an admin token, and have no buttons', async () => {
    admin = undefined;
    await add(storedAction({ key: 'a' }));
    assert.equal((await post('a', 'dismiss', {}, own)).status, 403);
    assert.equal((await store.events.action('a'))?.state, 'waiting');
    assert.doesNotMatch((await get('/follow-ups', {})).text, /<form method="post"/);
  });

  it('are not sent again while they may have been done, and not dismissed once they were', async () => {
    await add(storedAction({ key: 'a', state: 'sent' }), storedAction({ key: 'b', state: 'done' }));
    assert.equal((await post('a', 'redeliver', bearer)).status, 409);
    assert.equal((await post('b', 'dismiss', bearer)).status, 409);
    assert.equal((await post('c', 'dismiss', bearer)).status, 404);
    assert.equal((await post('a', 'explode', bearer)).status, 404);
    assert.equal((await store.events.action('a'))?.state, 'sent');
    assert.deepEqual([acted, woken], [[], 0]);
  });
});
