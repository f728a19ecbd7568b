import assert from 'node:assert/strict';
import { phaseChart } from '../../../../src/handler/http/pages/phase-chart.ts';
import { at, migrate, smokeTest, step, web } from '../../../report/example-results.ts';
import { textOf, wholePage } from './html.ts';

/** Start, width and color of each bar. */
function bars(html: string): readonly string[] {
  const rect = /<rect\s+class="(?!track)(\w+)"\s+x="([\d.]+)"\s+y="0"\s+width="([\d.]+)"/g;
  return [...html.matchAll(rect)].map(([, tone, x, width]) => `${tone} ${x} ${width}`);
}

describe('The chart of phases', () => {
  it('shows when each phase and step ran within the whole', async () => {
    const html = await wholePage(phaseChart([migrate, web, smokeTest], undefined));
    // The whole lasts from second 1 to second 31.
    assert.deepEqual(bars(html), [
      'good 0.0 133.3',
      'good 0.0 133.3',
      'good 200.0 66.7',
      'good 200.0 66.7',
      'good 333.3 666.7',
      'good 333.3 666.7',
    ]);
  });

  it('shows what still runs up to now, and a failure in its color', async () => {
    const running = { ...smokeTest, state: 'Running' as const, finishedAt: undefined };
    const failed = { ...web, state: 'Failed' as const };
    const html = await wholePage(phaseChart([migrate, failed, running], at(41)));
    assert.deepEqual(bars(html).slice(2), [
      'bad 150.0 50.0',
      'bad 150.0 50.0',
      'busy 250.0 750.0',
      'busy 250.0 750.0',
    ]);
  });

  it('keeps what took no time visible, even at the very end', async () => {
    const instant = step({ startedAt: at(31), finishedAt: at(31) });
    const html = await wholePage(phaseChart([migrate, smokeTest, instant], undefined));
    assert.ok(bars(html).includes('good 992.0 8.0'), bars(html).join());
  });

  it('shows nothing for what was not reached', async () => {
    const pending = step({ state: 'Pending', startedAt: undefined, finishedAt: undefined });
    const html = await wholePage(phaseChart([pending], at(9)));
    assert.deepEqual(bars(html), []);
    assert.match(textOf(html), /Not reached/);
  });

  it('separates attempts, in the order of the phases', async () => {
    const steps = [smokeTest, { ...migrate, attempt: 1 }, web, migrate];
    const text = textOf(await wholePage(phaseChart(steps, undefined)));
    assert.match(text, /PreSync 4 s.*Sync 2 s.*PostSync 20 s.*PreSync \(attempt 2\) 4 s/);
  });

  it('omits steps that could not be read', async () => {
    const many = Array.from({ length: 510 }, (_, index) => step({ name: `job-${index}` }));
    assert.match(await wholePage(phaseChart(many, undefined)), /10 more steps are not shown/);
  });

  it('says so if there are none', async () => {
    assert.match(await wholePage(phaseChart([], at(1))), /No steps yet/);
  });
});
