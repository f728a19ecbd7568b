import assert from 'node:assert/strict';
import { parseFollowUps } from '../../src/follow-ups/follow-ups-text.ts';

function problemsOf(text: string): readonly string[] {
  const parsed = parseFollowUps(text);
  if ('value' in parsed) return [];
  return parsed.problems.map(({ problem, advice }) => `${problem}. ${advice}`);
}

describe('The text of the input followUps', () => {
  it('is YAML in the short form or the full one', () => {
    for (const text of [
      'onSuccess: smoke-tests',
      'onSuccess: [smoke-tests, docs]\nonFailure:\n  pipeline: rollback\n  branch: main\n',
      '- name: smoke\n  when: { events: [succeeded] }\n  do: { queuePipeline: smoke-tests }\n',
    ]) {
      assert.ok('value' in parseFollowUps(text), text);
    }
  });

  const wrong: readonly [string, string, readonly RegExp[]][] = [
    [
      'each fault by line and key',
      'onSucces: smoke\nonFailure:\n  pipeline: a/b/c/d\n  branch: "{{brunch}}"\n',
      [
        /^line 1, onSucces: unknown setting\. Did you mean `onSuccess`\?/,
        /^line 3, onFailure\.pipeline: it has more parts than/,
        /^line 4, onFailure\.branch: unknown name `{{brunch}}`/,
      ],
    ],
    ['text that is not YAML', 'onSuccess: [a', [/^line \d: it is not valid YAML/]],
    ['an alias', 'onSuccess: &a smoke\nonFailure: *a', [/^line 2: this is an alias/]],
    ['YAML that is not a mapping', 'smoke-tests', [/^line 1: it is a string/]],
    [
      'events that happen to an application without an operation',
      'onSuccess: smoke\nonHealthDegraded: page\nonDeletion: page',
      [
        /^line 2, onHealthDegraded: this event belongs to an app/,
        /^line 3, onDeletion: this event belongs/,
      ],
    ],
    [
      'the same in the full form',
      '- name: a\n  when: { events: [succeeded, deleted] }\n  do: { queuePipeline: b }',
      [/^line 2, 0\.when\.events: this event belongs to an app/],
    ],
    [
      'operations that others start',
      '- name: a\n  when: { events: [succeeded], startedBy: [autoSync] }\n  do: { queuePipeline: b }',
      [/^line 2, 0\.when\.startedBy: this run always starts the operation/],
    ],
    ['an oversized text', `onSuccess: ${'a'.repeat(16_000)}`, [/more than 16000 characters/]],
  ];
  for (const [what, text, expected] of wrong) {
    it(`is refused for ${what}`, () => {
      const problems = problemsOf(text);
      assert.equal(problems.length, expected.length, problems.join('\n'));
      for (const [at, pattern] of expected.entries()) assert.match(problems[at] ?? '', pattern);
    });
  }

  it('reports at most 20 faults', () => {
    const text = Array.from({ length: 40 }, (_, at) => `on${at}: a`).join('\n');
    assert.equal(problemsOf(text).length, 20);
  });
});
