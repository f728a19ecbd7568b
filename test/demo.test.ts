import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { agentDemo } from '../scripts/demo/agent/agent-demo.ts';
import { agentlessDemo } from '../scripts/demo/agentless/agentless-demo.ts';
import { hooksDemo } from '../scripts/demo/hooks/hooks-demo.ts';

const root = join(import.meta.dirname, '..');

interface Shown {
  readonly code: number | null;
  readonly text: string;
}

function runDemo(...words: readonly string[]): Promise<Shown> {
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

describe('The command npm run demo', function () {
  this.timeout(240_000);
  let folder: string;
  let page: string;
  let agent: Shown;
  let agentless: Shown;
  let hooks: Shown;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'demo-'));
    page = join(folder, 'run.html');
    // Two at a time: they do little but wait.
    [agent, agentless] = await Promise.all([runDemo(), runDemo('agentless', '--html', page)]);
    // It builds the same handler.
    hooks = await runDemo('hooks');
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** What is shown of one run. */
  function partOf({ text }: Shown, name: string): readonly string[] {
    const [, part = ''] = text.split(new RegExp(`^══ \\d of \\d: ${name} ═+$`, 'm'));
    return (part.split(/^══ /m)[0] ?? '').split('\n');
  }

  const logOf = (shown: Shown, name: string) =>
    partOf(shown, name).filter((each) => each.startsWith('│ '));

  const demos = [
    { what: 'alone', demo: agentDemo, shown: () => agent, count: 5 },
    { what: 'with agentless', demo: agentlessDemo, shown: () => agentless, count: 4 },
    { what: 'with hooks', demo: hooksDemo, shown: () => hooks, count: 2 },
  ];
  for (const { what, demo, shown, count } of demos) {
    describe(what, () => {
      it('ends as expected, in less than 60 s', () => {
        assert.equal(shown().code, 0, shown().text);
      });

      it('shows its runs, each with its two lines first, and a table at the end', () => {
        assert.equal(demo.parts.length, count);
        const [, table = ''] = shown().text.split(/^══ Expected and real ═+$/m);
        for (const { name, shows, lookFor } of demo.parts) {
          const lines = partOf(shown(), name).slice(1, 3);
          assert.deepEqual(lines, [`Shown:    ${shows}`, `Look for: ${lookFor}`]);
          assert.match(table, new RegExp(`^${name} +.* same$`, 'm'));
        }
      });

      it('is never wider than 100 columns, and has no colors outside a terminal', () => {
        const lines = shown().text.split('\n');
        assert.deepEqual(
          lines.filter((each) => each.length > 100),
          [],
        );
        assert.ok(!shown().text.includes('\u001b'));
      });

      it('repeats no line of a log', () => {
        for (const { name } of demo.parts) {
          const log = logOf(shown(), name);
          assert.ok(log.length > 4, name);
          assert.deepEqual(
            log.filter((each, at) => log.indexOf(each) !== at),
            [],
            name,
          );
        }
      });
    });
  }

  it('shows timeline, summary and outputs of each run on an agent', () => {
    for (const { name } of agentDemo.parts) {
      const part = partOf(agent, name);
      for (const title of ['Timeline', 'Summary', 'Outputs']) {
        const at = part.indexOf(title);
        assert.ok(at > 0 && part[at + 1]?.startsWith('  '), `${title} of ${name}`);
      }
    }
  });

  it('leads from the runs on an agent to those without one', () => {
    assert.match(agent.text, /npm run demo -- agentless/);
  });

  it('shows the request with its secrets masked, the response, and then what the handler does', () => {
    const part = partOf(agentless, 'agentless').join('\n');
    const order = [
      /^ {2}POST http:\S+\/v1\/syncs$/m,
      /^ {2}AuthToken: \*\*\*$/m,
      /^ {2}Authorization: Bearer \*\*\*$/m,
      /^ {2}--\S+ applications\n {2}shop$/m,
      /^ {2}202 Accepted {2}\{"run":/m,
      /^◂ Proof: reads the plan/m,
      /^◂ Event: TaskStarted$/m,
      /^│ {3}PreSync wave 0 +Job\/migrate +Running$/m,
      /^◂ Event: TaskCompleted, succeeded$/m,
      /^The page of the run: .*, succeeded$/m,
    ].map((pattern) => part.search(pattern));
    assert.ok(!order.includes(-1), part);
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
    assert.doesNotMatch(agentless.text, /eyJ0/, 'the token of a job');
  });

  it('kills the handler while the hook runs, and continues in the same log to one completion', () => {
    const part = partOf(agentless, 'killed');
    const at = (pattern: RegExp) => part.findIndex((each) => pattern.test(each));
    const order = [
      at(/Job\/migrate +Running/),
      at(/^✗ kill -9 \d+/),
      at(/^✓ The hook has ended, and the handler starts again/),
      at(/^│ .*The handler was restarted/),
      at(/Job\/migrate +Succeeded/),
      at(/^◂ Event: TaskCompleted, succeeded$/),
    ];
    assert.ok(!order.includes(-1), part.join('\n'));
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
    assert.ok(part.includes('  Syncs requested from Argo CD  1'));
    assert.ok(part.includes('  Completions of the task       1'));
  });

  it('makes the sync wait for the tests and fail with them, and rolls back', () => {
    const orders = {
      tested: [
        /^ {2}Argo CD +PreSync Job\/migrate Succeeded$/m,
        /^ {2}Argo CD +Sync Deployment\/web Synced$/m,
        /^ {2}Argo CD +PostSync Job\/smoke-tests Running$/m,
        /^ {2}Azure DevOps +smoke-tests succeeded$/m,
        /^ {2}Argo CD +PostSync Job\/smoke-tests Succeeded$/m,
        /^ {2}Azure DevOps +deploy succeeded$/m,
      ],
      'tests-fail': [
        /^ {2}Azure DevOps +smoke-tests failed$/m,
        /^ {2}Argo CD +operation Failed$/m,
        /^ {2}Azure DevOps +rollback runs$/m,
        /^ {2}Azure DevOps +rollback succeeded$/m,
      ],
    };
    for (const [name, patterns] of Object.entries(orders)) {
      const part = partOf(hooks, name).join('\n');
      const order = patterns.map((pattern) => part.search(pattern));
      assert.ok(!order.includes(-1), part);
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
      );
      for (const title of [
        ...['The deployment log', 'Summary', 'Outputs'],
        ...['The follow-up pipelines, as Azure DevOps lists them', 'What their jobs report'],
      ]) {
        assert.ok(part.split('\n').includes(title), `${title} of ${name}`);
      }
    }
  });

  it('has a gate that waits for the deployment and then passes', () => {
    const samples = logOf(agentless, 'gate').join('\n');
    assert.match(samples, /^│ +0 min {2}waiting {2}shop: \w+ is live, waiting for \w+$/m);
    assert.match(samples, /\d min {2}passed {3}shop: Synced at \w+, Healthy$/);
  });

  it('writes the page of a run', () => {
    const html = readFileSync(page, 'utf8');
    assert.match(html, /^<!doctype html>/);
    assert.match(html, /cart: no route to host/);
  });
});

describe('The command npm run demo with wrong arguments', () => {
  for (const words of [[], ['agentless'], ['hooks']]) {
    it(`says what is available, and exits with 2: ${words.join('') || 'alone'}`, async () => {
      const { code, text } = await runDemo(...words, '--only', 'everything');
      assert.equal(code, 2);
      assert.match(text, /Unknown run "everything"/);
    });
  }
});
