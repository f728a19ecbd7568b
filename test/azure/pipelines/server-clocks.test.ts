import assert from 'node:assert/strict';
import { ServerClocks } from '../../../src/azure/pipelines/server-clocks.ts';

describe('The clocks of the organizations', () => {
  const fabrikam = 'https://dev.azure.com/fabrikam';
  const contoso = 'https://dev.azure.com/contoso';
  let now: number;
  let clocks: ServerClocks;
  beforeEach(() => {
    now = 100_000;
    clocks = new ServerClocks(() => now);
  });

  it('are assumed to be correct until an organization has responded with its time', () => {
    assert.equal(clocks.offsetOf(fabrikam), 0);
    clocks.note(fabrikam, undefined);
    assert.equal(clocks.offsetOf(fabrikam), 0);
  });

  it('differ from ours as the last response says, each separately', () => {
    clocks.note(fabrikam, 40_000);
    clocks.note(contoso, 100_500);
    assert.equal(clocks.offsetOf(fabrikam), -60_000);
    assert.equal(clocks.offsetOf(`${fabrikam}/`), -60_000);
    assert.equal(clocks.offsetOf(contoso), 500);
    now += 5_000;
    clocks.note(fabrikam, 105_000);
    assert.equal(clocks.offsetOf(fabrikam), 0);
  });

  it('are forgotten for the organization that responded longest ago, beyond a thousand', () => {
    clocks.note(fabrikam, 40_000);
    clocks.note(contoso, 40_000);
    clocks.note(fabrikam, 40_000);
    for (let at = 1; at < 1_000; at++) clocks.note(`https://dev.azure.com/o${at}`, now);
    assert.equal(clocks.offsetOf(contoso), 0);
    assert.equal(clocks.offsetOf(fabrikam), -60_000);
  });
});
