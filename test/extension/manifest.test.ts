import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
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
  it('requests the scopes of the results tab from the start, since later ones need new consent', () => {
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

  it('has contributions with unique ids', () => {
    const ids = manifest.contributions.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('has an icon of at least 128 pixels, and files that exist', () => {
    const icon = sizeOfPng(join(root, manifest.icons['default'] ?? ''));
    assert.ok(icon.width >= 128 && icon.height === icon.width);
    for (const { path } of manifest.files) assert.ok(statSync(join(root, path)), path);
  });

  it('says what it is: a private preview for Services and for servers from 2022 on', () => {
    assert.equal(manifest.public, false);
    assert.deepEqual(manifest.galleryFlags, ['Preview']);
    assert.deepEqual(manifest.targets, [
      { id: 'Microsoft.VisualStudio.Services.Cloud' },
      { id: 'Microsoft.TeamFoundation.Server', version: '[19.0,)' },
    ]);
  });

  it('ships the license, and links to the repository and to pages to start, to learn and to ask', () => {
    assert.equal(manifest.content['license']?.path, 'LICENSE');
    assert.equal(manifest.repository.type, 'git');
    assert.deepEqual(Object.keys(manifest.links), [
      ...['getstarted', 'learn', 'support', 'issues', 'license'],
    ]);
    for (const { uri } of Object.values(manifest.links)) {
      assert.ok(uri.startsWith(`${manifest.repository.uri}/`), uri);
      const path = /\/blob\/main\/([^#]+)/.exec(uri)?.[1];
      if (path !== undefined) assert.ok(existsSync(join(root, path)), path);
    }
  });

  it('has a description that the Marketplace accepts', () => {
    assert.ok(manifest.description.length <= 200);
  });
});

describe('The tasks', () => {
  for (const task of allTasks) {
    it(`link to their page, from help and from "Learn more": ${task.name}`, () => {
      const page = `docs/tasks/${task.name}.md`;
      assert.ok(existsSync(join(root, page)));
      assert.equal(task.helpUrl, `${manifest.repository.uri}/blob/main/${page}`);
      assert.ok(task.helpMarkDown.endsWith(` [Learn more](${task.helpUrl})`));
    });

    it(`have an icon of 32 pixels, drawn from a source of the same name: ${task.name}`, () => {
      const { width, height } = sizeOfPng(join(folderOf(task), 'icon.png'));
      assert.deepEqual([width, height], [32, 32]);
      assert.ok(existsSync(join(root, `images/tasks/${task.name}.svg`)));
    });
  }

  it('have distinct icons', () => {
    const icons = allTasks.map((task) => readFileSync(join(folderOf(task), 'icon.png'), 'base64'));
    assert.equal(new Set(icons).size, icons.length);
  });
});

describe('The service connection types', () => {
  it('link to the page about least rights', () => {
    const page = 'docs/least-rights.md';
    assert.ok(existsSync(join(root, page)));
    for (const { helpMarkDown } of connectionTypes.values()) {
      assert.ok(helpMarkDown.includes(`(${manifest.repository.uri}/blob/main/${page})`));
    }
  });

  it('have names that are not already taken in the Marketplace', () => {
    assert.deepEqual(
      [...connectionTypes.keys()],
      ['argocd-for-azure-pipelines', 'argocd-handler-for-azure-pipelines'],
    );
  });

  it('send a token as Argo CD and the handler expect it', () => {
    for (const { authenticationSchemes } of connectionTypes.values()) {
      assert.deepEqual(authenticationSchemes.find(({ type }) => type.endsWith('-token'))?.headers, [
        { name: 'Authorization', value: 'Bearer {{endpoint.apitoken}}' },
      ]);
    }
  });

  it('keep every secret confidential', () => {
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

  it('verifies with a call that requires a login, unlike userinfo', () => {
    const url = dataSource('TestConnection');
    assert.match(url, /api\/v1\/applications\?/);
    assert.doesNotMatch(url, /userinfo|version|settings/);
  });

  it('requests few fields, since Azure DevOps accepts at most 2 MB', () => {
    for (const { name, endpointUrl } of connectionType.dataSources) {
      assert.match(endpointUrl, /[?&]fields=/, name);
    }
  });

  it('keeps the root path of the URL without a double slash', () => {
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
  it('has only an address and a token', () => {
    const { authenticationSchemes } = handlerConnectionType;
    assert.equal(authenticationSchemes.length, 1);
    assert.deepEqual(
      fieldsOf(handlerConnectionType).map(({ id }) => id),
      ['apitoken'],
    );
  });

  it('verifies at an address that the handler serves with or without a slash before it', () => {
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
