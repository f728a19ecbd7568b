import assert from 'node:assert/strict';
import {
  endOfResults,
  endWithout,
  type RunEnding,
} from '../../../../src/handler/runs/execution/run-ending.ts';
import { outputNames } from '../../../../src/report/outputs.ts';
import { atOnce } from '../../../../src/sync/model/at-once.ts';
import type { Outcome } from '../../../../src/sync/model/outcome.ts';
import { failedMigration, migrate, result, step } from '../../../report/example-results.ts';
import { sampleSpec } from '../../store/sample.ts';

const server = 'https://argocd.example.com';
const end = (...results: Parameters<typeof endOfResults>[0]) =>
  atOnce(endOfResults(results, sampleSpec, server));
const kinds = ({ items }: RunEnding) => items.map(({ kind }) => kind);
const completion = ({ items }: RunEnding) => {
  const last = items.at(-1);
  assert.equal(last?.kind, 'completed');
  return last.result;
};
const update = ({ items }: RunEnding) => {
  const [first] = items;
  assert.equal(first?.kind, 'record');
  return first.update;
};

describe('The end of a run', () => {
  for (const [outcome, expected] of [
    ['succeeded', 'succeeded'],
    ['superseded', 'failed'],
    ['canceled', 'canceled'],
    ['blocked', 'failed'],
    ['timedOut', 'failed'],
    ['failed', 'failed'],
  ] as const satisfies readonly (readonly [Outcome, string])[]) {
    it(`completes the task as ${expected} if its application ${outcome}`, () => {
      const ending = end(result({ outcome }));
      assert.equal(completion(ending), expected);
      assert.equal(ending.change.outcome, outcome);
      assert.equal(ending.change.state, 'reporting');
    });
  }

  it('is composed in turns, since its texts cover all steps of all applications', () => {
    const turnsOf = (count: number) => {
      const steps = Array.from({ length: count }, (_, place) => step({ name: `web-${place}` }));
      const made = [...endOfResults([result({ steps })], sampleSpec, server)];
      return Math.floor(made.reduce((sum, portion) => sum + portion) / 10_000);
    };
    assert.ok(turnsOf(1) >= 3, `${turnsOf(1)} turns`);
    assert.ok(turnsOf(5_000) >= turnsOf(1) + 5, `${turnsOf(5_000)} turns`);
  });

  it('completes a success that needs attention with issues', () => {
    const concerns = [{ title: 'OrphanedResourceWarning', message: '' }];
    assert.equal(completion(end(result({ concerns }))), 'succeededWithIssues');
  });

  it('is that of the worst of several applications', () => {
    const ending = end(result(), { ...failedMigration, name: 'cart' });
    assert.equal(completion(ending), 'failed');
    assert.match(
      ending.change.message ?? '',
      /2 applications: 1 succeeded, 1 failed\. cart failed/,
    );
    assert.equal(update(ending).variables?.['outcome'], 'failed');
  });

  it('is a failure if there was no application at all', () => {
    const ending = end();
    assert.equal(completion(ending), 'failed');
    assert.equal(ending.change.outcome, 'failed');
    assert.match(ending.change.message ?? '', /no application/);
  });

  it('reports record, summary and result before the completion', () => {
    assert.deepEqual(kinds(end(result())), ['record', 'attachment', 'attachment', 'completed']);
  });

  it('attaches a summary, and a machine-readable result', () => {
    const attachments = end(failedMigration).items.flatMap((item) =>
      item.kind === 'attachment' ? [item.attachment] : [],
    );
    assert.deepEqual(
      attachments.map(({ type }) => type),
      ['DistributedTask.Core.Summary', 'argocd.result'],
    );
    const [summary, file] = attachments;
    assert.match(summary?.name ?? '', /shop/);
    assert.equal(file?.name, `${summary?.name}.json`);
    assert.match(summary?.text ?? '', /Job\/migrate/);
    const parsed = JSON.parse(file?.text ?? '') as { readonly outcome: string };
    assert.equal(parsed.outcome, 'failed');
  });

  it('sets all outputs except the file, since there is no disk for it', () => {
    for (const ending of [end(result()), endWithout('failed', 'no instance')]) {
      const expected = outputNames.filter((name) => name !== 'resultFile');
      assert.deepEqual(Object.keys(update(ending).variables ?? {}), expected);
    }
  });

  it('says the same in the record as about the run', () => {
    const ending = end(result());
    assert.equal(update(ending).currentOperation, ending.change.message);
    assert.equal(update(ending).variables?.['syncStatus'], 'Synced');
  });

  it('never completes the record itself: the server does that', () => {
    for (const ending of [end(result()), endWithout('canceled', 'x')]) {
      assert.equal(update(ending).state, undefined);
      assert.equal(update(ending).result, undefined);
    }
  });

  it('keeps the results that the pages show, whatever their size', () => {
    const steps = Array.from({ length: 5_000 }, (_, index) => ({
      ...migrate,
      name: `job-${index}`,
    }));
    const [kept] = end(result({ steps })).change.results ?? [];
    assert.equal(kept?.steps.length, 1_000);
    assert.equal(kept.steps[0]?.name, 'job-0');
    assert.deepEqual(kept.images, []);
    assert.equal(kept.message, result().message);
  });

  for (const [outcome, expected] of [
    ['failed', 'failed'],
    ['canceled', 'canceled'],
    ['timedOut', 'failed'],
  ] as const) {
    it(`completes the task as ${expected} if it ${outcome} without results`, () => {
      const ending = endWithout(outcome, 'It is so.');
      assert.deepEqual(kinds(ending), ['record', 'completed']);
      assert.equal(completion(ending), expected);
      assert.deepEqual(ending.change, { state: 'reporting', outcome, message: 'It is so.' });
      assert.equal(update(ending).variables?.['message'], 'It is so.');
      assert.equal(update(ending).variables?.['outcome'], outcome);
    });
  }

  it('bounds and escapes foreign text', () => {
    const evil = `##vso[task.complete result=Succeeded]\n\u001b[31m${'x'.repeat(9_000)}`;
    for (const ending of [endWithout('failed', evil), end(result({ message: evil }))]) {
      const { message = '' } = ending.change;
      const { variables = {}, currentOperation = '' } = update(ending);
      for (const text of [message, currentOperation, variables['message'] ?? '']) {
        assert.doesNotMatch(text, /##vso|\p{Cc}/u);
        assert.ok(text.length < 5_000);
      }
      assert.match(message, /x{100}/);
      assert.ok(message.length < 1_100);
    }
  });
});
