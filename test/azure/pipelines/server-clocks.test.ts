import assert from 'node:assert/strict';
import { ServerClocks } from '../../../src/azure/pipelines/server-clocks.ts';

describe('the clocks of the organizations', () => {
  const fabrikam = 'https://dev.azure.com/fabrikam';
  const contoso = 'https://dev.azure.com/contoso';
  let now: number;
  let clocks: ServerClocks;
  beforeEach(() => {
    now = 100_000;
    clocks = new ServerClocks(() => now);
  });

  it('are taken to be right until an organization has answered with its time', () => {
    assert.equal(clocks.offsetOf(fabrikam), 0);
    clocks.note(fabrikam, undefined);
    assert.equal(clocks.offsetOf(fabrikam), 0);
  });

  it('are as far from ours as the last answer says, each on its own', () => {
    clocks.note(fabrikam, 40_000);
    clocks.note(contoso, 100_500);
    assert.equal(clocks.offsetOf(fabrikam), -60_000);
    assert.equal(clocks.offsetOf(`${fabrikam}/`), -60_000);
    assert.equal(clocks.offsetOf(contoso), 500);
    now += 5_000;
    clocks.note(fabrikam, 105_000);
    assert.equal(clocks.offsetOf(fabrikam), 0);
  });

  it('are forgotten for the organization that answered longest ago, beyond a thousand', () => {
    clocks.note(fabrikam, 40_000);
    clocks.note(contoso, 40_000);
    clocks.note(fabrikam, 40_000);
    for (let at = 1; at < 1_000; at++) clocks.note(`https://dev.azure.com/o${at}`, now);
    assert.equal(clocks.offsetOf(contoso), 0);
    assert.equal(clocks.offsetOf(fabrikam), -60_000);
  });
});
