import assert from 'node:assert/strict';
import { Keeper } from '../../src/follow/keeper.ts';
import type { Memory } from '../../src/sync/memory.ts';
import type { Step } from '../../src/sync/outcome.ts';
import { ended, fresh, operation, request, start, state } from '../sync/sample-application.ts';
import { settle } from './manual-clock.ts';
import { Notebook } from './notebook.ts';

describe('Keeper', () => {
  const running: Step = {
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

  const news: readonly (readonly [string, Partial<Memory>])[] = [
    ['the request was sent', { request: request({ state: 'sent' }) }],
    ['the request was taken', { request: request() }],
    ['it was seen waiting to begin', { asked: operation() }],
    ['it has begun', { begun: state() }],
    ['it is tried again', { begun: state({ retryCount: 1 }) }],
    ['it has ended', { ended: { state: ended('Failed'), seenAt: 1, reconciledAt: 1 } }],
    ['it was terminated', { terminatedAt: start }],
    ['it became healthy', { healthySince: start }],
    ['another operation is followed', { identity: { kind: 'marker', marker: 'x' } }],
  ];
  for (const [what, change] of news) {
    it(`keeps once that ${what}`, async () => {
      const journal = new Notebook();
      const subject = { memory: fresh() };
      const keeper = new Keeper(journal, 'shop', subject, { steps: [], held: undefined });
      keeper.keepNews();
      keeper.keepNews();
      subject.memory = { ...subject.memory, ...change };
      keeper.keepNews();
      keeper.keepNews();
      await settle();
      assert.equal(journal.pages.length, 2);
      assert.equal(journal.pages.at(-1)?.memory, subject.memory);
    });
  }

  it('keeps a step that went on', async () => {
    const journal = new Notebook();
    const story = { steps: [running], held: undefined };
    const keeper = new Keeper(journal, 'shop', { memory: fresh() }, story);
    keeper.keepNews();
    story.steps = [{ ...running, state: 'Succeeded' }];
    keeper.keepNews();
    await settle();
    assert.deepEqual(
      journal.pages.map(({ steps }) => steps[0]?.state),
      ['Running', 'Succeeded'],
    );
  });
});
