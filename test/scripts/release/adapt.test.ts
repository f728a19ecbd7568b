import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { root } from '../../../scripts/bundle.ts';
import { adaptStaged, type Adaptation } from '../../../scripts/release/adapt.ts';

interface Manifest {
  readonly id: string;
  readonly publisher: string;
  readonly version: string;
  readonly public: boolean;
  readonly galleryFlags: readonly string[];
  readonly contributions: readonly {
    readonly id: string;
    readonly type: string;
    readonly properties: { readonly name: string };
  }[];
}

describe('A staged package', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'adapt-'));
    for (const path of ['vss-extension.json', 'tasks']) {
      cpSync(join(root, path), join(folder, path), { recursive: true });
    }
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function adapted(adaptation: Adaptation): Manifest {
    adaptStaged(folder, adaptation);
    return JSON.parse(readFileSync(join(folder, 'vss-extension.json'), 'utf8')) as Manifest;
  }

  const taskText = (name: string) =>
    readFileSync(join(folder, 'tasks', name, 'V1/task.json'), 'utf8');

  it('is private and matches the project by default', () => {
    const before = JSON.parse(readFileSync(join(root, 'vss-extension.json'), 'utf8')) as Manifest;
    assert.deepEqual(adapted({}), before);
  });

  it('has the requested publisher and version, including its tasks', () => {
    const { publisher, version } = adapted({ publisher: 'fabrikam', version: '1.7.9' });
    assert.deepEqual([publisher, version], ['fabrikam', '1.7.9']);
    for (const name of [
      'ArgoCDSync',
      'ArgoCDSyncServer',
      'ArgoCDGate',
      'ArgoCDHealthGate',
      'ArgoCDEvent',
    ]) {
      assert.match(taskText(name), /"Major": 1, "Minor": 7, "Patch": 9/);
    }
  });

  it('is marked as a preview once, and public independently of that', () => {
    const { galleryFlags, public: isPublic } = adapted({ isPreview: true, isPublic: true });
    assert.deepEqual(galleryFlags, ['Preview']);
    assert.equal(isPublic, true);
  });

  it('under another ID has its own connection types, which its tasks use', () => {
    const { id, contributions } = adapted({ extensionId: 'argo-trial' });
    assert.equal(id, 'argo-trial');
    const types = contributions
      .filter(({ type }) => type === 'ms.vss-endpoint.service-endpoint-type')
      .map(({ properties }) => properties.name);
    assert.deepEqual(types, [
      'argo-trial-argocd-connection',
      'argo-trial-argocd-handler-connection',
    ]);
    assert.match(taskText('ArgoCDSync'), /"connectedService:argo-trial-argocd-connection"/);
    assert.match(taskText('ArgoCDGate'), /"connectedService:argo-trial-argocd-handler-connection"/);
    for (const name of [
      'ArgoCDSync',
      'ArgoCDSyncServer',
      'ArgoCDGate',
      'ArgoCDHealthGate',
      'ArgoCDEvent',
    ]) {
      assert.doesNotMatch(taskText(name), /connectedService:argocd-/);
    }
  });
});
