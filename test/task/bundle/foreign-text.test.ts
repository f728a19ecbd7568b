import assert from 'node:assert/strict';
import { configMap, job } from '../../manifests.ts';
import type { TaskRun } from '../../../simulators/agent/agent.ts';
import { resultOf, summaryOf } from './soundness.ts';
import { onEachNode } from './stage.ts';

/** Text that would end a step, color a line, reverse a text, or become markup. */
const traps = [
  '##vso[task.complete result=Succeeded;done=true]all is well',
  '##VSO[task.setvariable variable=outcome;isOutput=true]succeeded',
  '\u200b##\u200bvso[task.setvariable variable=PATH]/tmp',
  '#\u00ad#vso[task.uploadfile]/etc/passwd',
  '##[error]not an error of ours',
  '##[endgroup]##[section]Finished',
  '\u202ereversed\u202c \u2066isolated\u2069 \u001b[31mred\u001b[0m \u0007',
  'first\r##vso[task.complete result=Succeeded]\n##vso[task.logissue type=error]second',
  '<img src=x onerror=alert(1)><script>alert(1)</script>',
  '[link](javascript:alert(1)) ![image](https://evil.example/x.png) https://evil.example',
  '``` ```` `code` ~~~ | a | b | \\| **bold** _it_ # heading',
  '%AZP25 %0A##vso[task.complete result=Succeeded] %0D %3B %5D',
];
const allTraps = traps.join(' ');
/** The same without what has a special meaning in YAML or the simulator's pod logs. */
const logTraps = traps.flatMap((trap) => trap.split(/[\r\n|]/)).filter((trap) => trap !== '');

const withName = (manifest: string, name: string) =>
  manifest.replace(/^ {2}name: .*$/m, () => `  name: ${JSON.stringify(name)}`);
const withNote = (manifest: string, note: string, message: string) =>
  manifest.replace('annotations: {', () => `annotations: { ${note}: ${JSON.stringify(message)},`);

/** Nothing in a run differs from one with harmless text. */
function assertUntouched(run: TaskRun): void {
  assert.equal(run.result, 'Failed', run.lines.join('\n'));
  assert.equal(run.outputs['outcome'], 'failed');
  assert.deepEqual(run.variables, {});
  assert.equal(run.attachments.length, 2);
  assertOnlyOurCommands(run);
  assert.equal(run.lines.filter((line) => line.startsWith('##[section]')).length, 0);
  const groups = run.lines.filter((line) => line.startsWith('##[group]')).length;
  assert.equal(run.lines.filter((line) => line === '##[endgroup]').length, groups);
  assertTables(summaryOf(run));
  assertPlain(summaryOf(run));
  resultOf(run);
}

/** Ours are at the start of a line, and nowhere else. */
function assertOnlyOurCommands(run: TaskRun): void {
  for (const line of run.lines) assert.doesNotMatch(line.slice(1), /##\[|##vso/i, line);
}

/** No table cell was created or closed by a text. */
function assertTables(markdown: string): void {
  const rows = outsideBlocks(markdown).trim().split(/\n\n/);
  const tables = rows.filter((part) => part.startsWith('| '));
  assert.ok(tables.length >= 2, markdown);
  for (const table of tables) {
    const widths = table.split('\n').map((row) => (row.match(/(?<!\\)\|/g) ?? []).length);
    assert.equal(new Set(widths).size, 1, table);
  }
}

/** Outside of code, nothing is foreign HTML, a foreign image, link, heading or rule. */
function assertPlain(markdown: string): void {
  const prose = outsideBlocks(markdown).replace(/(?<![`\\])(`+)(?!`)[^]*?[^`]\1(?!`)/g, 'code');
  assert.doesNotMatch(prose, /<|(?<!\\)!\[|(?<!\\)~~|javascript:(?!alert\(1\\?\))/);
  const links = [...prose.matchAll(/(?<!\\)\]\(([^)]*)\)/g)].map(([, address = '']) => address);
  for (const address of links) assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/applications\//);
  assert.doesNotMatch(prose, /https?:\/\/evil/);
  // eslint-disable-next-line no-control-regex -- control characters are the point
  assert.doesNotMatch(markdown, /[\u0000-\u0009\u000b-\u001f\p{Cf}]/u);
  const headings = prose.split('\n').filter((line) => line.startsWith('#'));
  for (const heading of headings) assert.match(heading, /^### (Why|Phases and|Worth) /);
}

function outsideBlocks(markdown: string): string {
  return markdown.replace(/^(`{3,})text\n[^]*?\n\1$/gm, 'block');
}

describe('The bundle with foreign text', () => {
  it(
    'treats the log of a hook as text, whatever it contains',
    onEachNode(async ({ make, run }) => {
      make(
        'shop',
        job('migrate', { hook: 'PreSync', exit: 1, seconds: 2, log: logTraps.join('|') }),
        configMap('a'),
      );
      const step = await run();
      assertUntouched(step);
      const log = step.lines.filter((line) => line.startsWith('    | '));
      assert.equal(log.length, logTraps.length, log.join('\n'));
      assert.ok(summaryOf(step).includes('alert(1)'));
    }),
  );

  it(
    'treats the names of resources as text',
    onEachNode(async ({ make, run }) => {
      // One each, since long texts are cut.
      make(
        'shop',
        ...traps.map((trap, index) =>
          withName(job('x', { hook: 'PreSync' }), `hook-${index} ${trap}`),
        ),
        ...traps.map((trap, index) => withName(configMap('x'), `settings-${index} ${trap}`)),
        withNote(configMap('bad', { wave: 1 }), 'lab/invalid', `refused ${allTraps}`),
      );
      const step = await run();
      assertUntouched(step);
      assert.match(step.lines.join('\n'), /ConfigMap\/bad.*refused/);
      const hooks = step.records.filter(({ type }) => type === 'ArgoCD.Hook');
      assert.equal(hooks.length, traps.length);
    }),
  );

  it(
    'treats the messages of resources as text',
    onEachNode(async ({ make, run }) => {
      make(
        'shop',
        ...traps.map((trap, index) =>
          withNote(configMap(`bad-${index}`), 'lab/dry-run', `refused ${trap}`),
        ),
      );
      const step = await run();
      assertUntouched(step);
      // As many as the agent keeps; the others are still shown.
      assert.equal(step.errorCount, 10);
      const shown = step.lines.filter((line) => /^##\[error\]shop: ConfigMap\/bad-\d/.test(line));
      assert.equal(shown.length, traps.length);
    }),
  );

  it(
    'treats revisions and foreign names as text',
    onEachNode(async ({ argocd, make, run }) => {
      const sha = make('shop', job('slow', { hook: 'PreSync', forever: true }), configMap('a'));
      const branch = `release ${traps[0] ?? ''} <b> | \`x\` ##[error]`;
      argocd.pointBranch(branch, sha);
      argocd.syncAs(`anna ${allTraps}`, 'shop', { revision: sha });
      await argocd.until('shop', (app) => app?.status.operationState !== undefined);
      const step = await run({ revision: branch, whenBusy: 'fail' });
      assert.equal(step.result, 'Failed', step.lines.join('\n'));
      assert.equal(step.outputs['outcome'], 'blocked');
      assert.match(step.lines.join('\n'), /anna/);
      assertOnlyOurCommands(step);
      assertPlain(summaryOf(step));
      assert.match(step.lines[0] ?? '', /^Sync shop to release /);
    }),
  );

  it(
    'does not let a message of a megabyte into the log or the summary unshortened',
    onEachNode(async ({ make, run }) => {
      const megabyte = `${'x'.repeat(999)}\n`.repeat(1_048);
      make(
        'shop',
        configMap('a'),
        withNote(configMap('bad'), 'lab/invalid', `it begins here ${megabyte} and ends here`),
      );
      const step = await run();
      assert.equal(step.outputs['outcome'], 'failed', step.lines.join('\n').slice(0, 2_000));
      const log = step.lines.join('\n');
      assert.match(log, /it begins here/);
      assert.match(log, /more characters\)/);
      assert.ok(log.length < 60_000, `${log.length} characters of log`);
      assert.ok(summaryOf(step).length < 100_000, `${summaryOf(step).length} characters`);
      assert.ok((step.outputs['message'] ?? '').length < 5_000);
      assert.ok(JSON.stringify(resultOf(step)).length < 500_000);
    }),
  );
});
