import assert from 'node:assert/strict';
import { azureFailures, type AzureFailure } from '../../../../src/azure/http/azure-error.ts';
import { Availability } from '../../../../src/handler/runs/outbox/availability.ts';
import { ManualClock } from '../../../follow/manual-clock.ts';

const fabrikam = 'https://dev.azure.com/fabrikam';
const contoso = 'https://dev.azure.com/contoso';

describe('The availability of organizations', () => {
  let clock: ManualClock;
  let availability: Availability;
  let heard: string[];

  beforeEach(() => {
    clock = new ManualClock();
    availability = new Availability(clock);
    heard = [];
    listen('one');
  });

  const listen = (name: string, collection = fabrikam) =>
    availability.onReturn(collection, () => heard.push(name));
  const note = (failure: AzureFailure | 'aborted' | undefined, collection = fabrikam) =>
    availability.note({ collection, failure });
  const outage = async (ms = 2_000) => {
    note('unavailable');
    await clock.pass(ms);
    note('unavailable');
  };

  it('tells all listeners about the first response after an outage', async () => {
    listen('two');
    await outage();
    assert.deepEqual(heard, []);
    note(undefined);
    assert.deepEqual(heard, ['one', 'two']);
    note(undefined);
    assert.equal(heard.length, 2);
  });

  it('is reported for each outage', async () => {
    for (let times = 1; times < 4; times += 1) {
      await outage();
      note(undefined);
      assert.equal(heard.length, times);
    }
  });

  it('does not count a single failure among responses as an outage', async () => {
    for (let second = 0; second < 10; second += 1) {
      note('unavailable');
      await clock.pass(1_900);
      note(undefined);
    }
    assert.deepEqual(heard, []);
  });

  it('is not reported to listeners of another organization', async () => {
    listen('other', contoso);
    await outage();
    note(undefined, contoso);
    assert.deepEqual(heard, []);
    note(undefined);
    assert.deepEqual(heard, ['one']);
  });

  it('notifies no removed listeners, and those once that listen again when notified', async () => {
    const stop = listen('two');
    availability.onReturn(fabrikam, () => listen('late'));
    stop();
    stop();
    await outage();
    note(undefined);
    assert.deepEqual(heard, ['one']);
  });

  const silent = new Set<string>(['unavailable', 'unclear', 'aborted', 'blocked', 'throttled']);
  for (const failure of [...azureFailures, 'aborted'] as const) {
    const says = silent.has(failure) ? 'no sign' : 'a sign';
    it(`counts ${failure} as ${says} of its return`, async () => {
      await outage();
      note(failure);
      assert.equal(heard.length, silent.has(failure) ? 0 : 1);
    });
  }

  for (const failure of ['unavailable', 'unclear'] as const) {
    it(`counts ${failure} as a failure`, async () => {
      note(failure);
      await clock.pass(2_000);
      note(undefined);
      assert.deepEqual(heard, ['one']);
    });
  }

  for (const failure of ['aborted', 'blocked', 'throttled', 'forbidden'] as const) {
    it(`does not count ${failure} as the start of an outage`, async () => {
      note(failure);
      await clock.pass(5_000);
      note(undefined);
      assert.deepEqual(heard, []);
    });
  }
});
