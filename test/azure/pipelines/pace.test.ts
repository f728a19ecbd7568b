import assert from 'node:assert/strict';
import { Pace } from '../../../src/azure/pipelines/pace.ts';

describe('The pace of calls to Azure DevOps', () => {
  const fabrikam = 'https://dev.azure.com/fabrikam';
  let now: number;
  let pace: Pace;
  beforeEach(() => {
    now = 1000;
    pace = new Pace(() => now);
  });

  it('is unlimited until a server asks for a wait', () => {
    assert.equal(pace.waitFor(fabrikam), 0);
    pace.note(fabrikam, undefined);
    pace.note(fabrikam, 0);
    assert.equal(pace.waitFor(fabrikam), 0);
  });

  it('waits exactly as long as requested', () => {
    pace.note(fabrikam, 30_000);
    assert.equal(pace.waitFor(fabrikam), 30_000);
    now += 29_999;
    assert.equal(pace.waitFor(fabrikam), 1);
    now += 1;
    assert.equal(pace.waitFor(fabrikam), 0);
  });

  it('keeps the longer of two waits', () => {
    pace.note(fabrikam, 30_000);
    pace.note(fabrikam, 5_000);
    assert.equal(pace.waitFor(fabrikam), 30_000);
  });

  it('is shared by all addresses of an organization, and separate for each organization', () => {
    pace.note('https://vsrm.dev.azure.com/Fabrikam', 30_000);
    assert.equal(pace.waitFor('https://fabrikam.visualstudio.com'), 30_000);
    assert.equal(pace.waitFor('https://dev.azure.com/contoso'), 0);
  });

  it('remembers a thousand organizations, the newest', () => {
    for (let at = 0; at <= 1000; at++) pace.note(`https://dev.azure.com/o${at}`, 1000);
    assert.equal(pace.waitFor('https://dev.azure.com/o0'), 0);
    assert.equal(pace.waitFor('https://dev.azure.com/o1'), 1000);
  });
});
