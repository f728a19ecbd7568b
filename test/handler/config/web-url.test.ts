import assert from 'node:assert/strict';
import {
  isPlainText,
  parseArgoCDUrl,
  parsePublicUrl,
  parseWebUrl,
} from '../../../src/handler/config/web-url.ts';

describe('A URL', () => {
  for (const [text, expected] of [
    ['https://argocd.example.com', 'https://argocd.example.com'],
    ['https://argocd.example.com/', 'https://argocd.example.com'],
    ['https://argocd.example.com//root//', 'https://argocd.example.com/root'],
    ['HTTPS://ARGOCD.example.com:443', 'https://argocd.example.com'],
    ['http://argocd-server.argocd.svc:80', 'http://argocd-server.argocd.svc'],
    ['https://[::1]:8443/x', 'https://[::1]:8443/x'],
  ] as const) {
    it(`is accepted without a trailing slash: ${text}`, () => {
      assert.deepEqual(parseWebUrl(text), { value: expected });
    });
  }

  for (const [text, problem] of [
    ['argocd.example.com', 'it is not a URL'],
    ['', 'it is not a URL'],
    ['ftp://argocd.example.com', 'it is neither https nor http'],
    ['https://user:pw@argocd.example.com', 'it contains a user name or a password'],
    ['https://token@argocd.example.com', 'it contains a user name or a password'],
    ['https://argocd.example.com?a=b', 'it contains more than host and path'],
    ['https://argocd.example.com/#/x', 'it contains more than host and path'],
  ] as const) {
    it(`is refused: "${text}"`, () => {
      const parsed = parseWebUrl(text);
      assert.ok('problem' in parsed);
      assert.equal(parsed.problem, problem);
    });
  }

  for (const [text, advice] of [
    ['https://argocd.example.com/login', 'Write `https://argocd.example.com`.'],
    [
      'https://example.com/argo-cd/applications/a/b?view=tree',
      'Write `https://example.com/argo-cd`.',
    ],
    ['https://argocd.example.com/api/v1', 'Write `https://argocd.example.com`.'],
  ] as const) {
    it(`of an Argo CD is refused, with the right one, if it is that of a page: ${text}`, () => {
      const problem = 'it is the URL of a page of Argo CD';
      assert.deepEqual(parseArgoCDUrl(text), { problem, advice });
    });
  }

  it('of an Argo CD may have a root path', () => {
    assert.deepEqual(parseArgoCDUrl('https://example.com/argo-cd/'), {
      value: 'https://example.com/argo-cd',
    });
    assert.ok('problem' in parseArgoCDUrl('argocd'));
  });

  for (const [text, isTaken] of [
    ['https://handler.example.com', true],
    ['http://localhost:8080', true],
    ['http://127.0.0.1:8080', true],
    ['http://[::1]:8080', true],
    ['http://handler.example.com', false],
    ['http://10.0.0.1', false],
    ['nothing', false],
  ] as const) {
    it(`of the handler is ${isTaken ? 'accepted' : 'refused'}: ${text}`, () => {
      assert.equal('value' in parsePublicUrl(text), isTaken);
      if (isTaken) assert.equal(isPlainText(text), false);
    });
  }

  it('lets others read the traffic if it is http to another machine', () => {
    assert.equal(isPlainText('http://argocd.example.com'), true);
    assert.equal(isPlainText('https://argocd.example.com'), false);
  });
});
