import assert from 'node:assert/strict';
import { chooseProxy } from '../../src/task/proxy.ts';

function choose(
  variables: Readonly<Record<string, string>>,
  server = 'https://argocd.example.com',
) {
  const { proxy, warnings } = chooseProxy((name) => variables[name], server);
  return { proxy: proxy?.reveal(), warnings };
}

describe("The agent's proxy", () => {
  const url = { 'Agent.ProxyUrl': 'http://proxy:3128' };

  it('is absent unless the agent has one', () => {
    assert.deepEqual(choose({}), { proxy: undefined, warnings: [] });
  });

  it('has its credentials, encoded', () => {
    const variables = { ...url, 'Agent.ProxyUsername': 'a b', 'Agent.ProxyPassword': 'p@ss:/w' };
    assert.equal(choose(variables).proxy, 'http://a%20b:p%40ss%3A%2Fw@proxy:3128/');
  });

  for (const [typed, sent] of [
    ['svc:100%sure', 'svc:100%sure'],
    ['s%vc:x', 's%vc:x'],
    ['svc:50%deal', 'svc:50%deal'],
    ['svc:p%40ss', 'svc:p@ss'],
    ['svc:p@ss', 'svc:p@ss'],
    ['svc:p:s', 'svc:p:s'],
    ['svc:p#s?/t', 'svc:p#s?/t'],
    ['svc:12/34', 'svc:12/34'],
    ['svc:%E2%82%AC%', 'svc:€%'],
    ['svc:a b', 'svc:a b'],
    ['svc', 'svc:'],
    [':x', ':x'],
    ['dom\\svc:x', 'dom\\svc:x'],
  ] as const) {
    it(`has credentials in its URL as they were typed: ${typed}`, () => {
      for (const server of ['proxy:3128', '[::1]:3128', 'proxy:3128/', 'proxy:3128/path?a#b']) {
        const { proxy = '', warnings } = choose({ 'Agent.ProxyUrl': `http://${typed}@${server}` });
        const { username, password, host, pathname, search, hash } = new URL(proxy);
        assert.equal(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`, sent);
        assert.equal(host, server.replace(/\/.*/, ''));
        assert.equal(pathname + search + hash, '/');
        assert.deepEqual(warnings, []);
      }
    });
  }

  it('prefers separate credentials to those in its URL, whatever they contain', () => {
    const variables = {
      'Agent.ProxyUrl': 'http://a:b@proxy:3128',
      'Agent.ProxyPassword': 'c%\ud800',
    };
    assert.equal(choose(variables).proxy, 'http://a:c%25%EF%BF%BD@proxy:3128/');
  });

  for (const [list, direct] of [
    ['[]', false],
    ['["argocd\\\\.example\\\\.com"]', true],
    ['["other", "EXAMPLE"]', true],
    ['["other"]', false],
  ] as const) {
    it(`is ${direct ? 'bypassed' : 'used'} with the bypass list ${list}`, () => {
      const { proxy, warnings } = choose({ ...url, 'Agent.ProxyBypassList': list });
      assert.equal(proxy === undefined, direct);
      assert.deepEqual(warnings, []);
    });
  }

  it('is used, with a warning, if the bypass list cannot be parsed', () => {
    for (const list of ['x', '{"a":1}', '["(", 5]']) {
      const { proxy, warnings } = choose({ ...url, 'Agent.ProxyBypassList': list });
      assert.equal(proxy, 'http://proxy:3128/');
      assert.match(warnings.join(), /bypass list/);
    }
  });

  it('is ignored, with a warning, if its URL is invalid', () => {
    for (const address of [
      'proxy',
      'socks5://proxy:1080',
      'http://',
      'http://u:p@',
      'http://p:99999',
      'http://p:port',
      'http://[::1:3128',
      'http://bad host:3128',
      'proxy:3128',
    ]) {
      const { proxy, warnings } = choose({ 'Agent.ProxyUrl': address });
      assert.equal(proxy, undefined);
      assert.match(warnings.join(), /its URL is not `http:\/\/host:port`.*--proxyurl/);
    }
  });
});
