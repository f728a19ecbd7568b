import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import {
  followUpsSchema,
  readFollowUpsInput,
  repeatedRuleNames,
} from '../../src/follow-ups/read-follow-ups.ts';
import { triggerNames } from '../../src/follow-ups/trigger.ts';
import { faultsOf } from '../../src/settings/schema-fault.ts';
import { faultsIn, rule, written } from './rules.ts';

function rulesOf(value: unknown) {
  const read = readFollowUpsInput(value);
  assert.ok('rules' in read, JSON.stringify(read));
  return read.rules;
}

describe('The input followUps', () => {
  it('is a pipeline for each event that queues it', () => {
    const [only, ...more] = rulesOf({ onSuccess: 'smoke-tests' });
    assert.deepEqual(more, []);
    assert.equal(only?.name, 'input/onSuccess/smoke-tests');
    assert.deepEqual(only.when.events, ['succeeded']);
    assert.deepEqual(only.do, {
      kind: 'queuePipeline',
      ...{ organization: undefined, project: undefined, pipeline: 'smoke-tests' },
      ...{ branch: undefined, tag: undefined, commit: undefined },
      ...{ parameters: {}, variables: {}, pipelineResources: {}, stagesToSkip: [] },
    });
  });

  it('is several pipelines with their options', () => {
    const rules = rulesOf({
      onSuccess: ['smoke', { pipeline: 42, parameters: { app: '{{application}}' } }],
      onFailure: { pipeline: 'shop/rollback', branch: 'main' },
    });
    assert.deepEqual(
      rules.map(({ name }) => name),
      ['input/onSuccess/smoke', 'input/onSuccess/42', 'input/onFailure/shop/rollback'],
    );
  });

  it('accepts each event by a short name', () => {
    for (const name of triggerNames) assert.equal(rulesOf({ [name]: 'smoke' }).length, 1);
  });

  it('is a list of rules, like in the configuration', () => {
    const [only] = rulesOf([written()]);
    assert.deepEqual(only, { ...rule(), name: 'input/smoke' });
  });

  it('may be empty', () => {
    assert.deepEqual(rulesOf({}), []);
    assert.deepEqual(rulesOf([]), []);
  });

  const wrong: readonly [string, unknown, readonly string[]][] = [
    [
      'an unknown event',
      { onSucces: 'a' },
      ['onSucces: unknown setting. Did you mean `onSuccess`?'],
    ],
    [
      'no pipeline',
      { onSuccess: 'a/b/c/d' },
      ['onSuccess: it has more parts than organization, project and pipeline. '],
    ],
    ['nothing', { onSuccess: null }, ['onSuccess: it is empty. ']],
    ['an empty list', { onSuccess: [] }, ['onSuccess: the list is empty. ']],
    [
      'an unknown key',
      { onSuccess: { pipeline: 'a', parameter: {} } },
      ['onSuccess.parameter: unknown setting. Did you mean `parameters`?'],
    ],
    [
      'a misspelled template',
      { onSuccess: { pipeline: 'a', parameters: { a: '{{aplication}}' } } },
      ['onSuccess.parameters.a: unknown name `{{aplication}}`. Did you mean `{{application}}`?'],
    ],
    ['a text', 'smoke-tests', [': it is a string. ']],
    [
      'the same pipeline twice',
      { onSuccess: ['a', { pipeline: 'a', branch: 'b' }] },
      [': one event queues the same pipeline twice. '],
    ],
    [
      'a webhook',
      [written({ do: { postWebHook: { url: 'https://x', secret: 'y' } } })],
      ['0.do.postWebHook: unknown setting. '],
    ],
  ];
  for (const [what, value, expected] of wrong) {
    it(`is refused with ${what}`, () => {
      const faults = faultsIn(value);
      assert.equal(faults.length, expected.length, faults.join('\n'));
      for (const [at, start] of expected.entries())
        assert.ok(faults[at]?.startsWith(start), faults[at]);
    });
  }

  it('reports all its faults at once', () => {
    const faults = faultsIn([
      written({ name: 'a b', when: { events: ['suceeded'] } }),
      written({ evry: 1, do: { queuePipeline: { pipeline: 'x', branch: '{{branch}}' } } }),
      written({ for: { labels: 'a b', applications: [] } }),
      written(),
      written(),
    ]);
    assert.deepEqual(
      faults.map((fault) => fault.slice(0, fault.indexOf(':'))).sort(),
      [
        '0.name',
        '0.when.events.0',
        '1.do.queuePipeline.branch',
        '1.evry',
        '2.for.applications',
        '2.for.labels',
        '2.name',
        '3.name',
        '4.name',
      ].sort(),
    );
  });
});

describe('The setting followUps', () => {
  const faults = (value: unknown) => {
    const parsed = z.safeParse(followUpsSchema, value);
    return parsed.success
      ? []
      : parsed.error.issues
          .flatMap((issue) => faultsOf(issue, { schema: followUpsSchema, value }))
          .map(({ path, problem }) => `${path.join('.')}: ${problem}`);
  };

  it('is a list of rules, including webhooks', () => {
    const hook = { postWebHook: { url: 'https://chat.example/hook', secret: 'x'.repeat(16) } };
    assert.deepEqual(faults([written(), written({ name: 'hook', do: hook })]), []);
    assert.deepEqual(z.parse(followUpsSchema, undefined), []);
  });

  it('names the project of each pipeline, since no run does', () => {
    assert.deepEqual(faults([written({ do: { queuePipeline: 'smoke' } })]), [
      '0.do.queuePipeline: it does not name the project of the pipeline',
    ]);
    assert.deepEqual(faults([written({ do: { queuePipeline: { pipeline: 42 } } })]), [
      '0.do.queuePipeline.pipeline: it is a number',
    ]);
  });

  it('has no short form', () => {
    assert.deepEqual(faults({ onSuccess: 'shop/smoke' }), [': it is a mapping']);
  });

  it('is bounded', () => {
    const many = Array.from({ length: 1_001 }, (_, at) => written({ name: `r${at}` }));
    assert.deepEqual(faults(many), [': the list has more than 1000 entries']);
  });
});

describe('Names of rules', () => {
  it('that are duplicates are reported, whatever else is wrong', () => {
    const list = [{ name: 'a' }, 5, null, { name: 'b', x: 1 }, { name: 'a' }, { name: 7 }];
    assert.deepEqual(
      repeatedRuleNames(list).map(({ path }) => path),
      [[4, 'name']],
    );
    assert.deepEqual(repeatedRuleNames('a'), []);
  });
});
