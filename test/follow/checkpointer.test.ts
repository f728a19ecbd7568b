import assert from 'node:assert/strict';
import { Checkpointer } from '../../src/follow/checkpointer.ts';
import type { Memory } from '../../src/sync/model/memory.ts';
import type { OperationStep } from '../../src/sync/model/outcome.ts';
import { ended, fresh, operation, request, start, state } from '../sync/sample-application.ts';
import { settle } from './manual-clock.ts';
import { MemoryCheckpointStore } from './memory-checkpoint-store.ts';

describe('The checkpointer', () => {
  const running: OperationStep = {
    group: '',
    kind: 'ConfigMap',
    namespace: 'shop',
    name: 'a',
    phase: 'Sync',
    wave: 0,
    hook: false,
    state: 'Running',
    message: '',
    startedAt: start,
    finishedAt: undefined,
    attempt: 0,
  };

  const changes: readonly (readonly [string, Partial<Memory>])[] = [
    ['the request was sent', { request: request({ state: 'sent' }) }],
    ['the request was accepted', { request: request() }],
    ['the operation was seen pending', { asked: operation() }],
    ['it has started', { begun: state() }],
    ['it was retried', { begun: state({ retryCount: 1 }) }],
    ['it has ended', { ended: { state: ended('Failed'), seenAt: 1, reconciledAt: 1 } }],
    ['it was terminated', { terminatedAt: start }],
    ['it became healthy', { healthySince: start }],
    ['another operation is followed', { identity: { kind: 'marker', marker: 'x' } }],
  ];
  for (const [what, change] of changes) {
    it(`stores once that ${what}`, async () => {
      const checkpoints = new MemoryCheckpointStore();
      const followState = { memory: fresh() };
      const checkpointer = new Checkpointer(checkpoints, 'shop', followState, {
        steps: [],
        held: undefined,
      });
      checkpointer.checkpointIfChanged();
      checkpointer.checkpointIfChanged();
      followState.memory = { ...followState.memory, ...change };
      checkpointer.checkpointIfChanged();
      checkpointer.checkpointIfChanged();
      await settle();
      assert.equal(checkpoints.pages.length, 2);
      assert.equal(checkpoints.pages.at(-1)?.memory, followState.memory);
    });
  }

  it('stores a step that changed', async () => {
    const checkpoints = new MemoryCheckpointStore();
    const tracker = { steps: [running], held: undefined };
    const checkpointer = new Checkpointer(checkpoints, 'shop', { memory: fresh() }, tracker);
    checkpointer.checkpointIfChanged();
    tracker.steps = [{ ...running, state: 'Succeeded' }];
    checkpointer.checkpointIfChanged();
    await settle();
    assert.deepEqual(
      checkpoints.pages.map(({ steps }) => steps[0]?.state),
      ['Running', 'Succeeded'],
    );
  });
});
