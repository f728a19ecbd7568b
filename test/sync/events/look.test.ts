import { strict as assert } from 'node:assert';
import { isUnderWay, lookOf } from '../../../src/sync/events/look.ts';
import { application, ended, operation, second, state } from '../sample-application.ts';
import { endedOperation, listingOf, summary } from '../sample-summary.ts';

describe('The look of an application', () => {
  it('is the same for the whole application, its summary and its entry in a list', () => {
    const whole = application({ operationState: ended('Succeeded') });
    const short = summary({ last: endedOperation() });
    assert.equal(lookOf(short), lookOf(whole));
    assert.equal(lookOf(listingOf(short)), lookOf(whole));
    const asked = application({ operation: operation() });
    const pending = summary({ last: undefined, isPending: true });
    assert.equal(lookOf(pending), lookOf(asked));
    assert.equal(lookOf(listingOf(pending)), lookOf(asked));
  });

  it('changes with an operation, its phase or end, or the health', () => {
    const looks = [
      application(),
      application({ operation: operation() }),
      application({ operationState: state() }),
      application({ operationState: state({ startedAt: second(11) }) }),
      application({ operationState: state({ finishedAt: second(20) }) }),
      application({ operationState: ended('Succeeded') }),
      application({ operationState: ended('Failed') }),
      application({ health: { status: 'Degraded', message: '' } }),
    ];
    assert.equal(new Set(looks.map(lookOf)).size, looks.length);
  });

  it('says whether an operation continues', () => {
    const phases = ['Running', 'Terminating', 'Succeeded', 'Failed', 'Error'] as const;
    assert.deepEqual(
      phases.map((phase) => isUnderWay(summary({ last: endedOperation({ phase }) }))),
      [true, true, false, false, false],
    );
    assert.equal(isUnderWay(summary({ last: undefined })), false);
  });
});
