import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { connectionType, contributionsOf, manifest, root, task } from './extension-files.ts';
import { sizeOfPng } from './png.ts';

describe('vss-extension.json', () => {
  it('asks for the scopes of the results tab from the start, since later ones need new consent', () => {
    assert.deepEqual(manifest.scopes, ['vso.build', 'vso.release']);
  });

  it('contributes the task in the folder it ships', () => {
    const [contribution, ...more] = contributionsOf('ms.vss-distributed-task.task');
    assert.equal(more.length, 0);
    const folder = contribution?.properties.name ?? '';
    assert.ok(existsSync(join(root, folder, `V${task.version.Major}`, 'task.json')));
    assert.ok(manifest.files.some(({ path }) => path === folder));
  });

  it('has an icon of at least 128 pixels, and files that exist', () => {
    const icon = sizeOfPng(join(root, manifest.icons['default'] ?? ''));
    assert.ok(icon.width >= 128 && icon.height === icon.width);
    for (const { path } of manifest.files) assert.ok(statSync(join(root, path)), path);
  });

  it('has a description that the Marketplace takes', () => {
    assert.ok(manifest.description.length <= 200);
  });
});

describe('The service connection type', () => {
  const scheme = (name: string) =>
    connectionType.authenticationSchemes.find(({ type }) => type.endsWith(`-${name}`));

  it('has a name that is not one of those already taken in the Marketplace', () => {
    assert.equal(connectionType.name, 'argocd-for-azure-pipelines');
    for (const taken of ['argocd', 'argocdrest', 'argocdrestdev']) {
      assert.notEqual(connectionType.name, taken);
    }
  });

  it('sends a token as Argo CD wants it', () => {
    assert.deepEqual(scheme('token')?.headers, [
      { name: 'Authorization', value: 'Bearer {{endpoint.apitoken}}' },
    ]);
  });

  it('keeps every secret as a secret', () => {
    const secret = new Set(['apitoken', 'password', 'extraHeaders']);
    const fields = [
      ...connectionType.inputDescriptors,
      ...connectionType.authenticationSchemes.flatMap(({ inputDescriptors }) => inputDescriptors),
    ];
    for (const { id, isConfidential } of fields) assert.equal(isConfidential, secret.has(id), id);
    assert.deepEqual(
      fields.map(({ id }) => id),
      [
        ...['caCertificate', 'skipTlsVerify'],
        ...['apitoken', 'extraHeaders'],
        ...['username', 'password', 'extraHeaders'],
      ],
    );
  });

  it('verifies with a call that needs a login, which userinfo does not', () => {
    const url = dataSource('TestConnection');
    assert.match(url, /api\/v1\/applications\?/);
    assert.doesNotMatch(url, /userinfo|version|settings/);
  });

  it('asks for few fields, since Azure DevOps takes no more than 2 MB', () => {
    for (const { name, endpointUrl } of connectionType.dataSources) {
      assert.match(endpointUrl, /[?&]fields=/, name);
    }
  });

  it('keeps the root path of the URL and makes no double slash', () => {
    for (const { endpointUrl } of connectionType.dataSources) {
      const url = new URL(
        endpointUrl.replace('{{{endpoint.url}}}', 'https://example.com/argo-cd/'),
      );
      assert.match(url.pathname, /^\/argo-cd\/api\/v1\//);
    }
    assert.match(connectionType.url.helpText, /slash at the end/);
  });

  it('says what Verify cannot do, and warns of unchecked certificates', () => {
    assert.match(connectionType.helpMarkDown, /password Verify always fails/);
    const skip = connectionType.inputDescriptors.find(({ id }) => id === 'skipTlsVerify');
    assert.match(skip?.description ?? '', /^DANGER/);
  });
});

function dataSource(wanted: string): string {
  return connectionType.dataSources.find(({ name }) => name === wanted)?.endpointUrl ?? '';
}
