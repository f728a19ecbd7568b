import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { drawRun } from '../../../../scripts/demo/agent/picture.ts';
import { assertWellFormed } from '../xml.ts';

describe('The picture of a run', () => {
  const svg = drawRun({
    lines: [
      'Sync shop to 01b8c90 on http://127.0.0.1:4711',
      '##[group]PreSync',
      'PreSync wave 0  Job/migrate  Failed  1 s  a <b> & c',
      '##[endgroup]',
      '##[error]shop: PreSync hook Job/migrate failed',
    ],
  });

  it('is well-formed, and contains the lines of the log', () => {
    assertWellFormed(svg);
    assert.match(svg, /▾ PreSync/);
    assert.match(svg, /a &lt;b&gt; &amp; c/);
    assert.match(svg, /##\[error\]shop: PreSync hook Job\/migrate failed/);
    assert.doesNotMatch(svg, /endgroup/);
  });

  it('shows no path of this machine', () => {
    assert.match(svg, /https:\/\/argocd\.example\.com/);
    assert.doesNotMatch(svg, /127\.0\.0\.1/);
  });
});
