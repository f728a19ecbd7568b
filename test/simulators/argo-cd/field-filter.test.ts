import assert from 'node:assert/strict';
import { filterFields, filterListFields } from './field-filter.ts';

const value = {
  result: { type: 'ADDED', application: { metadata: { name: 'a', namespace: 'n', uid: 'u' } } },
};

describe('the fields filter of the simulator', () => {
  it('keeps the paths asked for, and by text prefix their neighbours', () => {
    assert.deepEqual(filterFields(value, 'result.application.metadata.name'), {
      result: { application: { metadata: { name: 'a', namespace: 'n' } } },
    });
  });

  it('leaves out what a leading minus excludes', () => {
    assert.deepEqual(filterFields(value, '-result.application'), { result: { type: 'ADDED' } });
  });

  it('gives everything without fields', () => {
    assert.equal(filterFields(value, null), value);
  });

  it('knows a fixed set of exact paths on lists', () => {
    const list = { metadata: {}, items: [{ metadata: { name: 'a', namespace: 'n', uid: 'u' } }] };
    assert.deepEqual(filterListFields(list, 'items.metadata.name,items.metadata.uid'), {
      metadata: {},
      items: [{ metadata: { name: 'a' } }],
    });
  });
});
