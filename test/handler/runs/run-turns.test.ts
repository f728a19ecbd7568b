import assert from 'node:assert/strict';
import { application, ended } from '../../sync/sample-application.ts';
import { Crowd, patient } from './crowd.ts';

const many = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);

describe('The turns of runs, if there are more than there is capacity for,', () => {
  let crowd: Crowd;
  const old = many('old', 300);
  const over = {
    type: 'MODIFIED',
    application: application({ operationState: ended('Succeeded') }),
  } as const;
  const waitingForCart = {
    ...patient,
    request: { ...patient.request, subject: { names: [{ name: 'cart' }] } },
  };

  beforeEach(() => {
    crowd = new Crowd();
  });
  afterEach(() => crowd.end());

  it('go first to those whose operation has ended, then to other woken ones, then to new ones', async () => {
    for (const id of ['woken', 'ended-1', 'ended-2']) {
      crowd.add([id], { spec: id === 'woken' ? waitingForCart : patient, key: id });
    }
    await crowd.clock.pass(30_000);
    for (const id of old) crowd.held.add(id);
    crowd.add(old);
    await crowd.clock.pass(1_000);
    const { length } = crowd.begun;
    await crowd.tell('changed', 'cart');
    crowd.heal();
    await crowd.tell(over);
    // There are slots for these, whoever holds the others.
    assert.deepEqual(crowd.begun.slice(length), ['ended-1', 'ended-2']);
    crowd.held.clear();
    await crowd.clock.pass(30_000);
    assert.equal(crowd.begun[length + 2], 'woken');
    assert.deepEqual(crowd.begun.slice(length + 3, length + 5), ['old-257', 'old-258']);
  });

  it('go immediately to a finished run, from one that only waits', async () => {
    await crowd.rest('done', { key: 'done' });
    crowd.add(many('new', 256), { spec: waitingForCart });
    await crowd.clock.pass(100);
    assert.equal(crowd.scheduler.figures.active, 256);
    await crowd.tell(over);
    await crowd.clock.pass(300);
    assert.equal(crowd.begun.filter((id) => id === 'done').length, 2);
  });
});
