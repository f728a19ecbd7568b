import assert from 'node:assert/strict';
import { canceledSync, succeedingSync, type CrashScenario } from './crash-scenario.ts';
import { crashAt, printPoint, type CrashPoint, type CrashReport } from './crash.ts';
import { inLanes } from './lanes.ts';

/** Installations at a time, each in its own process. */
const lanes = 5;
/** Small differences in time add or remove a few requests: a point may need several tries. */
const mostTries = 3;

/** The essential points of each scenario: its points are discovered, but must include these. */
const essentials: readonly (readonly [CrashScenario, readonly RegExp[]])[] = [
  [
    succeedingSync,
    [
      /Argo CD: POST .*\/sync, number 1, arrived/,
      /Argo CD: POST .*\/sync, number 1, applied/,
      /Azure DevOps: (getPlan|listRecords|createLog), number 1, applied/,
      /Azure DevOps: appendLog, number 2, applied/,
      /Azure DevOps: putAttachment, number 2, arrived/,
      /Azure DevOps: postEvent TaskStarted, number 1, applied/,
      /Azure DevOps: postEvent TaskCompleted, number 1, arrived/,
      /Azure DevOps: postEvent TaskCompleted, number 1, applied/,
    ],
  ],
  [
    canceledSync,
    [
      /Argo CD: DELETE .*\/operation, number 1, arrived/,
      /Argo CD: DELETE .*\/operation, number 1, applied/,
      /Azure DevOps: postEvent TaskCompleted, number 1, arrived/,
      /Azure DevOps: postEvent TaskCompleted, number 1, applied/,
    ],
  ],
];

describe('The handler, killed', () => {
  for (const [scenario, patterns] of essentials) {
    describe(`in ${scenario.title}`, () => {
      let whole: CrashReport;
      before(async () => {
        whole = await crashAt(scenario);
        assert.deepEqual(whole.problems, []);
      });
      const killAt = async (point: CrashPoint) => {
        const report = await crashAt(scenario, point, whole.story);
        const problems = report.problems.map((problem) => `${printPoint(point)}: ${problem}`);
        return { isReached: report.isReached, problems };
      };

      it('before or after any request that it sends, finishes once and completely', async () => {
        const reached: string[] = [];
        const results = await inLanes(whole.requests, lanes, async (point) => {
          for (let tries = 1; tries <= mostTries; tries += 1) {
            const { isReached, problems } = await killAt(point);
            if (isReached) reached.push(printPoint(point));
            if (isReached || problems.length > 0) return problems;
          }
          return [];
        });
        assert.deepEqual(results.flat(), []);
        for (const pattern of patterns)
          assert.ok(
            reached.some((one) => pattern.test(one)),
            pattern.source,
          );
      });

      it('before or after any write to its store, finishes once and completely', async () => {
        const problems: string[] = [];
        let ordinal = whole.writesBefore;
        let isOver = false;
        // Until a process has ended without reaching that write.
        const lane = async () => {
          while (!isOver) {
            ordinal += 1;
            const here = ordinal;
            for (const side of ['before', 'after'] as const) {
              const result = await killAt({ at: 'write', side, ordinal: here });
              problems.push(...result.problems);
              if (!result.isReached) isOver = true;
            }
          }
        };
        await Promise.all(Array.from({ length: lanes }, lane));
        assert.deepEqual(problems, []);
        assert.ok(ordinal - whole.writesBefore > 5);
      });
    });
  }
});
