import assert from 'node:assert/strict';
import { annotationNotes } from '../../../src/handler/follow-ups/annotation-notes.ts';

const faulty = (index: number, ...faults: readonly string[]) => ({
  ...{ argocd: 'prod', application: `shop-${index}`, project: 'default' },
  faults,
});

describe('Notes on annotations', () => {
  it('name the application and the first fault, and count the others', () => {
    assert.deepEqual(annotationNotes([faulty(1, 'One.'), faulty(2, 'One.', 'Two.', 'Three.')]), [
      'Application shop-1 of prod: One.',
      'Application shop-2 of prod: One. (and 2 more)',
    ]);
  });

  it('are few, however many applications have faults', () => {
    const notes = annotationNotes(Array.from({ length: 200 }, (_, index) => faulty(index, 'One.')));
    assert.equal(notes.length, 21);
    assert.equal(notes.at(-1), '180 more applications have faulty annotations.');
  });

  it('are absent if nothing is wrong', () => {
    assert.deepEqual(annotationNotes([]), []);
  });
});
