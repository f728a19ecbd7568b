import assert from 'node:assert/strict';
import { readArgoCDPage } from '../../src/inputs/argocd-page.ts';

describe('The URL of a page of Argo CD', () => {
  for (const [path, application] of [
    ['/login', undefined],
    ['/applications', undefined],
    ['/applications/shop', 'shop'],
    ['/applications/argocd/shop', 'argocd/shop'],
    ['/applications/argocd/shop/', 'argocd/shop'],
    ['/applicationsets/argocd/shops', undefined],
    ['/settings', undefined],
    ['/settings/clusters', undefined],
    ['/settings/projects/default', undefined],
    ['/user-info', undefined],
    ['/help', undefined],
    ['/auth/login', undefined],
    ['/api/v1', undefined],
    ['/api/v1/applications', undefined],
    ['/api/v1/applications/shop', 'shop'],
    ['/api/v1/applications/shop/sync', 'shop'],
    ['/api/v1/projects/shop', undefined],
    ['/api/v1/session/userinfo', undefined],
    ['/api/version', undefined],
    ['/api/dex/callback', undefined],
    ['/swagger-ui', undefined],
    ['/healthz', undefined],
    ['/index.html', undefined],
    ['/pkce/verify', undefined],
    ['/download/argocd-linux-amd64', undefined],
  ] as const) {
    it(`is recognized with and without a root path: ${path}`, () => {
      assert.deepEqual(readArgoCDPage(path), { root: '', application });
      assert.deepEqual(readArgoCDPage(`//argo/cd/${path}`), { root: '/argo/cd', application });
    });
  }

  for (const path of [
    '',
    '/',
    '/argocd',
    '/argo/cd',
    '/api',
    '/login/argocd',
    '/settings/argocd',
    '/pkce',
    '/download/argocd',
  ]) {
    it(`is not confused with a root path: ${path}`, () => {
      assert.equal(readArgoCDPage(path), undefined);
    });
  }
});
