import { strict as assert } from 'node:assert';
import { readSummary } from '../../../src/argocd/rest/summary-schema.ts';
import { excerpt, excerptEnds } from '../../../src/sync/model/excerpt.ts';
import { judgeGate } from '../../../src/sync/gate/gate.ts';
import { readApplication } from '../../in-one-go.ts';
import { isApplication, readRecording } from '../../../simulators/argo-cd/recording.ts';

describe('An excerpt of foreign text', () => {
  it('is its first line, bounded', () => {
    assert.equal(excerpt(' short\nand more'), 'short');
    assert.equal(excerpt('x'.repeat(1_000)), `${'x'.repeat(300)}…`);
  });

  it('keeps both ends, bounded, on one line', () => {
    assert.equal(excerptEnds(' one\n two '), 'one two');
    const long = excerptEnds(`first ${'x'.repeat(100_000)} last`);
    assert.match(long, /^first x+ … x+ last$/);
    assert.equal(long.length, 300);
    assert.equal(excerptEnds(long), long);
  });

  it("contains the cause of a failed hydration in a gate's message", () => {
    const failed = readRecording('hydrated-fails')
      .map(({ event }) => event?.result.application)
      .filter(isApplication)
      .find((json) => readApplication(json).hydrator?.current?.phase === 'Failed');
    const question = { revision: undefined, requireSynced: true, requireHealthy: true };
    const asked = { ...question, acceptSuspended: false, stableFor: 0 };
    const { status, message } = judgeGate(readSummary(failed), asked, 0, 1);
    assert.equal(status, 'failed');
    assert.match(
      message,
      /^it could not be hydrated: Failed to hydrate: .* … .*nowhere\.yaml: no such file/,
    );
  });
});
