import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { inTurns } from '../../../src/async/in-turns.ts';
import { SeenApplications } from '../../../src/handler/follow-ups/seen-applications.ts';
import { lookOf } from '../../../src/sync/events/look.ts';
import { endedOperation, listingOf, summary } from '../../sync/sample-summary.ts';

const other = summary({ last: endedOperation({ phase: 'Failed' }) });

describe('The seen applications', () => {
  const seen = (at = 100, one = summary()) => {
    const all = new SeenApplications();
    all.keep(one, { look: lookOf(one), isFollowed: true, at });
    return all;
  };
  const unlike = async (all: SeenApplications, listed: readonly (typeof other)[], askedAt = 200) =>
    (await inTurns(all.unlike(listed.map(listingOf), askedAt))).map(({ name }) => name);

  it('match a list if they were reported that way', async () => {
    assert.deepEqual(await unlike(seen(), [summary()]), []);
    assert.deepEqual(await unlike(seen(), [other]), ['shop'], 'changed');
    assert.deepEqual(await unlike(seen(), [summary(), summary({ name: 'web' })]), ['web'], 'new');
    assert.deepEqual(await unlike(seen(), []), ['shop'], 'gone');
  });

  it('are newer than a list that was requested earlier', async () => {
    assert.deepEqual(await unlike(seen(300), [other]), []);
    assert.deepEqual(await unlike(seen(300), []), []);
  });

  it('are read again after a doubt', async () => {
    const all = seen();
    all.doubt(summary());
    assert.deepEqual(await unlike(all, [summary()]), ['shop']);
  });

  it('are counted while a rule or grant follows them, and then forgotten', () => {
    const all = seen();
    all.keep(summary({ name: 'web' }), { look: '', isFollowed: false, at: 0 });
    assert.equal(all.followed, 1);
    all.forget(summary());
    assert.equal(all.find(summary()), undefined);
  });
});
