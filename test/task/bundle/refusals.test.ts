import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configMap, job } from '../../manifests.ts';
import { defaultSpec } from '../../../simulators/argo-cd/simulator.ts';
import { assertSound } from './soundness.ts';
import { onEachNode, onWindows, paced, pacedTo, stopped, type Inputs } from './stage.ts';

const errorsOf = (run: { issues: readonly { type: string; message: string }[] }) =>
  run.issues.filter(({ type }) => type === 'error').map(({ message }) => message);

describe('The bundle with impossible requests', () => {
  it(
    'reports all faults of all inputs at once, and sends nothing to Argo CD',
    onEachNode(async ({ argocd, run }) => {
      const step = await run({
        action: 'deploy',
        applications: 'Shop,shop',
        selector: 'team=',
        revision: 'main',
        revisions: '0=main\n1=main\n1=other',
        prune: 'maybe',
        retryLimit: '-1',
        resources: 'Deployment',
        syncOptions: 'Prune',
        hookLogLines: '1.5',
        timeoutSeconds: '0',
        expectImages: 'nginx 1',
        whenBusy: '$(unset)',
      });
      assert.equal(step.result, 'Failed');
      assert.equal(errorsOf(step).length, 1, step.lines.join('\n'));
      const [message = ''] = errorsOf(step);
      for (const [input, value] of [
        ['action', 'deploy'],
        ['applications', 'Shop'],
        ['revisions', '0=main'],
        ['prune', 'maybe'],
        ['retryLimit', '-1'],
        ['resources', 'Deployment'],
        ['syncOptions', 'Prune'],
        ['hookLogLines', '1.5'],
        ['timeoutSeconds', '0'],
        ['expectImages', 'nginx 1'],
        ['whenBusy', '$(unset)'],
      ] as const) {
        const line = message.split('\n').find((each) => each.startsWith(`- ${input} "${value}": `));
        assert.ok(line !== undefined && line.length > 30, `${input} in ${message}`);
      }
      assert.deepEqual(argocd.requests, []);
      assert.equal(step.outputs['outcome'], 'failed');
      assert.equal(step.outputs['resultFile'], '');
    }),
  );

  const contradictions: readonly (readonly [string, Inputs, RegExp])[] = [
    ['neither names nor selector', { applications: '' }, /neither applications nor selector/],
    ['names and a selector', { selector: 'a=b' }, /selector "a=b": it is set together with/],
    ['revision and revisions', { revision: 'a', revisions: '1=a' }, /revisions.* together with/],
    ['a wait for nothing', { action: 'wait', waitFor: 'none' }, /waitFor "none"/],
    // No variable of a Windows process is that long.
    ...(onWindows
      ? []
      : ([['out of all bounds', { info: `a=${'x'.repeat(70_000)}` }, /info.*65536/]] as const)),
  ];
  it(
    'refuses contradictions before any request',
    onEachNode(async ({ argocd, run }) => {
      for (const [what, inputs, expected] of contradictions) {
        const step = await run(inputs);
        assert.equal(step.result, 'Failed', what);
        assert.match(errorsOf(step).join('\n'), expected, what);
      }
      assert.deepEqual(argocd.requests, []);
    }),
  );

  it(
    'warns of inputs without effect for the action, and still works',
    onEachNode(async ({ make, run }) => {
      make('shop', configMap('a'));
      const step = await run({ action: 'wait', prune: true, timeoutSeconds: 1 });
      assert.match(step.lines.join('\n'), /##\[warning\].*prune/);
    }),
  );

  it(
    'refuses an unusable service connection, and sends nothing to Argo CD',
    onEachNode(async ({ argocd, run }) => {
      const { url, token } = argocd;
      const host = url.replace('http://', '');
      for (const [connection, expected] of [
        [{ url: `ftp://${host}`, token }, /neither https nor http/],
        [{ url: `http://admin:pass-word@${host}`, token }, /user name or password/],
        [{ url, token: '' }, /no API token/],
        [{ url, username: 'deployer', password: '' }, /lacks user name or password/],
        [{ url, token, ca: 'no certificate' }, /CA certificate cannot be read/],
        [{ url, token, headers: ['no header'] }, /line 1 of the extra headers/],
      ] as const) {
        const step = await run({}, { connection });
        assert.equal(step.result, 'Failed');
        assert.match(errorsOf(step).join('\n'), expected);
      }
      assert.deepEqual(argocd.requests, []);
    }),
  );

  it(
    'fails immediately with a token that Argo CD refuses',
    onEachNode(async ({ argocd, make, run }) => {
      make('shop', configMap('a'));
      const token = `${argocd.token.slice(0, -8)}ABCDEFGH`;
      const step = await run({}, { connection: { url: argocd.url, token } });
      assert.equal(step.outputs['outcome'], 'failed');
      assert.match(errorsOf(step).join('\n'), /token/);
      assert.ok(step.duration < 5_000);
    }),
  );

  it(
    'says that an application does not exist, that another project has it, or that it cannot know',
    onEachNode(async ({ argocd, run }) => {
      argocd.commit('other', { 'a.yaml': configMap('a') });
      argocd.createApplication('other', { spec: { ...defaultSpec('other'), project: 'team' } });
      const [missing, elsewhere, unknown] = await Promise.all([
        run(),
        run({ applications: 'other' }),
        run({ project: '' }),
      ]);
      for (const step of [missing, elsewhere, unknown]) {
        assert.equal(step.outputs['outcome'], 'failed', step.lines.join('\n'));
        assert.ok(step.lines.some((line) => line.includes('What to do: ')));
      }
      assert.match(errorsOf(missing).join('\n'), /shop.*(does not exist|no application)/i);
      assert.match(errorsOf(elsewhere).join('\n'), /project/);
      assert.match(unknown.lines.join('\n'), /##\[warning\]project is empty/);
      assert.match(errorsOf(unknown).join('\n'), /or the token may not read it: set "project"/);
    }),
  );

  it(
    'says what responds instead of Argo CD',
    onEachNode(async ({ argocd, make, run }) => {
      make('shop', configMap('a'));
      const body = '<html><title>Sign in</title>';
      const headers = { 'Content-Type': 'text/html' };
      argocd.faults.add({ times: Infinity, fault: { kind: 'answer', status: 200, headers, body } });
      const step = await run();
      assert.equal(step.outputs['outcome'], 'failed', step.lines.join('\n'));
      assert.match(step.lines.join('\n'), /not Argo CD's API[^]*Sign in/);
    }),
  );
});

describe('The bundle with unexpected faults', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'bundle-breaks-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it(
    'says that the folder for temporary files cannot be used, and sends nothing to Argo CD',
    onEachNode(async ({ argocd, run, node }) => {
      const file = join(folder, `no-folder-${node}`);
      writeFileSync(file, '');
      const step = await run({}, { variables: { 'Agent.TempDirectory': file } });
      assert.equal(step.result, 'Failed', step.lines.join('\n'));
      assert.match(errorsOf(step).join('\n'), /temporary folder cannot be used: ENO(TDIR|ENT)/);
      assert.deepEqual(argocd.requests, []);
    }),
  );

  it(
    'keeps its result if no file can be written any more',
    onEachNode(async ({ argocd, make, start, node }) => {
      make('shop', job('slow', { hook: 'PreSync', seconds: 15 }), configMap('a'));
      const temporary = join(folder, `gone-${node}`);
      mkdirSync(temporary);
      const running = start({}, { variables: { 'Agent.TempDirectory': temporary } });
      await pacedTo(argocd, running, /Job\/slow .*Running/);
      rmSync(temporary, { recursive: true });
      writeFileSync(temporary, '');
      const step = await paced(argocd, running);
      assertSound(step);
      assert.equal(step.result, 'Succeeded', step.lines.join('\n'));
      assert.equal(step.outputs['outcome'], 'succeeded');
      assert.equal(step.outputs['resultFile'], '');
      assert.deepEqual(step.attachments, []);
      assert.match(
        step.lines.join('\n'),
        /##\[warning\]result\.json could not be written: ENOTDIR/,
      );
    }, stopped),
  );

  it(
    'ends cleanly if the agent passes something that the task library cannot read',
    onEachNode(async ({ argocd, run, node }) => {
      const script = join(folder, `spoil-${node}.cjs`);
      writeFileSync(
        script,
        `for (const name of Object.keys(process.env)) {
           if (/^ENDPOINT_AUTH_[0-9a-f-]{36}$/.test(name)) process.env[name] = '{ no JSON';
         }`,
      );
      const step = await run({}, { env: { NODE_OPTIONS: `--require ${script}` } });
      assert.equal(step.result, 'Failed', step.lines.join('\n'));
      assert.match(errorsOf(step).join('\n'), /Internal error: .*JSON/);
      assert.deepEqual(argocd.requests, []);
    }),
  );

  it(
    'sets outputs and a result even if an unhandled error is thrown',
    onEachNode(async ({ make, run, node }) => {
      make('shop', configMap('a'));
      const script = join(folder, `break-${node}.cjs`);
      writeFileSync(
        script,
        `require('node:http').ClientRequest.prototype.end = () => {
           setImmediate(() => { throw new Error('broken by a test ##vso[task.complete result=Succeeded]'); });
         };`,
      );
      const step = await run({}, { env: { NODE_OPTIONS: `--require ${script}` } });
      assert.equal(step.result, 'Failed');
      assert.equal(step.outputs['outcome'], 'failed');
      assert.match(errorsOf(step).join('\n'), /Internal error: broken by a test/);
      assert.ok(step.lines.some((line) => line.startsWith('##[debug]') && line.includes(' at ')));
    }),
  );
});
