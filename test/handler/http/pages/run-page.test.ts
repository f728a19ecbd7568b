import assert from 'node:assert/strict';
import { runPage } from '../../../../src/handler/http/pages/run-page.ts';
import { newMemory } from '../../../../src/sync/model/memory.ts';
import { at, commit, migrate, result, smokeTest, web } from '../../../report/example-results.ts';
import { now, spec, run } from '../example-runs.ts';
import { textOf, wholePage } from './html.ts';

const running = { ...smokeTest, state: 'Running' as const, finishedAt: undefined };
const checkpoint = {
  path: 'shop-web',
  checkpoint: { memory: newMemory(at(0), undefined), steps: [migrate, web, running] },
  plan: undefined,
  result: undefined,
};
const failed = result({
  outcome: 'failed',
  message: 'PostSync hook Job shop/smoke-test failed',
  causes: [
    {
      title: 'PostSync hook Job shop/smoke-test failed',
      message: 'Job has reached\nthe specified backoff limit',
      advice: 'Look at the log of the pod.',
      resource: { group: 'batch', kind: 'Job', namespace: 'shop', name: 'smoke-test' },
      log: ['GET /health', '503 <b>'],
    },
  ],
  concerns: [{ title: 'Resources to prune', message: 'ConfigMap shop/old' }],
  steps: [migrate, web, { ...smokeTest, state: 'Failed' }],
});

describe("A run's page", () => {
  it('says what was requested, by whom, and links to it', async () => {
    const html = await wholePage(runPage(run(), [], now));
    const text = textOf(html);
    assert.match(text, /sync shop-web following All runs/);
    assert.match(text, /Message waiting for PostSync hook Job shop\/smoke-test/);
    assert.match(
      text,
      /Azure project shop Argo CD prod Client fabrikam Accepted 2026-11-21 10:00:00 UTC/,
    );
    assert.match(text, /Time 1 min, until 2026-11-21 10:30:00 UTC/);
    assert.match(
      html,
      /<a href="https:\/\/dev\.azure\.com\/fabrikam\/shop\/_build\/results\?buildId=4711" rel="noreferrer">shop CI 20261121\.1<\/a>/,
    );
  });

  it('shows the current phases while it is open, and reloads itself', async () => {
    const html = await wholePage(runPage(run(), [checkpoint], now));
    assert.match(html, /<meta http-equiv="refresh" content="5" \/>/);
    assert.match(
      textOf(html),
      /shop-web in progress .*PreSync 4 s .*Job\/migrate hook Succeeded 4 s .*PostSync 49 s .*Job\/smoke-test hook Running 49 s/,
    );
  });

  it('shows the result, its evidence and a link to Argo CD', async () => {
    const ended = run({
      state: 'ended',
      outcome: 'succeeded',
      endedAt: at(34),
      results: [result()],
    });
    const html = await wholePage(runPage(ended, [checkpoint], now));
    const text = textOf(html);
    assert.match(text, /Ended 2026-11-21 10:00:34 UTC Time 34 s Hub/);
    assert.match(
      text,
      /shop succeeded Result Synced to 4f2c9d1; the application is Healthy Evidence the operation with our marker/,
    );
    assert.match(
      text,
      new RegExp(`Revision ${commit.slice(0, 7)} State Synced, Healthy Operation Succeeded, 31 s`),
    );
    assert.match(
      html,
      /href="https:\/\/argocd\.example\.com\/applications\/argocd\/shop\?operation=true"/,
    );
    assert.ok(!html.includes('http-equiv="refresh"'));
    assert.ok(!text.includes('in progress'));
  });

  it('says why it failed, with the last lines of the log', async () => {
    const ended = run({ state: 'ended', outcome: 'failed', endedAt: at(34), results: [failed] });
    const html = await wholePage(runPage(ended, [], now));
    assert.match(html, /<pre>GET \/health\n503 &lt;b&gt;<\/pre>/);
    assert.match(
      textOf(html),
      /Needs attention Resources to prune: ConfigMap shop\/old .*failed Job has reached the specified backoff limit What to do: Look at the log of the pod\. Last lines of the log of /,
    );
  });

  it("shows the results of a run's children", async () => {
    const child = {
      path: 'shop-web > shop-child',
      ...{ checkpoint: undefined, plan: undefined },
      result: result({ name: 'shop-child' }),
    };
    const text = textOf(await wholePage(runPage(run(), [checkpoint, child], now)));
    assert.match(text, /shop-web in progress .*shop-child succeeded/);
  });

  it('shows a retry, a cancellation and the log', async () => {
    const report = { ...run().report, log: { id: 1, base: 0, written: 12 } };
    const text = textOf(
      await wholePage(runPage(run({ attempt: 2, isCanceled: true, report }), [], now)),
    );
    assert.match(text, /canceled by its run/);
    assert.match(text, /Attempt 2/);
    assert.match(text, /Log lines reported 12/);
  });

  it('links only to the web', async () => {
    const bad = run({
      spec: { ...spec(), page: 'javascript:alert(1)', info: [] },
      results: [result({ url: 'javascript:alert(2)' })],
    });
    assert.ok(!(await wholePage(runPage(bad, [], now))).includes('href="javascript'));
  });

  it('omits what could not be read', async () => {
    const many = Array.from({ length: 60 }, (_, index) => result({ name: `shop-${index}` }));
    const cause = {
      title: 'x',
      message: 'y'.repeat(90_000),
      advice: '',
      resource: undefined,
      log: Array<string>(5_000).fill('z'),
    };
    const worst = result({ outcome: 'failed', causes: Array.from({ length: 25 }, () => cause) });
    const html = await wholePage(runPage(run({ results: [worst, ...many] }), [], now));
    assert.match(html, /11 more applications are not shown/);
    assert.match(html, /5 more causes are not shown/);
    assert.ok(html.length < 1_000_000);
  });
});
