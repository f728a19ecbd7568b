import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskRun } from '../../../simulators/agent/agent.ts';
import { pathFrom } from '../../../simulators/agent/windows-node.ts';
import { outputNames } from '../../../src/report/outputs.ts';
import { readResult, type ResultFile } from '../../report/result-schema.ts';

/** The names under which the summary and the result file are attached to a run. */
const summaryType = 'Distributedtask.Core.Summary';
const resultType = 'argocd.result';

/** The longest line of a log: a whole message of 1,000 characters, and the text around it. */
const longestLine = 1_500;
// eslint-disable-next-line no-control-regex -- control characters are the point
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\p{Cf}]/u;

/**
 * What holds for every end of the bundle, whatever happened to the sync. The agent also masks a
 * user name, which is not a secret in published files.
 */
export function assertSound(run: TaskRun, username?: string): void {
  const log = run.lines.join('\n');
  assert.equal(run.exitCode, 0, log);
  assert.equal(run.infrastructureFailure, undefined, log);
  assert.deepEqual(
    run.signals.filter((signal) => signal !== 'SIGINT'),
    [],
    'the agent had to do more than to ask',
  );
  assert.deepEqual(Object.keys(run.outputs).sort(), [...outputNames].sort(), log);
  assert.deepEqual(run.variables, {});
  assert.notEqual(run.outputs['outcome'], '', log);
  assert.notEqual(run.outputs['message'], '', log);
  assert.doesNotThrow(() => JSON.parse(run.outputs['revisions'] ?? '') as unknown);
  assert.deepEqual(
    run.lines.filter((line) => line.includes('##vso') || unseen.test(line)),
    [],
  );
  assert.deepEqual(
    run.lines.filter((line) => line.length > longestLine),
    [],
  );
  assertNothingTold(
    run,
    run.secrets.filter((secret) => secret !== username),
  );
  if (run.outputs['resultFile'] !== '') assertPublished(run);
}

/** None of the texts is anywhere in what a run leaves behind. */
export function assertNothingTold(run: TaskRun, texts: readonly string[]): void {
  const { secrets, ...kept } = run;
  const left = [JSON.stringify(kept), ...filesIn(run.temporaryFolder)].join('\n');
  for (const text of texts) {
    assert.ok(text.length > 5, `"${text}" is too short to be looked for`);
    const forms = [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)];
    for (const form of [...forms, Buffer.from(text).toString('base64')]) {
      assert.ok(!left.includes(form), `"${text}", one of ${secrets.length} secrets, is told`);
    }
  }
}

function assertPublished(run: TaskRun): void {
  const result = resultOf(run);
  assert.equal(result.outcome, run.outputs['outcome']);
  const attached = run.attachments.filter(({ type }) => type === resultType);
  for (const { content } of attached) {
    assert.equal(content, resultTextOf(run));
  }
}

/** The result file of a run. Throws if there is none, or if it does not match its schema. */
export function resultOf(run: TaskRun): ResultFile {
  return readResult(resultTextOf(run));
}

/** The content of the result file. Throws if there is none. */
function resultTextOf(run: TaskRun): string {
  return readFileSync(pathFrom(run.outputs['resultFile'] ?? ''), 'utf8');
}

/** The summary's Markdown; empty if none was uploaded. */
export function summaryOf(run: TaskRun): string {
  return run.attachments.find(({ type }) => type === summaryType)?.content ?? '';
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}
