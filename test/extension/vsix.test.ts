import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { packExtension } from '../../scripts/vsix.ts';
import { listZip } from './zip-listing.ts';

describe('The VSIX', () => {
  let folder: string;
  let file: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vsix-'));
    file = await packExtension(folder, { publisher: 'robin' });
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('is named after its publisher, as the Marketplace requires', () => {
    assert.match(basename(file), /^robin\.argocd-for-azure-pipelines-\d+\.\d+\.\d+\.vsix$/);
  });

  it('contains what agents, servers and the Marketplace need, and nothing else', () => {
    assert.deepEqual([...listZip(readFileSync(file))].sort(), [
      'LICENSE',
      '[Content_Types].xml',
      'docs/marketplace.md',
      'extension.vsixmanifest',
      'extension.vsomanifest',
      'images/icon.png',
      'images/listing/gate.png',
      'images/listing/log.png',
      'images/listing/status.png',
      'images/listing/summary.png',
      'images/listing/timeline.png',
      'tasks/ArgoCDEvent/V1/icon.png',
      'tasks/ArgoCDEvent/V1/task.json',
      'tasks/ArgoCDGate/V1/icon.png',
      'tasks/ArgoCDGate/V1/task.json',
      'tasks/ArgoCDHealthGate/V1/icon.png',
      'tasks/ArgoCDHealthGate/V1/task.json',
      'tasks/ArgoCDSync/V1/ThirdPartyNotices.txt',
      'tasks/ArgoCDSync/V1/follow-ups.js',
      'tasks/ArgoCDSync/V1/icon.png',
      'tasks/ArgoCDSync/V1/index.js',
      'tasks/ArgoCDSync/V1/package.json',
      'tasks/ArgoCDSync/V1/task.json',
      'tasks/ArgoCDSyncDirect/V1/icon.png',
      'tasks/ArgoCDSyncDirect/V1/task.json',
      'tasks/ArgoCDSyncServer/V1/icon.png',
      'tasks/ArgoCDSyncServer/V1/task.json',
    ]);
  });

  it('is smaller than 1 MB', () => {
    assert.ok(readFileSync(file).length < 1024 * 1024);
  });
});
