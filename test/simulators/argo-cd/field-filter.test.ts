import assert from 'node:assert/strict';
import { filterFields, filterListFields } from '../../../simulators/argo-cd/field-filter.ts';

const value = {
  result: { type: 'ADDED', application: { metadata: { name: 'a', namespace: 'n', uid: 'u' } } },
};

describe("The simulator's fields filter", () => {
  it('keeps the requested paths, and others with the same text prefix', () => {
    assert.deepEqual(filterFields(value, 'result.application.metadata.name'), {
      result: { application: { metadata: { name: 'a', namespace: 'n' } } },
    });
  });

  it('omits what a leading minus excludes', () => {
    assert.deepEqual(filterFields(value, '-result.application'), { result: { type: 'ADDED' } });
  });

  it('returns everything without fields', () => {
    assert.equal(filterFields(value, null), value);
  });

  it('supports a fixed set of exact paths on lists, and includes empty values', () => {
    const list = { metadata: {}, items: [{ metadata: { name: 'a', namespace: 'n', uid: 'u' } }] };
    const fields = 'items.metadata.name,items.metadata.uid,items.metadata.deletionTimestamp';
    assert.deepEqual(filterListFields(list, fields), {
      metadata: {},
      items: [{ metadata: { name: 'a', deletionTimestamp: null } }],
    });
  });

  it('shows only existing parts of an operation', () => {
    const fields = ['operation.sync', 'status.operationState.phase', 'status.sync.status']
      .concat('status.operationState.finishedAt')
      .map((path) => `items.${path}`)
      .join(',');
    const running = { operation: {}, status: { operationState: { phase: 'Running' } } };
    assert.deepEqual(filterListFields({ metadata: {}, items: [{}, running] }, fields), {
      metadata: {},
      items: [
        { status: { sync: { status: '' } } },
        {
          operation: { sync: null },
          status: { sync: { status: '' }, operationState: { finishedAt: null, phase: 'Running' } },
        },
      ],
    });
  });

  it('returns an empty list as nothing', () => {
    assert.deepEqual(filterListFields({ metadata: {}, items: null }, 'items.spec'), {
      metadata: {},
      items: null,
    });
  });
});
