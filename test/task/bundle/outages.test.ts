import assert from 'node:assert/strict';
import { configMap, job } from '../../manifests.ts';
import type { FaultKind, FaultRule } from '../../../simulators/argo-cd/faults.ts';
import { assertSound } from './soundness.ts';
import { lineOf, onNewestNode, paced, pacedTo, stopped, type Stage } from './stage.ts';

const syncsOf = ({ argocd }: Stage) =>
  argocd.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/sync')).length;
const operationsOf = ({ argocd }: Stage) => argocd.application('shop')?.status.history?.length ?? 0;

const smoke = job('smoke', { hook: 'PostSync', seconds: 2 });

describe('The bundle with a difficult Argo CD', () => {
  const lost: readonly (readonly [string, FaultKind, number])[] = [
    ['the connection breaks after Argo CD acted', { kind: 'dropAfter' }, 1],
    ['a proxy returns 502 after Argo CD acted', bad502(true), 1],
    ['a proxy returns 502 without reaching Argo CD', bad502(false), 2],
    ['the connection breaks before Argo CD acted', { kind: 'dropBefore' }, 2],
  ];
  it('syncs once if the response to its request is lost', () =>
    Promise.all(
      lost.map(([what, fault, requests]) =>
        onNewestNode(async (stage) => {
          stage.make('shop', configMap('a'), smoke);
          stage.argocd.faults.add({ method: 'POST', path: /\/sync$/, fault });
          const step = await stage.run();
          assert.equal(step.result, 'Succeeded', `${what}:\n${step.lines.join('\n')}`);
          assert.equal(operationsOf(stage), 1, what);
          assert.equal(syncsOf(stage), requests, what);
        })(),
      ),
    ));

  const streams: readonly (readonly [string, FaultRule])[] = [
    ['says nothing', { path: /\/stream\//, times: Infinity, fault: { kind: 'silentStream' } }],
    [
      'ends after each event',
      { path: /\/stream\//, times: Infinity, fault: { kind: 'closingStream', afterEvents: 1 } },
    ],
    ['responds with a page', { path: /\/stream\//, times: Infinity, fault: bad502(false) }],
    ['never opens', { path: /\/stream\//, times: Infinity, fault: { kind: 'hang' } }],
  ];
  it('reaches the true end whatever happens to the stream', () =>
    Promise.all(
      streams.map(([what, rule]) =>
        onNewestNode(async ({ argocd, make, run }) => {
          argocd.faults.add(rule);
          make('shop', configMap('a'), job('smoke', { hook: 'PostSync', seconds: 2, exit: 1 }));
          const step = await run();
          const log = `the stream ${what}:\n${step.lines.join('\n')}`;
          assert.equal(step.outputs['outcome'], 'failed', log);
          assert.equal(step.outputs['syncStatus'], 'Synced', log);
          assert.match(log, /PostSync hook Job\/smoke failed/);
        })(),
      ),
    ));

  it(
    'survives a restart of argocd-server',
    onNewestNode(async (stage) => {
      const { argocd, make, start } = stage;
      make('shop', job('slow', { hook: 'PreSync', seconds: 10 }), configMap('a'));
      const running = start();
      await pacedTo(argocd, running, /Job\/slow .*Running/);
      const restarted = argocd.restart(35_000);
      const step = await paced(argocd, running);
      await restarted;
      assertSound(step);
      assert.equal(step.result, 'Succeeded', step.lines.join('\n'));
      assert.equal(syncsOf(stage), 1);
    }, stopped),
  );

  it(
    'waits for an argocd-server that is down from the start, and says so',
    onNewestNode(async ({ argocd, make, start }) => {
      make('shop', configMap('a'));
      const restarted = argocd.restart(75_000);
      const running = start();
      await lineOf(running, /answer|reach|away/);
      await restarted;
      const step = await running.done;
      assertSound(step);
      assert.equal(step.result, 'Succeeded', step.lines.join('\n'));
    }),
  );

  it(
    "waits for another actor's operation, and then syncs",
    onNewestNode(async (stage) => {
      const { argocd, make, push, start } = stage;
      make('shop', job('slow', { hook: 'PreSync', forever: true }), configMap('a'));
      argocd.syncAs('anna', 'shop');
      const running = start();
      await lineOf(running, /anna/);
      assert.equal(syncsOf(stage), 0);
      push('shop', configMap('a', { value: 'y' }));
      argocd.terminate('shop');
      const step = await running.done;
      assertSound(step);
      assert.equal(step.result, 'Succeeded', step.lines.join('\n'));
      assert.equal(syncsOf(stage), 1);
    }),
  );
});

function bad502(afterActing: boolean): FaultKind {
  const headers = { 'Content-Type': 'text/html' };
  return { kind: 'answer', status: 502, headers, body: '<html>Bad Gateway', afterActing };
}
