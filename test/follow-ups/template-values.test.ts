import assert from 'node:assert/strict';
import { templateNames } from '../../src/follow-ups/template.ts';
import { valuesOf } from '../../src/follow-ups/template-values.ts';
import type { OperationOrigin } from '../../src/sync/events/operation-origin.ts';
import { event, healthEvent } from './events.ts';

const page = { argocd: 'prod', applicationUrl: 'https://cd.example/applications/argocd/shop' };

describe('The template values of an event', () => {
  it('contain all of it', () => {
    const hook = { group: 'batch', kind: 'Job', namespace: 'shop', name: 'smoke' };
    const ended = event({
      kind: 'hookEnded',
      phase: 'PostSync',
      hook: { ...hook, phase: 'PostSync', state: 'Failed' },
      images: ['a:1', 'b:2'],
      of: { revisions: ['v1', 'v2'], origin: { kind: 'user', name: 'alice' } },
    });
    assert.deepEqual(valuesOf(ended, page), {
      application: 'shop',
      namespace: 'argocd',
      project: 'retail',
      instance: 'prod',
      revision: 'v1',
      revisions: 'v1,v2',
      outcome: '',
      event: 'hookEnded',
      phase: 'PostSync',
      hook: 'Job/smoke',
      message: 'successfully synced',
      startedBy: 'user:alice',
      images: 'a:1,b:2',
      applicationUrl: page.applicationUrl,
    });
  });

  it('are empty without an operation', () => {
    const values = valuesOf(healthEvent(), page);
    assert.deepEqual(Object.keys(values).sort(), [...templateNames].sort());
    const { revision, revisions, outcome, phase, hook, startedBy } = values;
    assert.deepEqual([revision, revisions, outcome, phase, hook, startedBy], Array(6).fill(''));
  });

  for (const kind of ['succeeded', 'failed', 'terminated', 'superseded'] as const) {
    it(`contain the outcome of an operation that has ${kind}`, () => {
      assert.equal(valuesOf(event({ kind }), page).outcome, kind);
    });
  }

  const origins: readonly [OperationOrigin, string][] = [
    [{ kind: 'run', marker: 'secret-of-a-run' }, 'run'],
    [{ kind: 'autoSync' }, 'autoSync'],
    [{ kind: 'selfHeal' }, 'selfHeal'],
    [{ kind: 'applicationSet' }, 'applicationSet'],
    [{ kind: 'user', name: '' }, 'user'],
    [{ kind: 'user', name: 'autoSync' }, 'user:autoSync'],
  ];
  for (const [origin, expected] of origins) {
    it(`say that ${expected} started it`, () => {
      assert.equal(valuesOf(event({ of: { origin } }), page).startedBy, expected);
    });
  }

  it('contain as many whole images as fit', () => {
    const images = Array.from({ length: 100_000 }, (_, at) => `registry.example/image:${at}`);
    const said = valuesOf(event({ images }), page).images.split(',');
    assert.ok(said.length > 10 && said.join(',').length <= 1_500);
    assert.deepEqual(said, images.slice(0, said.length));
  });
});
