import assert from 'node:assert/strict';
import { annotationPart, filterOf, triggerNames } from '../../src/follow-ups/trigger.ts';
import { eventKinds } from '../../src/sync/events/application-event.ts';
import { syncPhases } from '../../src/sync/plan/hook.ts';

describe('Short names of events', () => {
  it('exist for each event, and for each phase', () => {
    const filters = triggerNames.map(filterOf);
    assert.deepEqual(new Set(filters.flatMap(({ events }) => events)), new Set(eventKinds));
    assert.deepEqual(
      filters.flatMap(({ phases = [] }) => phases),
      syncPhases,
    );
  });

  for (const [name, part] of [
    ['onSuccess', 'on-success'],
    ['onPostSync', 'on-post-sync'],
    ['onHealthDegraded', 'on-health-degraded'],
  ] as const) {
    it(`are ${part} in an annotation, for ${name}`, () => assert.equal(annotationPart(name), part));
  }

  it('are names that Kubernetes allows', () => {
    for (const name of triggerNames) assert.match(annotationPart(name), /^on(?:-[a-z]+)+$/);
  });
});
