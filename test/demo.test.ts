import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { scenarios } from '../scripts/demo/scenarios.ts';

const root = join(import.meta.dirname, '..');

function runDemo(...words: readonly string[]): Promise<{ code: number | null; text: string }> {
  const demo = spawn(process.execPath, ['--import', 'tsx', 'scripts/demo.ts', ...words], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  demo.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  demo.stderr.setEncoding('utf8').on('data', (part: string) => (text += part));
  return new Promise((resolve, reject) => {
    demo.once('error', reject);
    demo.once('close', (code) => resolve({ code, text }));
  });
}

describe('The demo', function () {
  this.timeout(60_000);
  let code: number | null;
  let text: string;
  let duration: number;
  before(async () => {
    const start = performance.now();
    ({ code, text } = await runDemo());
    duration = performance.now() - start;
  });

  /** What is shown of one run. */
  function partOf(name: string): readonly string[] {
    const [, part = ''] = text.split(new RegExp(`^══ \\d of \\d: ${name} ═+$`, 'm'));
    return (part.split(/^══ /m)[0] ?? '').split('\n');
  }

  it('ends as expected, in less than 30 s', () => {
    assert.equal(code, 0, text);
    assert.ok(duration < 30_000, `${duration} ms`);
  });

  it('has five runs, each with its two lines first, and a table at the end', () => {
    assert.equal(scenarios.length, 5);
    const [, table = ''] = text.split(/^══ Expected and real ═+$/m);
    for (const { name, shows, lookFor } of scenarios) {
      assert.deepEqual(partOf(name).slice(1, 3), [`Shown:    ${shows}`, `Look for: ${lookFor}`]);
      assert.match(table, new RegExp(`^${name} +.* same$`, 'm'));
    }
  });

  it('is never wider than 100 columns, and has no colours where nobody sees them', () => {
    assert.deepEqual(
      text.split('\n').filter((each) => each.length > 100),
      [],
    );
    assert.ok(!text.includes('\u001b'));
  });

  it('shows log, timeline, summary and outputs of each run', () => {
    for (const { name } of scenarios) {
      const part = partOf(name);
      assert.ok(part.filter((each) => each.startsWith('│ ')).length > 4, name);
      for (const title of ['Timeline', 'Summary', 'Outputs']) {
        const at = part.indexOf(title);
        assert.ok(at > 0 && part[at + 1]?.startsWith('  '), `${title} of ${name}`);
      }
    }
  });

  it('repeats no line of a log', () => {
    for (const { name } of scenarios) {
      const log = partOf(name).filter((each) => each.startsWith('│ '));
      assert.deepEqual(
        log.filter((each, at) => log.indexOf(each) !== at),
        [],
        name,
      );
    }
  });
});

describe('The demo, wrongly asked for', () => {
  it('says what it takes, and exits with 2', async () => {
    const { code, text } = await runDemo('--only', 'everything');
    assert.equal(code, 2);
    assert.match(text, /There is no run "everything"/);
  });
});
