import assert from 'node:assert/strict';
import { deriveEvents } from '../../../src/sync/events/derive-events.ts';
import type { Source } from '../../../src/sync/model/application.ts';
import { A, application, B, ended, entry, operation } from '../sample-application.ts';

const source = (repoURL: string, chart = ''): Source => ({
  ...{ repoURL, chart, path: '', targetRevision: '' },
});
const git = source('https://user:secret@github.com/fabrikam/shop.git');

/** What the end of an operation says about the origin of its revisions. */
function repositories(
  change: Parameters<typeof application>[0],
  asked: Parameters<typeof operation>[0] = {},
  revisions: readonly string[] = [B],
) {
  const rest = application({ history: [entry(1, A)], ...change });
  const operationState = ended('Succeeded', { operation: operation(asked), revisions });
  const { memory } = deriveEvents(undefined, rest, 0);
  const { events } = deriveEvents(memory, { ...rest, operationState }, 0);
  return events.at(-1)?.operation?.repositories;
}

describe('The repositories of an operation', () => {
  it('are those of the application, without a password', () => {
    assert.deepEqual(repositories({ sources: [git] }), ['https://github.com/fabrikam/shop.git']);
  });

  it('are those that the operation requested, if any', () => {
    const sources = [source('https://github.com/fabrikam/before')];
    assert.deepEqual(repositories({ sources: [git] }, { sources }), [sources[0]?.repoURL]);
  });

  it('are empty for what does not come from a Git repository', () => {
    const sources = [
      git,
      source('https://charts.example.com', 'redis'),
      source('oci://example.com/x'),
    ];
    assert.deepEqual(repositories({ sources, multiSource: true }, {}, [B, '1.2.3', '2.0.0']), [
      ...['https://github.com/fabrikam/shop.git', '', ''],
    ]);
  });

  it('are unknown if the numbers of sources and revisions differ', () => {
    assert.equal(repositories({ sources: [git] }, {}, [A, B]), undefined);
  });

  for (const [what, deployedSources, expected] of [
    ['are those of the newest deployment', [git], ['https://github.com/fabrikam/shop.git']],
    ['are unknown if it does not contain them', undefined, undefined],
  ] as const) {
    it(`of a deployment that only the history shows ${what}`, () => {
      const rest = application({ history: [entry(1, A)] });
      const { memory } = deriveEvents(undefined, rest, 0);
      const after = { ...rest, history: [entry(1, A), entry(2, B)], deployedSources };
      const { events } = deriveEvents(memory, after, 0);
      assert.deepEqual(events.at(-1)?.operation?.repositories, expected);
      const later = { ...after, history: [...after.history, entry(3, A)] };
      const [older] = deriveEvents(memory, later, 0).events;
      assert.equal(older?.operation?.repositories, undefined, 'of an older one');
    });
  }
});
