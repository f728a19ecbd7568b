import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  stampImage,
  stampLinks,
  stampManifest,
  stampTask,
} from '../../../scripts/release/stamp.ts';

const identity = { version: '1.4.2' };

describe('Stamping', () => {
  it('sets the version of the manifest, and leaves its layout and everything else unchanged', () => {
    const text =
      '{\n  "manifestVersion": 1,\n  "version": "1.0.0",\n  "x": { "version": "7" }\n}\n';
    assert.equal(stampManifest(text, identity), text.replace('1.0.0', '1.4.2'));
  });

  it('gives a task the version that its major has in the extension', () => {
    const text = '{\n  "version": { "Major": 1, "Minor": 0, "Patch": 7 },\n  "inputs": []\n}\n';
    assert.match(stampTask(text, identity), /"version": \{ "Major": 1, "Minor": 4, "Patch": 2 \}/);
    assert.match(stampTask(text, { version: '2.0.0' }), /"Major": 1, "Minor": 1000, "Patch": 0/);
  });

  it("sets the version of the image and of the handler's own report", () => {
    const text = [
      'docker push registry.example.com/argocd-handler:1.0.0',
      'newTag: 1.0.0',
      '{ "handler": "argocd-for-azure-pipelines", "version": "1.0.0" }',
      'node 24.18.1',
    ].join('\n');
    assert.equal(stampImage(text, identity), text.replaceAll('1.0.0', '1.4.2'));
  });

  it('updates links to another repository, whatever its URL contains', () => {
    const links = '[a](https://old.example.com/x/blob/main/a.md) https://old.example.com/x/issues';
    assert.equal(
      stampLinks(links, 'https://old.example.com/x', 'https://new.example.com/$&'),
      '[a](https://new.example.com/$&/blob/main/a.md) https://new.example.com/$&/issues',
    );
  });

  it('refuses a file without a version to replace', () => {
    assert.throws(() => stampManifest('{}', identity), /vss-extension\.json has no version/);
  });
});
