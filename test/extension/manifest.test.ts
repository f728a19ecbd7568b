import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import {
  allTasks,
  connectionType,
  connectionTypes,
  contributionsOf,
  folderOf,
  handlerConnectionType,
  manifest,
  root,
  type ConnectionType,
} from './extension-files.ts';
import { sizeOfPng } from './png.ts';

describe('vss-extension.json', () => {
  it('asks for the scopes of the results tab from the start, since later ones need new consent', () => {
    assert.deepEqual(manifest.scopes, ['vso.build', 'vso.release']);
  });

  it('contributes each task in the folder it ships', () => {
    assert.deepEqual(
      contributionsOf('ms.vss-distributed-task.task').map(({ properties }) => properties.name),
      allTasks.map(({ name }) => `tasks/${name}`),
    );
    for (const task of allTasks) {
      assert.ok(existsSync(join(folderOf(task), 'task.json')));
      assert.ok(manifest.files.some(({ path }) => path === `tasks/${task.name}`));
    }
  });

  it('has contributions with ids of their own', () => {
    const ids = manifest.contributions.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
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

describe('The service connection types', () => {
  it('have names that are not among those already taken in the Marketplace', () => {
    assert.deepEqual(
      [...connectionTypes.keys()],
      ['argocd-for-azure-pipelines', 'argocd-handler-for-azure-pipelines'],
    );
  });

  it('send a token as Argo CD and the handler want it', () => {
    for (const { authenticationSchemes } of connectionTypes.values()) {
      assert.deepEqual(authenticationSchemes.find(({ type }) => type.endsWith('-token'))?.headers, [
        { name: 'Authorization', value: 'Bearer {{endpoint.apitoken}}' },
      ]);
    }
  });

  it('keep every secret as a secret', () => {
    const secret = new Set(['apitoken', 'password', 'extraHeaders']);
    for (const type of connectionTypes.values()) {
      for (const { id, isConfidential } of fieldsOf(type)) {
        assert.equal(isConfidential, secret.has(id), id);
      }
    }
  });
});

describe('The service connection to Argo CD', () => {
  it('has its fields', () => {
    assert.deepEqual(
      fieldsOf(connectionType).map(({ id }) => id),
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

describe('The service connection to the handler', () => {
  it('has nothing but an address and a token', () => {
    const { authenticationSchemes } = handlerConnectionType;
    assert.equal(authenticationSchemes.length, 1);
    assert.deepEqual(
      fieldsOf(handlerConnectionType).map(({ id }) => id),
      ['apitoken'],
    );
  });

  it('verifies at an address that the handler answers with or without a slash before it', () => {
    const [source, ...more] = handlerConnectionType.dataSources;
    assert.equal(more.length, 0);
    assert.deepEqual(source, {
      name: 'TestConnection',
      endpointUrl: '{{{endpoint.url}}}/v1/whoami',
      resultSelector: 'jsonpath:$.handler',
    });
  });

  it('says from where the handler must be reachable', () => {
    assert.match(handlerConnectionType.helpMarkDown, /reach from the internet/);
  });
});

function fieldsOf({ inputDescriptors, authenticationSchemes }: ConnectionType) {
  return [
    ...inputDescriptors,
    ...authenticationSchemes.flatMap((scheme) => scheme.inputDescriptors),
  ];
}

function dataSource(wanted: string): string {
  return connectionType.dataSources.find(({ name }) => name === wanted)?.endpointUrl ?? '';
}
