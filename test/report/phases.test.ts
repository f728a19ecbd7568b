import assert from 'node:assert/strict';
import { phasesOf } from '../../src/report/phases.ts';
import { assertLinear } from '../meter.ts';
import { at, migrate, smokeTest, step, web } from './example-results.ts';

describe('The phases of steps', () => {
  it('are in the order in which Argo CD goes through them, attempt by attempt', () => {
    const again = { ...migrate, attempt: 1 };
    const phases = phasesOf([smokeTest, again, web, migrate]);
    assert.deepEqual(
      phases.map(({ title, steps }) => [title, steps]),
      [
        ['PreSync', [migrate]],
        ['Sync', [web]],
        ['PostSync', [smokeTest]],
        ['PreSync (attempt 2)', [again]],
      ],
    );
  });

  it('have their steps by wave and position in the plan, and unplanned ones last', () => {
    const steps = [
      step({ name: 'unknown', wave: undefined }),
      step({ name: 'd', wave: 2 }),
      step({ name: 'c', wave: 0, order: 7 }),
      step({ name: 'a', wave: -3 }),
      step({ name: 'b', wave: 0, order: 5 }),
    ];
    const [phase] = phasesOf(steps);
    assert.deepEqual(
      phase?.steps.map(({ name }) => name),
      ['a', 'b', 'c', 'd', 'unknown'],
    );
  });

  it('keep the order of equal steps, and last from the first start to the last end', () => {
    const steps = [
      step({ name: 'b', startedAt: at(7), finishedAt: at(9) }),
      step({ name: 'a', startedAt: at(5), finishedAt: at(6) }),
      step({ name: 'c', startedAt: undefined, finishedAt: undefined }),
    ];
    assert.deepEqual(phasesOf(steps), [
      { title: 'Sync', steps, span: { startedAt: at(5), finishedAt: at(9) } },
    ]);
    assert.deepEqual(phasesOf([]), []);
  });

  it('are found by reading each step once, however many a phase has', () => {
    assertLinear((count, meter) => {
      const steps = Array.from({ length: count }, (_, index) => step({ name: `web-${index}` }));
      meter.iterated(() => phasesOf(steps));
    });
  });
});
