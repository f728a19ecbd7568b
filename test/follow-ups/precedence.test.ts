import assert from 'node:assert/strict';
import { chooseRules } from '../../src/follow-ups/precedence.ts';
import { rule } from './rules.ts';

const defaults = { organization: 'fabrikam', project: 'shop' };
const queues = (name: string, queuePipeline: unknown) => rule({ name, do: { queuePipeline } });
const chosen = (places: Partial<Parameters<typeof chooseRules>[0]>) =>
  chooseRules({ configuration: [], input: [], annotations: [], ...places }, defaults).map(
    ({ name }) => name,
  );

describe('Rules from several places', () => {
  it('all count, with the configuration first', () => {
    assert.deepEqual(
      chosen({
        annotations: [queues('a', 'a')],
        configuration: [queues('c', 'c')],
        input: [queues('i', 'i')],
      }),
      ['c', 'i', 'a'],
    );
  });

  it('queue a pipeline as the first place that names it says', () => {
    const [c, i, a] = [
      queues('c', 'smoke'),
      queues('i', 'shop/Smoke'),
      queues('a', 'Fabrikam/shop/smoke'),
    ];
    assert.deepEqual(chosen({ configuration: [c], input: [i], annotations: [a] }), ['c']);
    assert.deepEqual(chosen({ input: [i], annotations: [a] }), ['i']);
    assert.deepEqual(chosen({ annotations: [a] }), ['a']);
  });

  it('are not compared within one place', () => {
    const both = [queues('one', 'smoke'), queues('two', 'smoke')];
    assert.deepEqual(chosen({ configuration: both }), ['one', 'two']);
    assert.deepEqual(chosen({ annotations: both }), ['one', 'two']);
  });

  it('differ by project, kind and id', () => {
    const release = rule({ name: 'r', do: { createRelease: { definition: 'smoke' } } });
    const input = [queues('p', 'other/smoke'), queues('n', 42), release];
    assert.deepEqual(chosen({ configuration: [queues('c', 'smoke')], input }), [
      'c',
      'p',
      'n',
      'r',
    ]);
  });
});
