import assert from 'node:assert/strict';
import { statusPage, type StatusContent } from '../../../../src/handler/http/pages/status-page.ts';
import { at } from '../../../report/example-results.ts';
import { MemoryRecords, now, spec, run, status } from '../example-runs.ts';
import { textOf, wholePage } from './html.ts';

async function page(changes: Partial<StatusContent> = {}): Promise<string> {
  const figures = await new MemoryRecords([run()]).figures();
  const content = {
    status,
    figures,
    runs: [run()],
    show: 'all',
    older: undefined,
    now,
    version: '1.2.3',
  };
  return wholePage(statusPage({ ...content, ...changes } as StatusContent));
}

describe('The status page', () => {
  it('shows the state of the handler, and how much work is waiting', async () => {
    const text = textOf(await page());
    assert.match(
      text,
      /handler ready version 1\.2\.3, up for 25 h 01 min, 2026-11-21 10:01:00 UTC/,
    );
    assert.match(text, /Open runs 1 the oldest for 1 min Accepted 0/);
    assert.match(text, /Reports waiting 7 the oldest for 5 s/);
    assert.match(
      text,
      /Stored in \/data\/handler\.db \( 4 MiB\): working|Stored in \/data\/handler\.db \(4 MiB\): working/,
    );
  });

  it('says why it is not ready, and what needs attention', async () => {
    const text = textOf(
      await page({
        status: {
          ...status,
          unready: ['the disk is full'],
          notes: ['a rule allows everything'],
          store: { path: '/data/handler.db', fault: 'the disk is full' },
        },
      }),
    );
    assert.match(text, /not ready/);
    assert.match(
      text,
      /It does not accept new work: the disk is full Needs attention: a rule allows everything/,
    );
    assert.ok(!text.includes('): working'));
  });

  it('shows the state of each Argo CD', async () => {
    const [prod] = status.instances;
    assert.ok(prod);
    const stage = {
      ...prod,
      name: 'stage',
      page: 'javascript:alert(1)',
      streamSince: undefined,
      listedAt: undefined,
      failure: 'connect\nECONNREFUSED',
    };
    const html = await page({ status: { ...status, instances: [prod, stage] } });
    assert.match(html, /<a href="https:\/\/argocd\.example\.com\/" rel="noreferrer">prod<\/a>/);
    const text = textOf(html);
    assert.match(text, /prod for 1 h 07 min 2 12 s ago 312 4/);
    assert.match(text, /stage not connected 2 not yet 312 4 connect ⏎ ECONNREFUSED/);
    assert.ok(!html.includes('javascript:'));
  });

  it('lists runs with their state', async () => {
    const runs = [
      run({ id: 'a/b', isCanceled: true }),
      run({
        spec: spec({ applications: 'shop-web,shop-api' }),
        state: 'accepted',
        message: 'stored',
      }),
      run({ state: 'ended', outcome: 'timedOut', endedAt: at(30), message: 'too late' }),
      run({ state: 'ended', outcome: 'unreported', endedAt: at(30) }),
    ];
    const html = await page({ runs });
    const text = textOf(html);
    assert.match(
      text,
      /sync shop-web canceling following prod shop 2026-11-21 10:00:00 UTC 1 min waiting for PostSync/,
    );
    assert.match(text, /sync 2 applications \(shop-web, shop-api\) accepted/);
    assert.match(text, /timed out prod shop 2026-11-21 10:00:00 UTC 30 s too late/);
    assert.match(text, /not reported/);
    assert.match(html, /href="\/runs\/a%2Fb"/);
  });

  it('links to other lists and to older runs', async () => {
    const html = await page({ show: 'following', older: 1_234 });
    assert.match(html, /<a href="\/\?show=following"\s+aria-current="page">Following<\/a>/);
    assert.match(html, /<a href="\/\?show=unreported"\s*>Not reported<\/a>/);
    assert.match(html, /href="\/\?show=following&amp;before=1234">Older runs/);
    assert.ok(!(await page()).includes('Older runs'));
  });

  it('names the pipeline and its run, and links to it', async () => {
    const info = [
      { name: 'Pipeline', value: 'shop-ci' },
      { name: 'Run', value: '20261121.3' },
    ];
    const page1 = 'https://dev.azure.com/fabrikam/shop/_build/results?buildId=7';
    const html = await page({ runs: [run({ spec: { ...spec(), info, page: page1 } })] });
    assert.match(
      html,
      /<a href="https:\/\/dev[^"]*buildId=7" rel="noreferrer">shop-ci 20261121\.3</,
    );
  });

  for (const [row, words] of [
    ['20261121.3 https://dev.azure.com/fabrikam/shop/_build/results?buildId=7', 'ci 20261121.3'],
    [
      'Shop release 5 https://dev.azure.com/fabrikam/shop/_release?releaseId=5',
      'ci Shop release 5',
    ],
    ['Shop release 5', 'ci Shop release 5'],
    ['https://dev.azure.com/fabrikam/shop/_build/results?buildId=7', 'ci'],
    ['', 'ci'],
  ] as const) {
    it(`names a run by its complete number: ${row}`, async () => {
      const info = [
        { name: 'Pipeline', value: 'ci' },
        { name: 'Run', value: row },
      ];
      const text = textOf(await page({ runs: [run({ spec: { ...spec(), info, page: '' } })] }));
      assert.ok(text.includes(` ${words} Stored in`), text);
    });
  }

  it('reloads itself, unless the reader has paused that', async () => {
    const lively = await page({ show: 'following' });
    assert.match(lively, /http-equiv="refresh" content="10"/);
    assert.match(lively, /href="\/\?show=following&amp;refresh=off"[^>]*>Pause refresh</);
    const paused = await page({ show: 'following', isPaused: true });
    assert.doesNotMatch(paused, /http-equiv="refresh"/);
    assert.match(paused, /href="\/\?show=following">Resume refresh</);
  });

  it("keeps the reader's position when its refresh is paused or resumed", async () => {
    for (const [changes, path] of [
      [{}, '/'],
      [{ before: 77 }, '/?show=all&amp;before=77'],
      [{ show: 'ended', before: 77 }, '/?show=ended&amp;before=77'],
    ] as const) {
      const pause = `${path}${path.includes('?') ? '&amp;' : '?'}refresh=off`;
      assert.ok((await page(changes)).includes(`href="${pause}"`), pause);
      assert.ok((await page({ ...changes, isPaused: true })).includes(`href="${path}">Resume`));
    }
  });

  it('shows text between backticks as code, without the backticks', async () => {
    const notes = ['line 3: set `listen.public` or `tls`.'];
    const html = await page({ status: { ...status, notes } });
    assert.match(html, /set <code>listen\.public<\/code> or <code>tls<\/code>\./);
    assert.doesNotMatch(html, /`/);
  });

  it('says so if there is nothing to show', async () => {
    const text = textOf(await page({ runs: [], status: { ...status, instances: [] } }));
    assert.match(text, /Argo CD None configured\./);
    assert.match(text, /None\./);
  });

  it('shows foreign text as text, and bounded', async () => {
    const nasty = `</td><script>alert("1")</script>\u202e${'x'.repeat(9_000)}`;
    const [prod] = status.instances;
    assert.ok(prod);
    const html = await page({
      runs: [run({ message: nasty, spec: spec({ azureProject: '<b>&"\'', argocd: '<i>' }) })],
      status: { ...status, instances: [{ ...prod, failure: nasty }], notes: [nasty] },
    });
    assert.ok(!/<script|<b>|<i>|\u202e/.test(html));
    assert.match(html, /&lt;script&gt;alert\(&quot;1&quot;\)/);
    assert.ok(html.length < 30_000);
  });
});
